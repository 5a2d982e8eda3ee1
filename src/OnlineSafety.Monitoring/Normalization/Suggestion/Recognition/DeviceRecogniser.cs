namespace OnlineSafety.Monitoring.Normalization.Suggestion.Recognition;

/// <summary>Device names, by their name or their pattern (<c>LIB-07</c>, <c>CB-00114</c>), and user agents.</summary>
internal sealed class DeviceRecogniser : IRecogniser
{
    private const double LeastShare = 0.8;
    private const double LeastPattern = 0.6;

    public IEnumerable<Claim> Look(Column column, Sample sample)
    {
        var agents = column.Share(IsAgent);
        if (agents >= LeastShare)
        {
            yield return new Claim(column, Meaning.UserAgent, 0.95, $"{Say.Of(agents, column)} are user agents");
            yield break;
        }

        var fit = sample.Vocabulary.Fit(column.Name, Meaning.DeviceHost);
        var isIdentity = column.Share(value => AddressRecogniser.IsAddress(value) || value.Contains("://", StringComparison.Ordinal) || value.Contains('@') || value.Contains('\\')) > 1 - LeastShare;
        if (fit < 0 || isIdentity)
        {
            yield break;
        }

        var tokens = column.Share(value => value.Length <= 64 && value.Count(sign => sign == ' ') <= 2);
        if (LooksLikeDevices(column))
        {
            yield return new Claim(column, Meaning.DeviceHost, 0.65 + (0.3 * fit), $"{Say.Of(column.Share(IsDevice), column)} are made as device names are (letters and a number), {Say.Number(column.Distinct.Count)} different{Say.AndName(fit)}");
        }
        else if (fit > 0 && tokens >= LeastShare)
        {
            yield return new Claim(column, Meaning.DeviceHost, 0.5 + (0.35 * fit), $"the name says so; {Say.Of(tokens, column)} are short, {Say.Number(column.Distinct.Count)} different");
        }
    }

    public static bool LooksLikeDevices(Column column) => column.Share(IsDevice) >= LeastPattern;

    private static bool IsAgent(string value) =>
        value.StartsWith("Mozilla/", StringComparison.Ordinal) || value.StartsWith("Opera/", StringComparison.Ordinal) || value.StartsWith("Dalvik/", StringComparison.Ordinal);

    // Letters, a dash and a number at the end, perhaps with a domain behind; not a word with a number alone, as accounts have.
    private static bool IsDevice(string value)
    {
        var name = value.Split('.')[0];
        var dash = name.LastIndexOf('-');
        return name.Length is >= 4 and <= 24 && dash > 1 && dash < name.Length - 1
            && char.IsAsciiLetter(name[0]) && name.AsSpan(dash + 1).IndexOfAnyExceptInRange('0', '9') < 0
            && name.All(sign => char.IsAsciiLetterOrDigit(sign) || sign == '-');
    }
}
