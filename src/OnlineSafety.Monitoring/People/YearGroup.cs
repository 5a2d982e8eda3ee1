namespace OnlineSafety.Monitoring.People;

/// <summary>A year as it is compared: what a people list calls "Year 9", "Yr 09" or "Y9" is "9" for everybody; a name such as "Reception" is its own, without regard to case.</summary>
internal static class YearGroup
{
    public const int Longest = 100;

    private static readonly string[] _words = ["year", "yr", "y"];

    /// <summary>Null for nothing, and for what is too long to be a year.</summary>
    public static string? Of(string? written)
    {
        var year = string.Join(' ', (written ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToLowerInvariant();
        if (year.Length is 0 or > Longest)
        {
            return null;
        }

        var number = year;
        foreach (var word in _words)
        {
            if (number.StartsWith(word, StringComparison.Ordinal))
            {
                number = number[word.Length..].TrimStart();
                break;
            }
        }

        return number.Length > 0 && number.All(char.IsAsciiDigit) ? number.TrimStart('0') is { Length: > 0 } plain ? plain : "0" : year;
    }
}
