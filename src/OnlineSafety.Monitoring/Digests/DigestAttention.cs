using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Digests;

/// <summary>What in a digest asks for somebody to act, and what nobody watches. Pure.</summary>
internal static class DigestAttention
{
    private static readonly TimeSpan _quiet = TimeSpan.FromHours(24);
    private const double ManyUnknown = 0.1;
    private static readonly TimeSpan _watchAway = TimeSpan.FromMinutes(10);

    public const string NobodyOutOfHours = "Out of hours: messages leave at any hour, but nobody is set to answer them outside school hours.";

    public static IReadOnlyList<string> Of(DigestView view)
    {
        var content = view.Content;
        var items = new List<string>();
        var critical = view.Alerts.Where(a => a.State is AlertState.New && a.Severity == (short)Severity.Critical).Sum(a => a.Count);
        Add(view.New, "alert is not acknowledged", "alerts are not acknowledged",
            (critical > 0 ? $", {British.Number(critical)} critical" : "") + (view.OldestNew is { } oldest ? $"; the oldest waits for {Spoken(content.To - oldest)}" : ""));
        Add(view.Alerts.Where(a => a.State is AlertState.Escalated).Sum(a => a.Count - a.Left), "alert is escalated and not taken on yet", "alerts are escalated and not taken on yet");
        Add(view.Unanswered, "alert was not answered in time and still is not", "alerts were not answered in time and still are not");
        Add(view.Alerts.Sum(a => a.Left), "alert was escalated a school day ago or longer, and nobody has taken it on", "alerts were escalated a school day ago or longer, and nobody has taken them on");
        Add(view.AnsweredLate, "alert was answered too late", "alerts were answered too late");
        Add(view.Alerts.Sum(a => a.Untold), "open alert has reached nobody by mail", "open alerts have reached nobody by mail");
        Add(view.Alerts.Sum(a => a.GivenUntold), "alert was given to somebody whom no mail about it has reached: ring them, or take it yourself", "alerts were given to somebody whom no mail about it has reached: ring them, or take them yourself");
        Add(view.Failed, "message could not be delivered", "messages could not be delivered");
        Add(view.Waits, "message waits for the mail server", "messages wait for the mail server");
        foreach (var source in content.Sources.Where(s => s.Attention == Attention.Needed))
        {
            items.Add($"Source {source.Name}: {(source.Capture ? $"{SourceAttention.Waiting}. Until IT has set it up fully, only the gravest phrases are looked for in what it sends" : source.Words)}.");
        }

        // Where nobody judges, a day without a record must do.
        foreach (var source in content.Sources.Where(s => s.State.Length == 0 && s.LastReceivedAt is { } last && content.To - last > _quiet))
        {
            items.Add($"Source {source.Name} has been silent for {Spoken(content.To - source.LastReceivedAt!.Value)}.");
        }

        if (content.Watch.CertificateDays is { } days)
        {
            items.Add($"The TLS certificate that senders of syslog are met with {(days > 1 ? "ends within 14 days" : "ends within a day or has ended")}: senders refuse it then, and nothing arrives over TLS.");
        }

        Add(content.Sources.Sum(s => s.Unreadable), "record could not be read", "records could not be read",
            $" ({string.Join(", ", content.Sources.Where(s => s.Unreadable > 0).Select(s => $"{s.Name} {British.Number(s.Unreadable)}"))}), and only the gravest phrases were looked for in "
            + "what they say. It is for IT to see to their sources");
        Add(content.Sources.Sum(s => s.Unmapped), "word of a product is not known here, so nothing is concluded from it", "words of products are not known here, so nothing is concluded from them");
        Add(view.Alerts.Sum(a => a.Late), "alert was raised late, from records that could be read only now", "alerts were raised late, from records that could be read only now");
        Add(view.Alerts.Sum(a => a.Unproven), $"open alert was {LowTrust.Words}: a hint, no evidence", $"open alerts were {LowTrust.Words}: hints, no evidence");
        Add(content.Watch.Backlog - content.Watch.Captured, "record waits to be processed", "records wait to be processed");
        Add(content.Watch.Captured, "record waits for its source to be set up fully, read for grave words alone", "records wait for their source to be set up fully, read for grave words alone");
        // Nobody may read that nothing stands out while nobody would have been told, or nothing was watched.
        Add(Gaps(content).Count, "gap in what is watched and who is told is listed below", "gaps in what is watched and who is told are listed below");
        if (UnknownShare(content) >= ManyUnknown)
        {
            items.Add($"{UnknownShare(content).ToString("0.#%", British.Culture)} of activity is by somebody whose role is not known. Import the people list.");
        }

        return items;

        void Add(long count, string one, string many, string more = "")
        {
            if (count > 0)
            {
                items.Add($"{Counted.Of(count, one, many)}{more}.");
            }
        }
    }

    /// <summary>What holds every day until somebody changes it.</summary>
    public static IReadOnlyList<string> Limits(DigestContent content) =>
    [
        .. content.Sources.SelectMany(s => (s.Notices ?? []).Select(notice => (s.Name, Notice: notice))).GroupBy(of => of.Notice, of => of.Name, StringComparer.Ordinal)
            .Select(same => $"{Sources([.. same])}: {same.Key}"),
        .. content.OutOfHours is { Watched: true } ? Array.Empty<string>() : [content.OutOfHours?.Words ?? NobodyOutOfHours],
        "Devices and networks that none of the sources above covers.",
    ];

    /// <summary>What nobody watches, or nobody would be told of, although somebody could be.</summary>
    public static IReadOnlyList<string> Gaps(DigestContent content)
    {
        var items = new List<string>();
        var sources = content.Sources.Where(s => !s.Unassigned).ToList();
        if (sources.Count == 0)
        {
            items.Add("No filtering or monitoring product is connected: nothing is being watched.");
        }

        if (sources.Where(s => s.LastReceivedAt is null).Select(s => s.Name).ToList() is { Count: > 0 } never)
        {
            items.Add($"{Sources(never)} {Counted.Word(never.Count, "has", "have")} never sent anything.");
        }

        items.AddRange(sources.Where(s => s.LastReceivedAt is not null && !s.Capture && s.State == SourceStateWords.Of(SourceState.Unwatched))
            .GroupBy(s => s.Words, s => s.Name, StringComparer.Ordinal).Select(same => $"{Sources([.. same])}: {same.Key}."));
        if (sources.Count > 0 && !(content.To - content.Watch.JudgedAt < _watchAway))
        {
            items.Add("Nobody watches whether the sources go quiet: a part of the service does not run. Tell whoever runs it.");
        }

        if (content.Watch.NoRelay)
        {
            items.Add("No mail server is set up: no e-mail is being sent, and nobody is told of anything by mail. Look at the queue yourself, and have IT set one up.");
        }

        items.AddRange(content.Watch.Notices);
        if (content.Watch.Dsls == 0)
        {
            items.Add(content.Watch.Deputies > 0
                ? "No Designated Safeguarding Lead is set: alerts go to the deputies."
                : "No Designated Safeguarding Lead and no deputy is set: alerts go to the head, or to nobody.");
        }

        else if (content.Watch.Dsls + content.Watch.Deputies == 1)
        {
            items.Add($"One person alone is told when a pupil asks for help: while that person is away, nobody is. Give somebody the role \"{StaffRole.LabelOf(StaffRole.Deputy)}\".");
        }

        if (content.Watch.Heads == 0)
        {
            items.Add("No head is set: alerts about staff go to the chair of governors, or to nobody.");
        }

        if (content.Watch.Chairs == 0)
        {
            items.Add("No chair of governors is set: alerts about the head go to nobody.");
        }

        return items;
    }

    private static string Sources(IReadOnlyList<string> names) => $"{Counted.Word(names.Count, "Source", "Sources")} {string.Join(", ", names)}";

    /// <summary>0 to 1.</summary>
    public static double UnknownShare(DigestContent content)
    {
        var total = content.Actions.Sum(a => a.Count);
        return total == 0 ? 0 : (double)content.Actions.Sum(a => a.UnknownRole) / total;
    }

    public static string Spoken(TimeSpan age)
    {
        if (age < TimeSpan.FromMinutes(1))
        {
            return "under a minute";
        }

        return age.TotalHours < 1 ? $"{age.Minutes} min"
            : age.TotalDays < 2 ? $"{(int)age.TotalHours} h {age.Minutes} min"
            : $"{(int)age.TotalDays} days";
    }
}
