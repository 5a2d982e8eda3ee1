using System.Text.Json;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>
/// The stored JSON of an event, as far as a person may see it: only the fields named here leave it, so that a field added to what is stored
/// is not shown by accident.
/// </summary>
internal sealed class EventDetail
{
    public const string Masked = "[address masked: unlawful material]";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    // Reasons that look at these fields quote the address.
    private static readonly string[] AddressFields = ["url", "urlHost", "host", "domain"];

    public string? UserAsSent { get; init; }

    public string? User { get; init; }

    public string? DeviceHost { get; init; }

    public string? DeviceIp { get; init; }

    public string? Url { get; init; }

    public string? SearchQuery { get; init; }

    public string? Text { get; init; }

    public string? App { get; init; }

    public IReadOnlyList<string>? Categories { get; init; }

    public bool MaskUrl { get; init; }

    public IReadOnlyList<Reason>? Reasons { get; init; }

    /// <summary>Empty when the bytes are not what we write: an alert is shown even then.</summary>
    public static EventDetail Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<EventDetail>(json, Json) ?? new EventDetail();
        }
        catch (JsonException)
        {
            return new EventDetail();
        }
    }

    /// <summary>Stored reasons; empty when the bytes are not what we write.</summary>
    public static IReadOnlyList<Reason> ReadReasons(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<IReadOnlyList<Reason>>(json, Json) ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    public static IReadOnlyList<Reason> Mask(IReadOnlyList<Reason> reasons, bool maskUrls) => maskUrls
        ? [.. reasons.Select(r => r.Matched.Length > 0 && (AddressFields.Contains(r.Field, StringComparer.OrdinalIgnoreCase) || LooksLikeAddress(r.Matched)) ? r with { Matched = Masked } : r)]
        : reasons;

    /// <summary>Free text in which an address was typed or logged is an address too.</summary>
    public static string? MaskText(string? text, bool maskUrls) => maskUrls && text is not null && LooksLikeAddress(text) ? Masked : text;

    // On the side of masking too much: "word.word" is already taken for an address.
    private static bool LooksLikeAddress(string text)
    {
        for (var i = 1; i + 1 < text.Length; i++)
        {
            if ((text[i] == '.' && char.IsLetterOrDigit(text[i - 1]) && char.IsLetterOrDigit(text[i + 1])) || (text[i] == '/' && text[i + 1] == '/'))
            {
                return true;
            }
        }

        return false;
    }
}
