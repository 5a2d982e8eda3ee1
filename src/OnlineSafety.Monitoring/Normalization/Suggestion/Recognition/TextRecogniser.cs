namespace OnlineSafety.Monitoring.Normalization.Suggestion.Recognition;

/// <summary>
/// What somebody typed, said or was shown: several words, or a name that says so. What no other recogniser claims and holds words is text
/// too, so that it is read: nothing with words is ever ignored.
/// </summary>
internal sealed class TextRecogniser : IRecogniser
{
    private const double LeastShare = 0.4;
    private const double AnyShare = 0.1;
    private const int Words = 3;

    public IEnumerable<Claim> Look(Column column, Sample sample)
    {
        var fit = sample.Vocabulary.Fit(column.Name, Meaning.Text);
        var wordy = column.Share(value => WordsOf(value) >= Words);
        if (column.Share(value => value.Any(char.IsLetter)) < LeastShare || column.Share(value => value.Contains("://", StringComparison.Ordinal) && !value.Contains(' ')) > LeastShare)
        {
            yield break;
        }

        if (wordy >= LeastShare)
        {
            yield return new Claim(column, Meaning.Text, 0.6 + (0.1 * wordy) + (0.25 * Math.Max(0, fit)), $"{Say.Of(wordy, column)} are three words or more{Say.AndName(fit)}");
        }
        else if (fit >= ColumnName.Exact)
        {
            yield return new Claim(column, Meaning.Text, 0.7, $"the name says so; {Say.Of(wordy, column)} are three words or more");
        }
        else if (MustBeRead(column))
        {
            yield return new Claim(column, Meaning.Text, Claim.Least, "not recognised, but words of somebody: read as text");
        }
    }

    /// <summary>Values of several words that are not a handful which repeat.</summary>
    public static bool MustBeRead(Column column) => column.Share(value => WordsOf(value) >= 2) is var share && (share >= LeastShare || (share >= AnyShare && !column.HasFewWords));

    private static int WordsOf(string value)
    {
        var words = 0;
        var inside = false;
        foreach (var sign in value)
        {
            var isLetter = char.IsLetter(sign) || (inside && sign == '\'');
            words += isLetter && !inside ? 1 : 0;
            inside = isLetter;
        }

        // A path or an identifier has its words without a space between.
        return value.Contains(' ') ? words : Math.Min(words, 1);
    }
}
