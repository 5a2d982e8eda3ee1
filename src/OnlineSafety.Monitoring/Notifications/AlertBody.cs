using System.Globalization;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications.Email;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>The mail about an alert: thin, because mail is read on phones, forwarded and kept. What happened is shown behind the link.</summary>
internal sealed class AlertBody(IThemeWords themes, IOptions<MailOptions> options) : INotificationBody
{
    private static readonly CultureInfo _british = CultureInfo.GetCultureInfo("en-GB");

    public string Kind => "alert";

    public async Task<Preparation> PrepareAsync(Session session, LedgerEntry entry, NotificationAddressee to, CancellationToken cancellationToken)
    {
        var notice = (await AlertNotices.ReadForAsync(session, [entry], to.Member, cancellationToken)).GetValueOrDefault(entry.Alert ?? Guid.Empty);
        return AlertNotice.DropFor(notice, to, entry) is { } code ? new Preparation.Drop(code) : Say(notice!, entry.Cause, to);
    }

    internal Preparation.Say Say(AlertNotice notice, string cause, NotificationAddressee to)
    {
        var severity = Capital(Words.Of(notice.Severity));
        var theme = themes.LabelOf(notice.Theme);
        var others = string.Join(", ", notice.Themes.Where(t => t != notice.Theme).Select(themes.LabelOf));
        var school = MailDocument.Line(to.SchoolName);
        var subject = string.Create(_british, $"[Online safety] {severity}: alert {notice.Number} at {school}: {theme}");
        var raised = TimeZoneInfo.ConvertTime(notice.RaisedAt, to.Zone).ToString("ddd d MMM yyyy 'at' HH:mm", _british);
        var link = options.Value.BaseUrl.TrimEnd('/') + "/alerts/" + notice.Alert.ToString("D");

        var body = new MailDocument(string.Create(_british, $"{severity} alert {notice.Number}: {theme}"))
            .Paragraph(WhyNow(cause))
            .Facts(
                ("School", school),
                ("Severity", severity + (notice.Unproven ? $", {LowTrust.Words}" : "")),
                ("Theme", theme),
                ("Also concerns", others.Length == 0 ? "No other theme" : others),
                ("Risk", notice.Risk == Risk.None ? "Not yet known" : Capital(Words.Of(notice.Risk))),
                ("Alert number", notice.Number.ToString(_british)),
                ("Raised", raised + (notice.Late ? ", late: from records that were received before and could be read only now" : "")),
                ("Events so far", notice.Events.ToString("N0", _british)),
                ("Status", notice.NeedsReview ? "Needs review: the record could not be read fully, so a person must look at it" : Capital(AlertState.Shown(notice.State))))
            .Heading("What to do next")
            .Items(NextSteps(notice))
            .Link("Open this alert", link)
            .Paragraph("This message holds no names, searches or web addresses on purpose. Please do not add any when you reply or forward it.");
        return new Preparation.Say(subject, body, notice.Severity >= Severity.High);
    }

    private static string WhyNow(string cause) => cause switch
    {
        "severity" => "This alert has become more severe.",
        "theme" => "This alert now also concerns another theme.",
        "route" => "This alert is now yours: what raised it was read again, and it is about somebody else than first thought.",
        "critical-again" => "There is new activity on this critical alert.",
        "escalated" => "A colleague has escalated this alert: it needs you.",
        "assigned" => "A colleague has given this alert to you.",
        "reopened" => "This alert was resolved and has been opened again.",
        "unanswered" => "Nobody has acted on this alert in time: it needs you.",
        _ => "A new alert needs your attention.",
    };

    private List<string> NextSteps(AlertNotice notice)
    {
        var steps = new List<string>();
        // In full and first: whoever reads this on a phone must not go and look at the material before the console is open.
        if (StaffMatter.Words(notice.Route) is { } matter)
        {
            steps.Add(matter);
        }

        steps.AddRange(themes.Instructions(notice.Instructions));

        if (notice.Severity >= Severity.Critical)
        {
            steps.Add("A child may be at risk now. If there is immediate danger, call 999.");
        }

        steps.Add("Open the alert, see why it was raised and acknowledge it, so that others know somebody is acting.");
        steps.Add("Act as your child protection policy says and record the outcome in the alert.");
        return steps;
    }

    private static string Capital(string word) => word.Length == 0 ? word : char.ToUpper(word[0], CultureInfo.InvariantCulture) + word[1..];
}
