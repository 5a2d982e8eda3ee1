namespace OnlineSafety.Monitoring.Events;

/// <summary>
/// The reason that stands with everything that nothing proves. An alert of which it is a reason is shown as a report of a browser: it is read from
/// the reasons before they are sealed, and written beside them as <c>alert.unproven</c>.
/// </summary>
internal static class LowTrust
{
    public const string Rule = "modifier.low-trust";

    public const string Explanation = "Reported by the browser, not proved: whoever knows the address could have sent it. Alone it is never more than high.";

    /// <summary>For lists and mails.</summary>
    public const string Words = "reported by the browser, not proved";

    /// <summary>Whether these reasons, as they are stored, have it. Quotes in what was matched are escaped there, so that no text can pass for it.</summary>
    public static bool Marks(ReadOnlySpan<byte> reasons) => reasons.IndexOf("\"rule\":\"modifier.low-trust\""u8) >= 0;
}
