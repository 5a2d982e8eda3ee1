using System.Text.Json;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>
/// The stored detail of an event, as far as a person may see it: only the fields named here leave it, so that a field added to what is stored
/// is not shown by accident.
/// </summary>
/// <param name="Event">The common event (schemas/event.schema.json).</param>
/// <param name="Assessment">What was said of it.</param>
internal sealed record StoredEvent(StoredEvent.Envelope? Event, StoredEvent.Verdict? Assessment)
{
    public const string Masked = "[address masked: unlawful material]";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    // Reasons that look at these fields quote the address.
    private static readonly string[] AddressFields = ["url", "urlHost", "host", "domain"];

    public Body Data => Event?.Data ?? Body.Empty;

    public bool MaskUrl => Assessment?.MaskUrl ?? false;

    public IReadOnlyList<Reason> Reasons => Assessment?.Reasons ?? [];

    /// <summary>Empty when the bytes are not what we write: an alert is shown even then.</summary>
    public static StoredEvent Read(ReadOnlySpan<byte> json) => Parse<StoredEvent>(json) ?? new StoredEvent(null, null);

    /// <summary>Stored reasons; empty when the bytes are not what we write.</summary>
    public static IReadOnlyList<Reason> ReadReasons(ReadOnlySpan<byte> json) => Parse<IReadOnlyList<Reason>>(json) ?? [];

    public static IReadOnlyList<Reason> Mask(IReadOnlyList<Reason> reasons, bool maskUrls) => maskUrls
        ? [.. reasons.Select(reason => QuotesAddress(reason) ? reason with { Matched = Masked } : reason)]
        : reasons;

    /// <summary>Free text in which an address was typed or logged is an address too.</summary>
    public static string? MaskText(string? text, bool maskUrls) => maskUrls && text is not null && LooksLikeAddress(text) ? Masked : text;

    private static bool QuotesAddress(Reason reason) =>
        reason.Matched.Length > 0 && (AddressFields.Contains(reason.Field, StringComparer.OrdinalIgnoreCase) || LooksLikeAddress(reason.Matched));

    private static T? Parse<T>(ReadOnlySpan<byte> json)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // On the side of masking too much: "word.word" is already taken for an address.
    private static bool LooksLikeAddress(string text)
    {
        if (text.Contains("//", StringComparison.Ordinal))
        {
            return true;
        }

        for (var i = 1; i + 1 < text.Length; i++)
        {
            if (text[i] == '.' && char.IsLetterOrDigit(text[i - 1]) && char.IsLetterOrDigit(text[i + 1]))
            {
                return true;
            }
        }

        return false;
    }

    internal sealed record Envelope(Body? Data);

    internal sealed record Verdict(bool MaskUrl, IReadOnlyList<Reason>? Reasons);

    internal sealed record Body(Person? Subject, Machine? Device, string? Url, string? SearchQuery, string? Text, string? App, Labels? Vendor)
    {
        public static Body Empty { get; } = new(null, null, null, null, null, null, null);
    }

    internal sealed record Person(string? User, string? UserAsSent);

    internal sealed record Machine(string? Host, string? Ip);

    internal sealed record Labels(IReadOnlyList<string>? Categories);
}
