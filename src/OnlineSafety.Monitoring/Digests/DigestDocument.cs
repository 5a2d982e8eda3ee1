using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Digests;

/// <summary>A digest in words, for one recipient.</summary>
internal sealed class DigestDocument(IThemeWords themes, CategoryWords categories, IOptions<MailOptions> options)
{
    private const int WaitingShown = 20;

    public Preparation.Say Render(DigestContent stored, StaffMember reader, TimeZoneInfo zone)
    {
        var content = stored.ForOthers || DigestForOthers.AreFor(reader) ? DigestForOthers.Of(stored, categories) : stored;
        var view = new DigestView(content, reader);
        var day = content.Day.ToString("ddd d MMM yyyy", British.Culture);
        var school = MailDocument.Line(content.School);
        var open = Counted.Of(view.Open, "open alert");

        var body = new MailDocument($"Daily digest for {school}, {day}");
        Opening(body, content, zone);
        body.Heading("What needs attention");
        var attention = DigestAttention.Of(view);
        body.Items(attention.Count > 0 ? attention : ["Nothing stands out. Please still look at the figures below."]);
        AlertTables(body, view);
        AnsweringSections.Left(body, view, themes, zone);
        AnsweringSections.Breaches(body, view, themes, zone);
        AnsweringSections.Undelivered(body, view);
        AnsweringSections.OutOfHours(body, content);
        AnsweringSections.Silences(body, content, zone);
        AnsweringSections.Drills(body, content, zone);
        Activity(body, content);
        Sources(body, content, zone);
        NotWatched(body, content);
        Exclusions(body, content, zone);
        body.Link("Open the alert queue", options.Value.BaseUrl.TrimEnd('/') + "/alerts");
        Footer(body, content);
        return new Preparation.Say($"[Online safety] Daily digest for {school}, {day}: {open}", body, Urgent: false);
    }

    private static void Opening(MailDocument body, DigestContent content, TimeZoneInfo zone)
    {
        if (content.Late)
        {
            body.Paragraph("This digest is late: the service was not running, or not able to make it, when it was due.");
        }

        body.Paragraph($"It covers what was recorded from {British.When(content.From, zone)} until {British.When(content.To, zone)}.");
    }

    private void AlertTables(MailDocument body, DigestView view)
    {
        body.Heading("Alerts");
        if (view.Alerts.Count == 0)
        {
            body.Paragraph("No open alerts, and none was raised or resolved.");
        }
        else
        {
            body.Table("By state", ["State", "Raised in this period", "Older"], [.. AlertState.All.Select(state =>
                Tallied(British.Capital(AlertState.Shown(state)), view.Alerts.Where(a => a.State == state)))]);
            body.Table("By severity", ["Severity", "Raised in this period", "Older and open"], [.. view.Alerts.GroupBy(a => a.Severity).OrderByDescending(g => g.Key)
                .Select(g => Tallied(British.Capital(Words.Of((Severity)g.Key)), RaisedOrOpen(g)))]);
            body.Table("By theme; an alert counts under each of its themes", ["Theme", "Raised in this period", "Older and open"],
                [.. view.Alerts.SelectMany(a => a.AllThemes, (alert, theme) => (Alert: alert, Theme: theme)).GroupBy(a => a.Theme, a => a.Alert, StringComparer.Ordinal)
                    .OrderByDescending(g => g.Sum(a => a.Count)).Select(g => Tallied(Theme(g.Key), RaisedOrOpen(g)))]);
        }

        if (view.Unacknowledged.Count > 0)
        {
            body.Table("Not acknowledged yet", ["Alert", "Severity", "Theme", "Waiting for"], [.. view.Unacknowledged.Take(WaitingShown).Select(a => new[]
                { British.Number(a.Number), British.Capital(Words.Of((Severity)a.Severity)), string.Join(", ", ThemeMarks.Grave(a.Marks, a.Theme).Select(Theme)), DigestAttention.Spoken(view.Content.To - a.RaisedAt) })]);
        }

        var more = view.New - Math.Min(WaitingShown, view.Unacknowledged.Count);
        if (more > 0)
        {
            body.Paragraph($"And {British.Number(more)} more {Counted.Word(more, "is", "are")} not acknowledged; see the queue.");
        }

        body.Paragraph("Alerts that are not routed to you are neither shown nor counted here.");
    }

