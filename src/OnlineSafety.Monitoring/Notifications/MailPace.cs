namespace OnlineSafety.Monitoring.Notifications;

/// <summary>Who gets a mail: a member of staff, or one of the school's channels.</summary>
internal readonly record struct Inbox(Guid Recipient, string Channel);

/// <summary>Mails about alerts that went to one inbox within <see cref="MailPace.Window"/>, those under way among them.</summary>
internal readonly record struct Recent(int Mails, TimeSpan SinceLast);

/// <summary>
/// How many mails about alerts one person gets. Pure. A lone alert leaves at once; from the fourth mail within a minute on, what is due waits for the
/// next of at most ten and goes in it together. Slows mails alone: each alert is in the queue before.
/// </summary>
internal static class MailPace
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    /// <summary>At most so many in any <see cref="Window"/>.</summary>
    public const int PerWindow = 10;

    /// <summary>So many of a window leave one by one and at once.</summary>
    public const int AtOnce = 3;

    /// <summary>Between those after: 3 and 57/8 are 10 within a minute. No alert waits longer for its turn, so a critical one stays far below a minute.</summary>
    public static readonly TimeSpan Gap = TimeSpan.FromSeconds(8);

    /// <summary>More alerts go into the next mail, the gravest first. Also the size of one claim.</summary>
    public const int AlertsPerMail = 5000;

    public static bool MayGo(Recent recent) => recent.Mails < AtOnce || (recent.Mails < PerWindow && recent.SinceLast >= Gap);

    public static Recent AfterOneMore(Recent recent) => new(recent.Mails + 1, TimeSpan.Zero);
}
