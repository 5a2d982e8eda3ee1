namespace OnlineSafety.Monitoring.Normalization.Suggestion.Recognition;

/// <summary>People: <c>DOMAIN\account</c>, <c>account@realm</c>, accounts by their pattern, and whatever a name calls a user.</summary>
internal sealed class UserRecogniser : IRecogniser
{
    private const double LeastShare = 0.6;
    private const int LongestName = 80;

    public IEnumerable<Claim> Look(Column column, Sample sample)
    {
        var vocabulary = sample.Vocabulary;
        var fit = vocabulary.Fit(column.Name, Meaning.User);
        if (fit < 0 || column.Distinct.Any(value => value.Length > LongestName) || column.Share(IsOther(vocabulary)) > 1 - LeastShare)
        {
            yield break;
        }

        var domains = column.Share(value => value.IndexOf('\\') is > 0 and var at && at == value.LastIndexOf('\\') && at < value.Length - 1 && !value.Contains(' '));
        var mails = column.Share(IsMail);
        var realms = column.Distinct.Where(IsMail).Select(value => value[(value.IndexOf('@') + 1)..]).Distinct(StringComparer.OrdinalIgnoreCase).Count();
        if (domains >= 0.2 && domains + mails + column.Share(IsAccount) >= LeastShare)
        {
            yield return new Claim(column, Meaning.User, 0.75 + (0.2 * fit), $"{Say.Of(domains, column)} have the form DOMAIN\\account{Say.AndName(fit)}");
        }
        else if (mails >= LeastShare)
        {
            // Pupils and staff of one school share a realm; people that they write to do not.
            var score = realms <= 1 + (column.Distinct.Count / 10) ? 0.65 : 0.35;
            yield return new Claim(column, Meaning.User, score + (0.3 * fit), $"{Say.Of(mails, column)} have the form account@realm, with {Say.Number(realms)} realms{Say.AndName(fit)}");
        }
        else if (fit > 0)
        {
            yield return OfName(column, fit);
        }
        else if (column.Share(IsTelling) is var telling and >= LeastShare && !column.HasFewWords)
        {
            yield return new Claim(column, Meaning.User, 0.6, $"{Say.Of(telling, column)} are made as accounts are (initial and surname, or year and name), {Say.Number(column.Distinct.Count)} different");
        }
        else if (column.Share(IsAccount) is var accounts and >= 0.9 && column.Distinct.Count > 1 && column.Distinct.Count < column.Cells.Count && !DeviceRecogniser.LooksLikeDevices(column))
        {
            yield return new Claim(column, Meaning.User, 0.35, $"{Say.Of(accounts, column)} are single words that repeat, {Say.Number(column.Distinct.Count)} different: accounts, perhaps");
        }
    }

    private static Claim OfName(Column column, double fit)
    {
        var accounts = column.Share(value => IsAccount(value) || IsMail(value));
        var names = column.Share(IsPersonName);
        return accounts >= names
            ? new Claim(column, Meaning.User, 0.45 + (0.4 * fit) + (0.1 * accounts), $"the name says so; {Say.Of(accounts, column)} are single words, {Say.Number(column.Distinct.Count)} different")
            : new Claim(column, Meaning.User, 0.4 + (0.4 * fit), $"the name says so; {Say.Of(names, column)} are two or three words with capitals");
    }

    private static Func<string, bool> IsOther(Vocabulary vocabulary) => value =>
        AddressRecogniser.IsAddress(value) || value.Contains('/') || UrlRecogniser.HostOf(value, vocabulary) is not null || value.Count(sign => sign == ' ') > 4
        || value is "true" or "false" or "True" or "False";

    public static bool IsMail(string value) =>
        value.IndexOf('@') is > 0 and var at && at == value.LastIndexOf('@') && at < value.Length - 2 && !value.Contains(' ') && !value.Contains('/');

    private static bool IsAccount(string value) =>
        value.Length is >= 2 and <= 40 && value.Any(char.IsLetterOrDigit) && value.All(sign => char.IsLetterOrDigit(sign) || sign is '.' or '_' or '-' or '\'');

    // j.smith, smith.j, jane.smith, 19jsmith, jsmith07
    private static bool IsTelling(string value)
    {
        if (value.Length is < 4 or > 32 || !value.All(sign => char.IsAsciiLetterOrDigit(sign) || sign is '.' or '_') || value.Any(char.IsAsciiLetterUpper))
        {
            return false;
        }

        var point = value.IndexOf('.');
        var digits = value.Count(char.IsAsciiDigit);
        return point > 0 ? value.LastIndexOf('.') == point && point < value.Length - 1 && char.IsAsciiLetter(value[point + 1])
            : digits == 2 && value.Length > 5 && (value[..2].All(char.IsAsciiDigit) || value[^2..].All(char.IsAsciiDigit)) && value.Count(char.IsAsciiLetter) == value.Length - 2;
    }

    private static bool IsPersonName(string value)
    {
        var words = value.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        return words.Length is 2 or 3 && words.All(word => char.IsUpper(word[0]) && word.All(sign => char.IsLetter(sign) || sign is '-' or '\'' or '.'));
    }
}
