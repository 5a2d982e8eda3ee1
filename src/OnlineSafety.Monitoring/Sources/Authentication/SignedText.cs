using System.Text;

namespace OnlineSafety.Monitoring.Sources.Authentication;

internal enum SignedPart : byte
{
    Text,
    Timestamp,
    Id,
    Body,
}

/// <summary>What a signature is made over, in order: for example <c>{id}.{timestamp}.{body}</c>.</summary>
internal sealed class SignedText
{
    private SignedText(IReadOnlyList<(SignedPart Part, byte[] Text)> parts) => Parts = parts;

    public IReadOnlyList<(SignedPart Part, byte[] Text)> Parts { get; }

    public bool Holds(SignedPart wanted) => Parts.Any(part => part.Part == wanted);

    /// <summary>
    /// Whether this value of <c>{id}</c> can be told from what stands beside it. With "a.b" allowed, id "a" and id "a.b" could be given the same signed
    /// text by shifting the border, and one signature would hold for two deliveries.
    /// </summary>
    public bool Separates(string id) =>
        Parts.All(part => part.Part != SignedPart.Text || !id.Contains(Encoding.UTF8.GetString(part.Text), StringComparison.Ordinal));

    /// <exception cref="FormatException">Says what is wrong.</exception>
    public static SignedText Parse(string text) => TryParse(text) is ({ } parsed, _) ? parsed : throw new FormatException(TryParse(text).Fault);

    public static (SignedText? Parsed, string? Fault) TryParse(string text)
    {
        var parts = new List<(SignedPart Part, byte[] Text)>();
        for (var rest = text; rest.Length > 0;)
        {
            var (part, length) = rest switch
            {
                _ when rest.StartsWith("{body}", StringComparison.Ordinal) => (SignedPart.Body, "{body}".Length),
                _ when rest.StartsWith("{timestamp}", StringComparison.Ordinal) => (SignedPart.Timestamp, "{timestamp}".Length),
                _ when rest.StartsWith("{id}", StringComparison.Ordinal) => (SignedPart.Id, "{id}".Length),
                _ => (SignedPart.Text, rest.IndexOf('{', 1) is > 0 and var next ? next : rest.Length),
            };
            var piece = rest[..length];
            rest = rest[length..];
            if (part == SignedPart.Text && piece.AsSpan().ContainsAny("{}"))
            {
                return (null, "knows only {body}, {timestamp} and {id}.");
            }

            parts.Add((part, part == SignedPart.Text ? Encoding.UTF8.GetBytes(piece) : []));
        }

        return Fault(parts) is { } fault ? (null, fault) : (new SignedText(parts), null);
    }

    private static string? Fault(List<(SignedPart Part, byte[] Text)> parts)
    {
        if (parts.Count(part => part.Part == SignedPart.Body) != 1)
        {
            return "must hold {body} once.";
        }

        if (parts.Where(part => part.Part != SignedPart.Text).GroupBy(part => part.Part).Any(group => group.Count() > 1))
        {
            return "holds a placeholder twice.";
        }

        for (var index = 1; index < parts.Count; index++)
        {
            if (parts[index].Part != SignedPart.Text && parts[index - 1].Part != SignedPart.Text)
            {
                return "needs a separator between placeholders.";
            }
        }

        return parts.Where((part, index) => part.Part == SignedPart.Text && TouchesTime(parts, index)).Any() ? "must not hold digits beside {timestamp}." : null;
    }

    // A digit there could belong to either.
    private static bool TouchesTime(List<(SignedPart Part, byte[] Text)> parts, int index) =>
        (index + 1 < parts.Count && parts[index + 1].Part == SignedPart.Timestamp && char.IsAsciiDigit((char)parts[index].Text[^1]))
        || (index > 0 && parts[index - 1].Part == SignedPart.Timestamp && char.IsAsciiDigit((char)parts[index].Text[0]));
}
