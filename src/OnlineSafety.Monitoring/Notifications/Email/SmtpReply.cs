namespace OnlineSafety.Monitoring.Notifications.Email;

/// <summary>An answer of a relay. <see cref="Lines"/> are read for capabilities, shown to whoever tries the settings out, and never kept.</summary>
internal sealed record SmtpReply(int Code, IReadOnlyList<string> Lines)
{
    public bool IsPositive => Code is >= 200 and < 400;

    public bool IsTransient => Code is >= 400 and < 500;

    /// <summary>True when EHLO announced this keyword.</summary>
    public bool Offers(string keyword) => Lines.Skip(1).Any(l => WordsOf(l) is [var first, ..] && first.Equals(keyword, StringComparison.OrdinalIgnoreCase));

    /// <summary>True when EHLO announced this way to authenticate.</summary>
    public bool OffersAuthentication(string way) => Lines.Skip(1).Select(WordsOf).Any(w =>
        w.Length > 1 && w[0].Equals("AUTH", StringComparison.OrdinalIgnoreCase) && w.Skip(1).Contains(way, StringComparer.OrdinalIgnoreCase));

    /// <summary>The ways to authenticate that EHLO announced.</summary>
    public IReadOnlyList<string> Ways => [.. Lines.Skip(1).Select(WordsOf).Where(w => w.Length > 1 && w[0].Equals("AUTH", StringComparison.OrdinalIgnoreCase)).SelectMany(w => w.Skip(1)).Distinct(StringComparer.OrdinalIgnoreCase)];

    public string Words => $"{Code} {string.Join(' ', Lines)}";

    /// <exception cref="MailException">Refused: for now (4xx), or as <paramref name="refusal"/> says.</exception>
    public void Require(MailFault refusal)
    {
        if (!IsPositive)
        {
            throw new MailException(IsTransient ? MailFault.Busy : refusal) { Answer = Words };
        }
    }

    private static string[] WordsOf(string line) => line.Split([' ', '='], StringSplitOptions.RemoveEmptyEntries);
}
