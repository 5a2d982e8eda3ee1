namespace OnlineSafety.Monitoring.Normalization.Suggestion.Recognition;

/// <summary>Numbers, ids, media types, methods, yes and no: nothing that says something about a child. And secrets, which must not be kept.</summary>
internal sealed class NoiseRecogniser : IRecogniser
{
    private const double LeastShare = 0.9;
    private const double Surely = 0.8;
    private const double Perhaps = 0.5;

    private static readonly string[] Methods = ["GET", "POST", "PUT", "HEAD", "CONNECT", "OPTIONS", "DELETE", "PATCH", "TRACE"];

    public IEnumerable<Claim> Look(Column column, Sample sample)
    {
        if (sample.Vocabulary.IsSecret(column.Name) || column.Share(IsJwt) >= LeastShare)
        {
            yield return new Claim(column, Meaning.Secret, 1, "by its name or form a password, key or session: not kept");
            yield break;
        }

        if (column.Share(value => Methods.Contains(value, StringComparer.Ordinal)) >= LeastShare)
        {
            yield return new Claim(column, Meaning.Nothing, Surely + 0.1, "HTTP methods");
        }
        else if (column.Share(IsMediaType) >= LeastShare)
        {
            yield return new Claim(column, Meaning.Nothing, Surely + 0.1, "media types");
        }
        else if (column.Share(IsIdentifier) >= LeastShare)
        {
            yield return new Claim(column, Meaning.Nothing, Surely, "identifiers");
        }
        else if (column.Share(IsNumber) >= LeastShare)
        {
            yield return new Claim(column, Meaning.Nothing, Perhaps, $"numbers, {Say.Number(column.Distinct.Count)} different");
        }
        else if (column.Share(value => value is "true" or "false" or "True" or "False" or "TRUE" or "FALSE") >= LeastShare)
        {
            yield return new Claim(column, Meaning.Nothing, Perhaps, "true or false");
        }
    }

    private static bool IsNumber(string value) => value.Any(char.IsAsciiDigit) && value.All(sign => char.IsAsciiDigit(sign) || sign is '.' or '-' or ',');

    private static bool IsJwt(string value) => value.Length > 40 && value.StartsWith("eyJ", StringComparison.Ordinal) && value.Count(sign => sign == '.') == 2;

    private static bool IsMediaType(string value)
    {
        var slash = value.IndexOf('/');
        return slash > 0 && value[..slash] is "text" or "image" or "application" or "video" or "audio" or "font" or "multipart";
    }

    // A UUID, or hexadecimal digits with both letters and numbers; MAC addresses are of the same kind.
    private static bool IsIdentifier(string value)
    {
        var digits = value.Where(sign => sign is not ('-' or ':')).ToList();
        return digits.Count >= 8 && digits.TrueForAll(char.IsAsciiHexDigit) && digits.Exists(char.IsAsciiDigit) && digits.Exists(char.IsAsciiLetter)
            && (digits.Count >= 12 || !value.Contains('-'));
    }
}
