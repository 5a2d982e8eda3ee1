using OnlineSafety.Monitoring.Notifications.Email;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>What to do after an attempt failed. Pure.</summary>
internal static class RetryPlan
{
    /// <summary>RFC 5321 4.5.4.1 gives up after 4 to 5 days.</summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromDays(5);

    // The RFC asks for 30 minutes between tries in general; the early ones are sooner because greylisting lifts after minutes.
    private static readonly TimeSpan[] _steps =
        [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(30)];

    // An open circuit means that nothing was tried, and nothing is counted (LedgerSql.Complete): look again as soon as it may have closed.
    private static readonly TimeSpan _whileRelayIsDown = TimeSpan.FromSeconds(30);

    // Of an alert while a relay is in trouble: under five minutes with its spread, so that one that comes back finds what waits for it. How often a relay in trouble is really
    // asked is for the circuit to say.
    private static readonly TimeSpan _longestForAnAlert = TimeSpan.FromMinutes(4.5);
    private static readonly TimeSpan _firstHours = TimeSpan.FromHours(6);

    /// <summary>
    /// One outcome for each row of a mail. Each is given up by its own age; those that are tried again come together, as soon as the one that was tried
    /// least may: a new alert must not wait as long as one that fails for hours.
    /// </summary>
    public static IReadOnlyList<Outcome> After(MailFault fault, IReadOnlyList<LedgerEntry> entries)
    {
        var own = entries.Select(entry => After(fault, entry)).ToList();
        var soonest = own.OfType<Outcome.Retry>().MinBy(retry => retry.After);
        return [.. own.Select(outcome => outcome is Outcome.Retry ? soonest! : outcome)];
    }

    public static Outcome After(MailFault fault, LedgerEntry entry)
    {
        var code = MailFaults.CodeOf(fault);
        if (MailFaults.IsPermanent(fault) || entry.Age >= GiveUpAfter)
        {
            return new Outcome.Failed(code);
        }

        return new Outcome.Retry(code, StepAfter(fault, entry) * Spread(entry), MailFaults.MayHaveArrived(fault));
    }

    private static TimeSpan StepAfter(MailFault fault, LedgerEntry entry)
    {
        if (fault == MailFault.RelayDown)
        {
            return _whileRelayIsDown;
        }

        var step = _steps[Math.Clamp(entry.Attempts, 1, _steps.Length) - 1];
        return entry is { Kind: "alert" } && entry.Age < _firstHours && MailFaults.SpeaksOfRelay(fault) && step > _longestForAnAlert ? _longestForAnAlert : step;
    }

    /// <summary>0.9 to 1.1, from the row's own random id: rows that failed together do not come back together, and a test can repeat it.</summary>
    private static double Spread(LedgerEntry entry) =>
        0.9 + (0.2 * (((entry.Id.ToByteArray()[^1] + (entry.Attempts * 37)) & 0xFF) / 255.0));
}
