namespace OnlineSafety.Monitoring.Notifications.Email;

/// <summary>An answer of a relay. <see cref="Lines"/> are read for capabilities, shown to whoever tries the settings out, and never kept.</summary>
internal sealed record SmtpReply(int Code, IReadOnlyList<string> Lines)
{
    // As in "relay not permitted", "authentication required", "that domain isn't in my list of allowed rcpthosts", "sender verify failed", "rejected by policy". One too many
    // costs tries that are of no use; one too few, the mail.
    private static readonly string[] s_ofUs = ["relay", "authenti", "rcpthosts", "sender", "policy", "prohibit"];

    public bool IsPositive => Code is >= 200 and < 400;

    public bool IsTransient => Code is >= 400 and < 500;

    /// <summary>True when EHLO announced this keyword.</summary>
    public bool Offers(string keyword) => Lines.Skip(1).Any(l => WordsOf(l) is [var first, ..] && first.Equals(keyword, StringComparison.OrdinalIgnoreCase));

    /// <summary>True when EHLO announced this way to authenticate.</summary>
    public bool OffersAuthentication(string way) => Lines.Skip(1).Select(WordsOf).Any(w =>
        w.Length > 1 && w[0].Equals("AUTH", StringComparison.OrdinalIgnoreCase) && w.Skip(1).Contains(way, StringComparer.OrdinalIgnoreCase));

    /// <summary>The ways to authenticate that EHLO announced.</summary>
    public IReadOnlyList<string> Ways => [.. Lines.Skip(1).Select(WordsOf).Where(w => w.Length > 1 && w[0].Equals("AUTH", StringComparison.OrdinalIgnoreCase)).SelectMany(w => w.Skip(1)).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>
    /// Does a refused RCPT speak of the recipient's mailbox? By the enhanced code (RFC 3463) where there is one: 5.1.x but for the two of the sender's address, 5.2.1 and
    /// 5.2.2 (disabled, full). All others, above all 5.7.x, are about us or the relay. Without such a code by the number (RFC 5321 4.2.3): 530, 535, 503 and 554 are about
    /// us, 552 is about room that somebody makes; and 550 is also what many relays say to whomever they do not relay for, in words of that.
    /// </summary>
    public bool SpeaksOfMailbox =>
        Lines is [var line, ..] && WordsOf(line) is [var code, ..] && code.Split('.') is ["5", var subject, var detail] && IsNumber(subject) && IsNumber(detail)
            ? (subject is "1" && detail is not ("7" or "8")) || (subject is "2" && detail is "1" or "2")
            : Code is 550 or 551 or 553 && !Lines.Any(words => s_ofUs.Any(word => words.Contains(word, StringComparison.OrdinalIgnoreCase)));

    public string Words => $"{Code} {string.Join(' ', Lines)}";

    /// <exception cref="MailException">Refused: for now (4xx), or as <paramref name="refusal"/> says.</exception>
    public void Require(MailFault refusal)
    {
        if (!IsPositive)
        {
            throw new MailException(IsTransient ? MailFault.Busy : refusal) { Answer = Words };
        }
    }

    private static bool IsNumber(string text) => text.Length is >= 1 and <= 3 && text.All(char.IsAsciiDigit);

    private static string[] WordsOf(string line) => line.Split([' ', '='], StringSplitOptions.RemoveEmptyEntries);
}
