namespace OnlineSafety.Monitoring.People;

/// <summary>
/// An account as the people list holds it: lower-case, without domain or realm. Normalization does the same to what vendors send, so that
/// <c>SCHOOL\J.Smith</c>, <c>j.smith@school.example</c> and <c>j.smith</c> are one person.
/// </summary>
internal static class AccountName
{
    public const int Longest = 256;

    /// <summary>Empty when nothing is left.</summary>
    public static string Of(string sent)
    {
        var account = sent.AsSpan().Trim();
        account = account[(account.LastIndexOf('\\') + 1)..];
        var realm = account.IndexOf('@');
        account = realm > 0 ? account[..realm] : account;
        return account.ToString().ToLowerInvariant();
    }
}
