using System.Globalization;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>Whether people are told at all, and whether what they would be told of is watched. Counts and times, of no alert and no person.</summary>
/// <param name="NoRelay">Mails go to a folder of the installation, and to nobody.</param>
/// <param name="WaitsSince">Since when the relay has taken no mail although some wait; null: it takes them.</param>
/// <param name="AtTheDesk">Safeguarding leads and deputies.</param>
/// <param name="Channels">Webhooks and the like, by which alerts are told thinly.</param>
/// <param name="Troubled">Sources that need attention.</param>
/// <param name="Unwatched">From when until when nobody is expected to answer; null: somebody is at any hour.</param>
internal sealed record TellingState(bool NoRelay, DateTimeOffset? WaitsSince, int AtTheDesk, int Channels, int Troubled, UnwatchedHours? Unwatched)
{
    // Greylisting and a relay that restarts take minutes.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    public static TellingState Well { get; } = new(NoRelay: false, null, 1, 0, 0, null);

    /// <summary>Why nobody is told by mail; null: mails leave.</summary>
    public string? WhyNoMail(DateTimeOffset now) =>
        NoRelay ? "no mail server is set up"
        : WaitsSince is { } since && now - since >= s_patience ? $"the mail server has taken no mail for {Spoken(now - since)}"
        : null;

    /// <summary>What stands on every page; null: people are told.</summary>
    /// <param name="acts">The reader answers alerts; else only sets up.</param>
    public string? Warning(DateTimeOffset now, bool acts)
    {
        if (WhyNoMail(now) is { } why)
        {
            var told = Channels > 0 ? $"Only {Counted.Of(Channels, "channel is", "channels are")} told of alerts, and nobody can see whether anyone looked." : "Nobody is told of alerts.";
            return $"No e-mail is being sent: {why}. {told} {(acts ? "Look at Alerts yourself, and ask IT to mend it." : $"It is for IT to mend{(NoRelay ? ": Mail:RelayHost in the service's appsettings.json, then onlinesafety notify test" : "")}.")}";
        }

        return AtTheDesk == 0 ? "Nobody is at the safeguarding lead's desk: no lead and no deputy is on the staff list, so alerts about pupils go to the next desk. Give somebody that role." : null;
    }

    private static string Spoken(TimeSpan time) => time < TimeSpan.FromHours(2) ? Counted.Of((int)time.TotalMinutes, "minute")
        : time < TimeSpan.FromDays(2) ? Counted.Of((int)time.TotalHours, "hour")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalDays} days");
}

/// <summary>When nobody is expected to answer.</summary>
/// <param name="From">In the past: now.</param>
public readonly record struct UnwatchedHours(DateTimeOffset From, DateTimeOffset Until);
