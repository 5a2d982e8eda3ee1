namespace OnlineSafety.Monitoring.Notifications.Email;

/// <summary>An answer of a relay. <see cref="Lines"/> are read for capabilities only and never kept.</summary>
internal sealed record SmtpReply(int Code, IReadOnlyList<string> Lines)
{
    public bool IsPositive => Code is >= 200 and < 400;

    public bool IsTransient => Code is >= 400 and < 500;

    /// <summary>True when EHLO announced this keyword.</summary>
    public bool Offers(string keyword) => Lines.Skip(1).Any(l => WordsOf(l) is [var first, ..] && first.Equals(keyword, StringComparison.OrdinalIgnoreCase));

    /// <summary>True when EHLO announced this way to authenticate.</summary>
    public bool OffersAuthentication(string way) => Lines.Skip(1).Select(WordsOf).Any(w =>
        w.Length > 1 && w[0].Equals("AUTH", StringComparison.OrdinalIgnoreCase) && w.Skip(1).Contains(way, StringComparer.OrdinalIgnoreCase));

    private static string[] WordsOf(string line) => line.Split([' ', '='], StringSplitOptions.RemoveEmptyEntries);
}
