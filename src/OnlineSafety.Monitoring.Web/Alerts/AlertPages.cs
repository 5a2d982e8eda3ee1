using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Reading;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Web.Pages;

namespace OnlineSafety.Monitoring.Web.Alerts;

/// <summary>Puts an alert's page together for one person.</summary>
internal sealed class AlertPages(AlertVisits visits, SchoolNames names, TellingReader telling, ThemeGuide guide, TimeProvider time)
{
    private const int LongestWords = 200;

    /// <summary>Null when there is no such alert that this person may see.</summary>
    public async Task<AlertPageView?> OfAsync(SignedInStaff who, int number, CancellationToken cancellationToken) =>
        await visits.OpenAsync(who, new AlertReference(Id: null, number), cancellationToken) is { } visit ? await ViewAsync(who, visit, cancellationToken) : null;

    /// <summary>The same with what is stored of the hour around it, for a reason that is recorded.</summary>
    public async Task<(AlertPageView View, StoredHour Hour)?> WithHourAsync(SignedInStaff who, int number, string reason, CancellationToken cancellationToken) =>
        await visits.OpenHourAsync(who, new AlertReference(Id: null, number), reason, cancellationToken) is var (visit, hour) ? (await ViewAsync(who, visit, cancellationToken), hour) : null;

    private async Task<AlertPageView> ViewAsync(SignedInStaff who, AlertVisit visit, CancellationToken cancellationToken)
    {
        var (alert, around) = (visit.Alert, visit.Around);
        var school = await names.OfAsync(who, cancellationToken);
        var zone = SchoolZone.Of(school.Zone);
        var now = time.GetUtcNow();
        var grave = ThemeMarks.Grave(alert.Marks, alert.Theme);
        var (headline, rest) = guide.HeadlineOf(grave);
        var noMail = (await telling.OfAsync(who.School, who.Actor, cancellationToken)).WhyNoMail(now);
        return new AlertPageView
        {
            Alert = alert,
            Theme = headline,
            Also = [.. rest, .. alert.Marks.Select(mark => mark.Theme).Union(alert.Themes, StringComparer.Ordinal).Except(grave, StringComparer.Ordinal).Select(guide.LabelOf)],
            Deciding = AlertSummary.Deciding(alert),
            Summary = AlertSummary.Of(alert, around.Sources, around.FirstHappenedAt, around.LastHappenedAt, now, zone),
            AcknowledgeBy = around.AcknowledgeBy,
            FirstReceivedAt = around.FirstReceivedAt,
            LastHappenedAt = around.LastHappenedAt,
            Guidance = alert.Guidance,
            OtherGrave = AlertSummary.OtherGrave(alert),
            AsGrave = AlertSummary.AsGrave(alert),
            Unknown = alert.State == AlertState.Resolved || alert.Drill ? "" : AlertSummary.Unknown(alert, now, zone),
            CaseText = CaseText.Of(alert, school.Name, guide.LabelOf, zone),
            MayPutBack = who.May(Permission.ActOnAlerts) && alert.State == AlertState.Acknowledged && AlertMove.PutBack.IsOpenTo(who.Actor, alert.AcknowledgedBy, alert.AcknowledgedAt, now),
            Silenced = visit.Silenced,
            MaySilence = who.May(Permission.SilenceAlerts) && !alert.Drill && alert.Severity != "critical",
            Sources = around.Sources,
            Vendors = around.Vendors,
            Earlier = around.Earlier,
            Days = HasPast(alert) ? DayBars.Of(around.Days, DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime)) : [],
            Staff = around.Staff,
            History = visit.History,
            Told = visit.Told,
            NoMail = noMail,
            Untold = alert.State == AlertState.Resolved ? [] : UntoldWords.Of(visit.Told, noMail, who.Actor.Staff),
            Titles = Themes(alert).Distinct(StringComparer.Ordinal).ToDictionary(theme => theme, guide.LabelOf, StringComparer.Ordinal),
            Steps = Allowed(who, alert.State),
            NextDesk = visit.NextDesk,
            Me = who.Actor.Staff,
            MayAskForHour = HasPast(alert) && who.May(Permission.ExportEvidence),
            MayExclude = who.May(Permission.ManageRules),
        };
    }

    /// <summary>The same page with the hour around it.</summary>
    public AlertPageView WithHour(AlertPageView view, HourView hour)
    {
        var titles = view.Titles.ToDictionary(title => title.Key, title => title.Value, StringComparer.Ordinal);
        foreach (var theme in hour.Events.Concat(hour.Log?.Device ?? []).Select(e => e.Theme))
        {
            titles.TryAdd(theme, guide.LabelOf(theme));
        }

        return view with { Hour = hour, Titles = titles };
    }

    /// <summary>Words that rules matched in it, each once; none where they are masked.</summary>
    public static IReadOnlyList<string> Excludable(AlertDetailView alert) =>
        [.. alert.Reasons.Where(reason => reason.Start >= 0 && reason.Matched.Length is > 0 and <= LongestWords && reason.Matched != StoredEvent.Masked)
            .Select(reason => reason.Matched).Distinct(StringComparer.OrdinalIgnoreCase)];

    // Of a person: a class has none, and neither has what nobody is known for.
    private static bool HasPast(AlertDetailView alert) => alert.Subject is not null && !AlertCohort.Is(alert.Subject);

    private static IEnumerable<string> Themes(AlertDetailView alert) =>
        [
            alert.Theme, .. alert.Themes, .. alert.Events.Select(e => e.Theme), .. ReasonWords.Themes(alert.Reasons),
            .. alert.Reasons.SelectMany(reason => reason.Parts.Select(part => part.Without).Append(reason.Without)).OfType<Events.Counterfactual>().Select(without => without.Theme),
        ];

    private static HashSet<string> Allowed(SignedInStaff who, string state) =>
        [.. AlertSteps.All.Where(step => who.May(AlertSteps.Needs(step)) && step is not (AlertStep.Breached or AlertStep.Grown) && AlertLifecycle.After(state, step) is not null).Select(AlertSteps.Word)];
}
