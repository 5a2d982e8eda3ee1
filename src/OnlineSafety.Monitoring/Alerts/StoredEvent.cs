using System.Net;
using System.Net.Sockets;
using System.Text;
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
        ? [.. reasons.Select(reason => QuotesAddress(reason) ? reason with { Matched = Masked, Parts = [] } : reason)]
        : reasons;

    /// <summary>
    /// Free text in which an address was typed or logged holds an address too. Only its words that may be one are masked: in a line that no mapping
    /// read, the text is all that tells whose device it was.
    /// </summary>
    public static string? MaskText(string? text, bool maskUrls)
    {
        if (!maskUrls || text is null || !LooksLikeAddress(text))
        {
            return text;
        }

        var shown = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var end = at;
            while (end < text.Length && char.IsWhiteSpace(text[end]) == char.IsWhiteSpace(text[at]))
            {
                end++;
            }

            var word = text[at..end];
            shown.Append(IsPrivateAddress(word) || !(LooksLikeAddress(word) || word.Contains('/', StringComparison.Ordinal)) ? word : Masked);
            at = end;
        }

        return shown.ToString();
    }

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

    // A device in the school's own network (RFC 1918), never a site.
    private static bool IsPrivateAddress(string word) =>
        word.Count(c => c == '.') == 3 && IPAddress.TryParse(word, out var address) && address.AddressFamily == AddressFamily.InterNetwork
        && address.GetAddressBytes() is var b && (b[0] == 10 || (b[0] == 172 && b[1] is >= 16 and < 32) || (b[0] == 192 && b[1] == 168));

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

    internal sealed record Verdict(bool MaskUrl, IReadOnlyList<Reason>? Reasons, string? Risk, string? Theme, string? Severity);

    internal sealed record Body(Person? Subject, Machine? Device, string? Url, string? SearchQuery, string? Text, string? App, Labels? Vendor)
    {
        public static Body Empty { get; } = new(null, null, null, null, null, null, null);

        public DateTimeOffset? OccurredAt { get; init; }

        public string? Kind { get; init; }

        public string? Action { get; init; }

        public Sender? Source { get; init; }
    }

    internal sealed record Sender(string? Vendor);

    internal sealed record Person(string? User, string? UserAsSent);

    internal sealed record Machine(string? Host, string? Ip);

    internal sealed record Labels(IReadOnlyList<string>? Categories);
}
