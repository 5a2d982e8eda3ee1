using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications.Email;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>The mail about an alert: thin, because mail is read on phones, forwarded and kept. What happened is shown behind the link.</summary>
internal sealed class AlertBody(IThemeWords themes, IOptions<MailOptions> options) : INotificationBody
{
    /// <summary>Before every subject and title of a drill.</summary>
    public const string DrillMark = "DRILL: ";

    /// <summary>Below every mail about alerts.</summary>
    public const string NoNames = "This message holds no names, searches or web addresses on purpose. Please do not add any when you reply or forward it.";

    /// <summary>First of all steps of what is critical.</summary>
    public const string DangerNow = "A child may be at risk now. If there is immediate danger, call 999.";

    /// <summary>In every mail about drills: whoever does as if it were real must not ring the police.</summary>
    public const string NobodyOutside = "Ring nobody outside the school, and no emergency service.";

    public string Kind => "alert";

    public async Task<Preparation> PrepareAsync(Session session, LedgerEntry entry, NotificationAddressee to, CancellationToken cancellationToken)
    {
        var notice = (await AlertNotices.ReadForAsync(session, [entry], to.Member, cancellationToken)).GetValueOrDefault(entry.Alert ?? Guid.Empty);
        return AlertNotice.DropFor(notice, to, entry) is { } code ? new Preparation.Drop(code) : Say(notice!, entry.Cause, to);
    }

    internal Preparation.Say Say(AlertNotice notice, string cause, NotificationAddressee to)
    {
        var severity = British.Capital(Words.Of(notice.Severity));
        // All that are told at once, the gravest first: a headline alone would hide a wish to die behind a threat that came before it.
        var grave = ThemeMarks.Grave(notice.Marks, notice.Theme);
        var theme = string.Join(", ", grave.Select(themes.LabelOf));
        var school = MailDocument.Line(to.SchoolName);
        var subject = string.Create(British.Culture, $"[Online safety] {(notice.Drill ? DrillMark : "")}{severity}: alert {notice.Number} at {school}: {theme}");
        var link = options.Value.BaseUrl.TrimEnd('/') + "/alerts/" + notice.Alert.ToString("D");

        var body = new MailDocument(string.Create(British.Culture, $"{(notice.Drill ? DrillMark : "")}{severity} alert {notice.Number}: {theme}"));
        if (notice.Drill)
        {
            body.Paragraph($"This is a DRILL. Nothing has happened and nobody is at risk. Please open and acknowledge it as you would a real one: it shows whether everybody is reached. {NobodyOutside}");
        }

        body.Paragraph(WhyNow(cause, notice.IsLeft))
            .Facts([.. Facts(notice, cause, school, severity, theme, to)])
            .Heading("What to do next")
            .Items(NextSteps(notice, cause))
            .Link("Open this alert", link)
            .Paragraph(NoNames);
        return new Preparation.Say(subject, body, notice.Severity >= Severity.High);
    }

    private IEnumerable<(string, string)> Facts(AlertNotice notice, string cause, string school, string severity, string theme, NotificationAddressee to)
    {
        yield return ("School", school);
        yield return ("Severity", severity + (notice.Unproven ? $", {LowTrust.Words}" : ""));
        if (to.InForce is { } inForce && notice.Clock?.By(notice.Severity, inForce) is { } by)
        {
            yield return (notice.IsLeft ? "Take on by" : "Acknowledge by", to.At(by));
        }

        yield return ("Theme", theme);
        // A drill is about nothing: it has no risk and no events.
        if (!notice.Drill)
        {
            var others = string.Join(", ", ThemeMarks.Ordered(notice.Marks, notice.Themes).Except(ThemeMarks.Grave(notice.Marks, notice.Theme), StringComparer.Ordinal).Select(themes.LabelOf));
            yield return ("Also concerns", others.Length == 0 ? "No other theme" : others);
            yield return ("Risk", notice.Risk == Risk.None ? "Not yet known" : British.Capital(Words.Of(notice.Risk)));
            yield return ("Events so far", British.Number(notice.Events));
        }

        yield return ("Alert number", notice.Number.ToString(British.Culture));
        yield return ("Raised", to.At(notice.RaisedAt) + (notice.Late ? ", late: from records that were received before and could be read only now" : ""));
        yield return ("Status", notice.NeedsReview ? "Needs review: the record could not be read fully, so a person must look at it"
            : IsGiven(notice, cause) ? "Given to you: it counts as acknowledged" : British.Capital(AlertState.Shown(notice.State)));
    }

    private static string WhyNow(string cause, bool left) => cause switch
    {
        NotifyCause.Severity => "This alert has become more severe.",
        NotifyCause.Theme => "This alert now also concerns another theme.",
        NotifyCause.Route => "This alert is now yours: what raised it was read again, and it is about somebody else than first thought.",
        NotifyCause.Unreached => "Somebody who was to be told of this alert cannot be reached, so you are told in their place.",
        NotifyCause.CriticalAgain => "There is new activity on this critical alert.",
        NotifyCause.Escalated => "A colleague has escalated this alert: it needs you.",
        NotifyCause.Assigned => "A colleague has given this alert to you. Nobody else is told of it again: if you cannot act now, ring that colleague, or give it to somebody who can.",
        NotifyCause.Reopened => "This alert was resolved or taken, and has been opened again.",
        NotifyCause.Unanswered when left => "A colleague escalated this alert, and nobody has taken it on in time: it needs you.",
        NotifyCause.Unanswered => "Nobody has acted on this alert in time: it needs you.",
        _ => "A new alert needs your attention.",
    };

    // What somebody else acknowledged waits for nobody's word any more, and its new owner would think that it is being seen to.
    private static bool IsGiven(AlertNotice notice, string cause) => cause == NotifyCause.Assigned && notice.State is AlertState.Acknowledged;

    private List<string> NextSteps(AlertNotice notice, string cause)
    {
        var steps = new List<string>();
        if (notice is { Severity: >= Severity.Critical, Drill: false })
        {
            steps.Add(DangerNow);
        }

        // In full, and before what is to be done here: whoever reads this on a phone must not go and look at the material before the console is open.
        if (StaffMatter.Words(notice.Route) is { } matter)
        {
            steps.Add(matter);
        }

        steps.AddRange(themes.Guidance(notice.Marks).Select(one => one.ToString()));
        steps.Add($"Open the alert, see why it was raised and {(notice.IsLeft ? "take it into review" : IsGiven(notice, cause) ? "say that you are looking into it" : "acknowledge it")}, so that others know somebody is acting.");
        if (!notice.Drill)
        {
            steps.Add($"{(notice.Route == AlertRoute.Dsl ? "Act as your child protection policy says" : "Act as your policy on concerns and allegations about staff says")} and record the outcome in the alert.");
        }

        return steps;
    }
}