    private void Activity(MailDocument body, DigestContent content)
    {
        body.Heading("Blocked activity by category and theme");
        if (content.BlockedTotal == 0)
        {
            body.Paragraph("No blocked activity was recorded.");
        }
        else
        {
            // Two products write one category with and without a capital.
            var rows = content.Blocked.GroupBy(b => (Category: b.Category.ToUpperInvariant(), b.Theme)).Select(same => (same.MaxBy(b => b.Count)!.Category, same.Key.Theme, Count: same.Sum(b => b.Count)))
                .OrderByDescending(b => b.Count).Select(b => new[] { b.Category.Length == 0 ? "(no category)" : b.Category, Theme(b.Theme), British.Number(b.Count) }).ToList();
            var rest = content.BlockedTotal - content.Blocked.Sum(b => b.Count);
            if (rest > 0)
            {
                rows.Add(["All other categories", "", British.Number(rest)]);
            }

            body.Table("", ["Category as the product names it", "Theme", "Blocked"], rows);
            if (content.ForOthers)
            {
                body.Paragraph($"What was blocked fewer than {DigestForOthers.Fewest} times is counted among all others.");
            }
        }

        var total = content.Actions.Sum(a => a.Count);
        if (total > 0)
        {
            body.Heading("All activity by what the product did");
            body.Table("", ["Action", "Events"],
                [.. content.Actions.Select(a => new[] { British.Capital(Words.Of((DeviceAction)a.Action)), British.Number(a.Count) }), ["In all", British.Number(total)]]);
            body.Paragraph($"By somebody whose role is not known: {DigestAttention.UnknownShare(content).ToString("0.#%", British.Culture)}.");
        }
    }

    private static void Sources(MailDocument body, DigestContent content, TimeZoneInfo zone)
    {
        body.Heading("Sources");
        if (content.Sources.Count == 0)
        {
            body.Paragraph("No source is set up.");
            return;
        }

        body.Table("", ["Source", "Product", "State", "Last heard", "Silent for", "Records", "Unreadable", "Words not known"], [.. content.Sources.Select(s => new[]
        {
            s.Name,
            s.Unassigned ? "not assigned" : s.Product,
            s.Unassigned ? "-" : s.Capture ? SourceAttention.Waiting : s.State.Length == 0 ? "not judged" : SourceStateWords.Shown(s.State),
            s.LastReceivedAt is { } heard ? British.When(heard, zone) : "never",
            s.LastReceivedAt is { } last ? DigestAttention.Spoken(content.To - last) : "-",
            British.Number(s.Records), British.Number(s.Unreadable), British.Number(s.Unmapped),
        })]);
    }

    private static void NotWatched(MailDocument body, DigestContent content)
    {
        body.Heading("What is not being watched");
        if (DigestAttention.Gaps(content) is { Count: > 0 } gaps)
        {
            body.Items(gaps).Paragraph("And what is known of the products, the hours and the network:");
        }

        body.Items(DigestAttention.Limits(content));
    }

    private static void Exclusions(MailDocument body, DigestContent content, TimeZoneInfo zone)
    {
        if (content.Exclusions.Count == 0)
        {
            return;
        }

        body.Heading("What the school excludes from the rules");
        if (content.ForOthers)
        {
            var rules = content.Exclusions.Count(e => e.Rule);
            var phrases = content.Exclusions.Count - rules;
            string[] kinds = [.. phrases > 0 ? [Counted.Of(phrases, "phrase")] : Array.Empty<string>(), .. rules > 0 ? [Counted.Of(rules, "rule")] : Array.Empty<string>()];
            body.Paragraph($"{string.Join(" and ", kinds)} {Counted.Word(content.Exclusions.Count, "is", "are")} excluded. The safeguarding lead has the list.");
            return;
        }

        body.Items([.. content.Exclusions.Select(e => $"{(e.Rule ? "Rule" : "Phrase")} \"{e.Words}\" until {British.When(e.Until, zone)}, by {e.Author}: {e.Why}")]);
    }

    private static void Footer(MailDocument body, DigestContent content)
    {
        body.Heading("For the auditor");
        if (content.AuditAnchor is { } audit)
        {
            body.Paragraph($"The record of who looked at what has the anchor {audit}. With it anybody can show later that nothing was taken out of that record: onlinesafety audit verify --anchor {audit}");
        }

        if (content.Heads.Count == 0)
        {
            body.Paragraph("Nothing was received in this period.");
            return;
        }

        var anchor = DayAnchor.Of(content.Day, content.Heads.Select(head => head.Anchor));
        var (records, streams) = (content.Heads.Sum(head => head.Last), content.Heads.Count);
        body.Paragraph(
            $"Keep this message. Its anchor {anchor} covers {Counted.Of(records, "stored record")} in {Counted.Of(streams, "stream")}. "
            + $"With it anybody can show later that none of them was cut off or written anew: onlinesafety verify --anchor {anchor}");
        body.Paragraph($"It stands for these heads of hash chains (stream, last record, hash): {string.Join("; ", content.Heads.Select(head => head.Anchor.ToString()))}");
    }

    private static IEnumerable<AlertGroup> RaisedOrOpen(IEnumerable<AlertGroup> groups) => groups.Where(a => a.Raised || a.State is not AlertState.Resolved);

    private static string[] Tallied(string name, IEnumerable<AlertGroup> groups)
    {
        var (raised, older) = (0L, 0L);
        foreach (var group in groups)
        {
            (raised, older) = group.Raised ? (raised + group.Count, older) : (raised, older + group.Count);
        }

        return [name, British.Number(raised), British.Number(older)];
    }

    private string Theme(string theme) => theme is "" or Assessment.NoTheme ? "None" : themes.LabelOf(theme);
}
