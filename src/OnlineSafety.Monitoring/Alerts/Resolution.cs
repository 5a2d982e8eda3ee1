using System.Globalization;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>How an alert ended: an outcome of the list and a note in the person's own words.</summary>
internal sealed record Resolution
{
    public const int LongestNote = 4000;

    /// <summary>Of a sentence.</summary>
    public const int FewestWords = 5;

    private Resolution(string outcome, string note) => (Outcome, Note) = (outcome, note);

    public string Outcome { get; }

    public string Note { get; }

    /// <summary>Whether the note says something: so many words of letters.</summary>
    public bool IsSentence => Note.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Count(word => word.Length > 1 && word.Any(char.IsLetter)) >= FewestWords;

    /// <summary>The first number in the note: of a duplicate the alert that it is the same as.</summary>
    public int? SameAs
    {
        get
        {
            var digits = Note.AsSpan()[Math.Max(0, Note.AsSpan().IndexOfAnyInRange('0', '9'))..];
            var length = digits.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : digits.Length;
            return int.TryParse(digits[..length], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        }
    }

    /// <summary>Null, and what is wrong, when it would leave the record unclear.</summary>
    public static Resolution? TryCreate(string? outcome, string? note, out string error)
    {
        var word = outcome?.Trim().ToLowerInvariant() ?? "";
        var text = note?.Trim() ?? "";
        if (!AlertOutcome.All.Contains(word, StringComparer.Ordinal))
        {
            error = $"The outcome is one of: {string.Join(", ", AlertOutcome.All)}.";
            return null;
        }

        // NUL is the one character that Postgres text cannot hold.
        if (text.Length is 0 or > LongestNote || text.Contains('\0', StringComparison.Ordinal))
        {
            error = $"A note of 1 to {LongestNote} characters says what was found and done.";
            return null;
        }

        error = "";
        return new Resolution(word, text);
    }
}
