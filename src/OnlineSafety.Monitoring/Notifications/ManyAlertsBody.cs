using System.Globalization;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications.Email;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>What is said in one mail about the rows of a claim.</summary>
/// <param name="Say">Null when nothing is left to be said.</param>
/// <param name="Dropped">For each entry, in their order, why it is not told; null when it is.</param>
internal sealed record ManyPrepared(Preparation.Say? Say, IReadOnlyList<string?> Dropped);

/// <summary>An alert of a mail.</summary>
/// <param name="Causes">Why it is told now, oldest first: one at least.</param>
internal sealed record ToldAlert(AlertNotice Notice, IReadOnlyList<string> Causes);

/// <summary>The mail about many alerts that came at once: how many, how grave, of which themes, and their numbers; nothing of any child.</summary>
internal sealed class ManyAlertsBody(AlertBody alone, IThemeWords themes, IOptions<MailOptions> options)
{
    private const int MostThemes = 12;

    /// <summary>Asks of each alert anew whether this person may be told of it: one that is about the reader is neither named nor counted.</summary>
    public async Task<ManyPrepared> PrepareAsync(Session session, MailClaim claim, NotificationAddressee to, CancellationToken cancellationToken)
    {
        var notices = await AlertNotices.ReadForAsync(session, claim.Entries, to.Member, cancellationToken);
        var dropped = new List<string?>(claim.Entries.Count);
        var told = new Dictionary<Guid, ToldAlert>();
        foreach (var entry in claim.Entries)
        {
            var notice = notices.GetValueOrDefault(entry.Alert ?? Guid.Empty);
            var code = entry.Withdrawn ? DropCode.Withdrawn : AlertNotice.DropFor(notice, to, entry);
            dropped.Add(code);
            if (code is null)
            {
                told[notice!.Alert] = new ToldAlert(notice, [.. told.GetValueOrDefault(notice.Alert)?.Causes ?? [], entry.Cause]);
            }
        }

        var said = told.Values.ToList();
        return new ManyPrepared(
            said switch
            {
                [] => null,
                [var only] => alone.Say(only.Notice, only.Causes[^1], to),
                _ when said.TrueForAll(one => one.Notice.Drill) => SayDrills([.. said.Select(one => one.Notice)], to),
                _ => Say(said, to),
            },
            dropped);
    }

    /// <param name="all">One of them at least is no drill.</param>
    internal Preparation.Say Say(IReadOnlyList<ToldAlert> all, NotificationAddressee to)
    {
        // Drills are named and in no figure: nobody may take one for an alert, nor an alert for one.
        var told = all.Where(one => !one.Notice.Drill).ToList();
        var (notices, drills) = (told.ConvertAll(one => one.Notice), all.Where(one => one.Notice.Drill).Select(one => one.Notice).ToList());
        var school = MailDocument.Line(to.SchoolName);
        var critical = notices.Count(notice => notice.Severity == Severity.Critical);
        var count = British.Number(notices.Count);
        var grave = $"{count} {Counted.Word(notices.Count, "alert")}, {(critical > 0 ? British.Number(critical) : "none")} critical";
        var (first, last) = (notices.Min(notice => notice.Number), notices.Max(notice => notice.Number));

        var body = new MailDocument($"{grave}, at {school}")
            .Paragraph("Many alerts came within a short time, so this message tells of all of them together. Each of them stands in the queue by itself.")
            .Facts([
                ("School", school),
                .. notices.GroupBy(notice => notice.Severity).OrderByDescending(group => group.Key).Select(Row),
                ("Not read fully: a person must look", British.Number(notices.Count(notice => notice.NeedsReview))),
                .. Deadline(notices, to),
                ("Earliest raised", to.At(notices.Min(notice => notice.RaisedAt)))])
            .Items(WhyNow(told))
            .Table("Themes", ["Theme", "Alerts", "Critical"], Themes(notices))
            .Items([.. drills.Select(drill => string.Create(British.Culture, $"{AlertBody.DrillMark}number {drill.Number} is a drill and nothing has happened. Please acknowledge it all the same. {AlertBody.NobodyOutside}"))])
            .Heading("What to do next")
            .Items(NextSteps(notices, critical > 0))
            .Link("Open the queue", options.Value.BaseUrl.TrimEnd('/') + "/alerts")
            .Paragraph(AlertBody.NoNames);
        return new Preparation.Say(
            string.Create(CultureInfo.InvariantCulture, $"[Online safety] {grave}: {(first == last ? $"number {first}" : $"numbers {first} to {last}")} at {school}"), body, notices.Any(notice => notice.Severity >= Severity.High));
    }

    /// <summary>Several drills and nothing else.</summary>
    internal Preparation.Say SayDrills(IReadOnlyList<AlertNotice> drills, NotificationAddressee to)
    {
        var (school, numbers) = (MailDocument.Line(to.SchoolName), NumberRanges.Of(drills.Select(drill => drill.Number)));
        var body = new MailDocument($"{AlertBody.DrillMark}{British.Number(drills.Count)} drills, at {school}")
            .Paragraph($"These are DRILLS. Nothing has happened and nobody is at risk. Please open and acknowledge each as you would a real one: it shows whether everybody is reached. {AlertBody.NobodyOutside}")
            .Facts([("School", school), ("Drills", $"number {numbers}"), .. Deadline(drills, to), ("Earliest raised", to.At(drills.Min(drill => drill.RaisedAt)))])
            .Link("Open the queue", options.Value.BaseUrl.TrimEnd('/') + "/alerts")
            .Paragraph(AlertBody.NoNames);
        return new Preparation.Say($"[Online safety] {AlertBody.DrillMark}{British.Number(drills.Count)} drills: number {numbers} at {school}", body, drills.Any(drill => drill.Severity >= Severity.High));
    }

