using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization.Suggestion.Recognition;

/// <summary>Groups, themes, applications and reasons: short words, of which only the name tells what they are.</summary>
internal sealed class NamedRecogniser(Meaning meaning) : IRecogniser
{
    private const double LeastShare = 0.8;
    private const double LeastYears = 0.6;
    private const int LongestWord = 120;

    public IEnumerable<Claim> Look(Column column, Sample sample)
    {
        var fit = sample.Vocabulary.Fit(column.Name, meaning);
        var isWord = column.Share(value => value.Length <= LongestWord && value.Any(char.IsLetter) && !value.Contains("://", StringComparison.Ordinal)) >= LeastShare;
        if (fit < 0 || !isWord)
        {
            yield break;
        }

        if (meaning == Meaning.Group && column.Share(IsYear) is var years and >= LeastYears)
        {
            yield return new Claim(column, meaning, 0.65 + (0.3 * fit), $"{Say.Of(years, column)} name a year or class{Say.AndName(fit)}");
        }
        else if (meaning == Meaning.App && column.Share(value => IsProgram(value, sample.Vocabulary)) is var programs and >= LeastYears)
        {
            yield return new Claim(column, meaning, 0.7 + (0.25 * fit), $"{Say.Of(programs, column)} are names of programs or documents{Say.AndName(fit)}");
        }
        else if (fit >= ColumnName.Exact)
        {
            yield return new Claim(column, meaning, column.HasFewWords ? 0.85 : 0.7, $"the name says so; {Counted.Of(column.Distinct.Count, "different value")}");
        }
        else if (fit > 0)
        {
            yield return new Claim(column, meaning, column.HasFewWords ? 0.6 : Claim.Least, $"part of the name says so; {Counted.Of(column.Distinct.Count, "different value")}");
        }
    }

    // Year 9, Y10, yr 7B, Form 8C, OU=Year9,OU=Pupils
    private static bool IsYear(string value)
    {
        foreach (var start in (string[])["year", "yr", "form", "class", "y"])
        {
            for (var at = value.IndexOf(start, StringComparison.OrdinalIgnoreCase); at >= 0; at = value.IndexOf(start, at + 1, StringComparison.OrdinalIgnoreCase))
            {
                var rest = value.AsSpan(at + start.Length).TrimStart(" -_");
                if ((at == 0 || !char.IsLetterOrDigit(value[at - 1])) && rest.Length > 0 && char.IsAsciiDigit(rest[0]))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool IsProgram(string value, Vocabulary vocabulary) =>
        value.LastIndexOf('.') is > 0 and var point && vocabulary.IsFileEnding(value[(point + 1)..]);
}
