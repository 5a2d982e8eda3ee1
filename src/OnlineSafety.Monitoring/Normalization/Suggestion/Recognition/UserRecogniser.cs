using System.Text.Json.Nodes;

namespace OnlineSafety.Monitoring.Normalization.Suggestion.Recognition;

/// <summary>People: <c>DOMAIN\account</c>, <c>account@realm</c>, accounts by their pattern, and whatever a name calls a user.</summary>
internal sealed class UserRecogniser : IRecogniser
{
    private const double LeastShare = 0.6;
    private const int LongestName = 80;
    private const string Open = " (";

    public IEnumerable<Claim> Look(Column column, Sample sample)
    {
        var vocabulary = sample.Vocabulary;
        var fit = vocabulary.Fit(column.Name, Meaning.User);
        if (column.Share(HasBrackets) is var bracketed && bracketed >= LeastShare && vocabulary.Mentions(column.Name, Meaning.User))
        {
            yield return Bracketed(column, Meaning.User, bracketed, new JsonObject { ["from"] = column.Name.Name, ["before"] = Open, ["optionalMarks"] = true });
            yield return Bracketed(column, Meaning.Group, bracketed, new JsonObject { ["from"] = column.Name.Name, ["after"] = Open, ["before"] = ")" }) with { Shares = true };
            yield break;
        }

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
        else if (column.Share(value => IsTelling(value, vocabulary)) is var telling and >= LeastShare)
        {
            yield return new Claim(column, Meaning.User, 0.6, $"{Say.Of(telling, column)} are made as accounts are (an initial with a surname, or a year with a name), {Say.Number(column.Distinct.Count)} different");
        }
        else if (column.Share(IsAccount) is var accounts and >= 0.9 && column.Distinct.Count > 1 && column.Distinct.Count < column.Cells.Count && !DeviceRecogniser.LooksLikeDevices(column))
        {
            yield return new Claim(column, Meaning.User, 0.35, $"{Say.Of(accounts, column)} are single words that repeat, {Say.Number(column.Distinct.Count)} different: accounts, perhaps");
        }
    }

    private static bool HasBrackets(string value) =>
        value.EndsWith(')') && value.IndexOf(Open, StringComparison.Ordinal) is > 0 and var at && (IsAccount(value[..at]) || IsMail(value[..at]) || IsPersonName(value[..at]));

    private static Claim Bracketed(Column column, Meaning meaning, double share, JsonObject recipe) =>
        new(column, meaning, meaning == Meaning.Group ? 0.97 : 0.96, $"{Say.Of(share, column)} have a user with a group in brackets") { Recipe = recipe };

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

    // j.smith, jane.smith, jsmith, smithj, 19jsmith, jsmith07; a point or two digits alone are no sign of a person.
    private static bool IsTelling(string value, Vocabulary vocabulary)
    {
        var word = value.Trim(Digits);
        if (word.Length is < 3 or > 32 || value.Length - word.Length > 4 || !word.All(sign => char.IsAsciiLetter(sign) || sign is '.' or '_' or '-'))
        {
            return false;
        }

        var parts = word.Split('.', '_', '-');
        return parts.Length switch
        {
            1 => HasInitial(word, vocabulary),
            2 => (parts[0].Length is 1 or 2 && parts[1].Length > 1) || vocabulary.IsSurname(parts[0]) || vocabulary.IsSurname(parts[1]),
            _ => false,
        };
    }

    private static bool HasInitial(string word, Vocabulary vocabulary) =>
        vocabulary.IsSurname(word[1..]) || vocabulary.IsSurname(word[..^1]) || (word.Length > 4 && vocabulary.IsSurname(word[2..]));

    private static readonly char[] Digits = [.. "0123456789"];

    private static bool IsPersonName(string value)
    {
        var words = value.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        return words.Length is 2 or 3 && words.All(word => char.IsUpper(word[0]) && word.All(sign => char.IsLetter(sign) || sign is '-' or '\'' or '.'));
    }
}