    /// <summary>The first of the times by which they must be answered.</summary>
    private static IEnumerable<(string, string)> Deadline(IReadOnlyList<AlertNotice> notices, NotificationAddressee to)
    {
        var first = to.InForce is { } inForce ? notices.Min(notice => notice.Clock?.By(notice.Severity, inForce)) : null;
        return first is { } by ? [("Acknowledge by", $"{to.At(by)}, the first of them")] : [];
    }

    /// <summary>Why of those that are not simply new.</summary>
    private static List<string> WhyNow(IReadOnlyList<ToldAlert> told) =>
    [
        .. told.SelectMany(one => one.Causes.Distinct(StringComparer.Ordinal).Select(cause => (Cause: cause, one.Notice.Number)))
            .Where(why => why.Cause != NotifyCause.Raised)
            .GroupBy(why => why.Cause, StringComparer.Ordinal)
            .Select(group => (Numbers: NumberRanges.Of(group.Select(why => why.Number)), First: group.Min(why => why.Number), group.Key))
            .OrderBy(why => why.First).ThenBy(why => why.Key, StringComparer.Ordinal)
            .Select(why => $"{WhyNow(why.Key)}: number {why.Numbers}"),
    ];

    private static string WhyNow(string cause) => cause switch
    {
        NotifyCause.Severity => "More severe than before",
        NotifyCause.Theme => "Also about another theme now",
        NotifyCause.Route => "Yours now, and about somebody else than first thought",
        NotifyCause.Unreached => "Told to you because somebody else cannot be reached",
        NotifyCause.CriticalAgain => "New activity on a critical alert",
        NotifyCause.Escalated => "Escalated by a colleague, and needs you",
        NotifyCause.Assigned => "Given to you by a colleague, and nobody else is told again",
        NotifyCause.Reopened => "Opened again after it was resolved or taken",
        NotifyCause.Unanswered => "Nobody has acted in time, and it needs you",
        _ => cause,
    };

    private static (string Name, string Value) Row(IGrouping<Severity, AlertNotice> group)
    {
        var word = Words.Of(group.Key);
        return (British.Capital(word), $"{British.Number(group.Count())}: number {NumberRanges.Of(group.Select(notice => notice.Number))}");
    }

    /// <summary>Those with critical alerts first.</summary>
    private List<string[]> Themes(IReadOnlyList<AlertNotice> notices)
    {
        // An alert counts for each theme that is told of at once, not for its headline alone.
        var counted = notices.SelectMany(notice => ThemeMarks.Grave(notice.Marks, notice.Theme).Select(theme => (Theme: theme, IsCritical: IsCritical(notice, theme))))
            .GroupBy(one => one.Theme, StringComparer.Ordinal)
            .Select(group => (Label: themes.LabelOf(group.Key), Count: group.Count(), Critical: group.Count(one => one.IsCritical)))
            .OrderByDescending(theme => theme.Critical).ThenByDescending(theme => theme.Count).ThenBy(theme => theme.Label, StringComparer.Ordinal)
            .ToList();
        List<string[]> rows = [.. counted.Take(MostThemes).Select(theme => (string[])[theme.Label, British.Number(theme.Count), British.Number(theme.Critical)])];
        if (counted.Count > MostThemes)
        {
            var rest = counted.Skip(MostThemes).ToList();
            rows.Add(["Other themes", British.Number(rest.Sum(theme => theme.Count)), British.Number(rest.Sum(theme => theme.Critical))]);
        }

        return rows;
    }

    private static bool IsCritical(AlertNotice notice, string theme) => theme == notice.Theme
        ? notice.Severity == Severity.Critical
        : ThemeMarks.Read(notice.Marks).Any(mark => mark.Theme == theme && mark.Severity == Severity.Critical);

    private List<string> NextSteps(IReadOnlyList<AlertNotice> notices, bool critical)
    {
        var steps = new List<string>();
        if (critical)
        {
            steps.Add($"Begin with the critical alerts. {AlertBody.DangerNow}");
        }

        // Said of the alerts they belong to: the others in this mail are about pupils.
        foreach (var group in notices.GroupBy(notice => notice.Route, StringComparer.Ordinal))
        {
            if (StaffMatter.Words(group.Key) is { } matter)
            {
                steps.Add($"Number {NumberRanges.Of(group.Select(notice => notice.Number))}: {matter}");
            }
        }

        // Each text once, with the numbers of all alerts that it is about.
        var guidance = notices.SelectMany(notice => themes.Guidance(notice.Marks).Select(one => (Guidance: one, Notice: notice))).ToList();
        foreach (var group in guidance.GroupBy(one => one.Guidance.Text, StringComparer.Ordinal))
        {
            var about = string.Join(", ", group.SelectMany(one => one.Guidance.About.Split(", ", StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal));
            steps.Add($"Number {NumberRanges.Of(group.Select(one => one.Notice.Number))}: {new Guidance(about, group.Key)}");
        }

        steps.Add("Open each alert, see why it was raised and acknowledge it, so that others know somebody is acting.");
        steps.Add("When they have one cause, such as a class at work on one topic or an export that changed, look into that as well.");
        return steps;
    }
}
