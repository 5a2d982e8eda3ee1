using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Email;
using static OnlineSafety.Monitoring.Events.British;

namespace OnlineSafety.Monitoring.Digests;

/// <summary>What a digest says of who answered: breaches, messages that did not arrive, silences, drills, and the hours outside school.</summary>
internal static class AnsweringSections
{
    private const int BreachesShown = 20;
    private const int LeftShown = 20;
    private const int UndeliveredShown = 30;

    public static void Breaches(MailDocument body, DigestView view, IThemeWords themes, TimeZoneInfo zone)
    {
        if (view.Breaches.Count == 0)
        {
            return;
        }

        body.Heading("Not answered in time")
            .Table("", ["Alert", "Severity", "Theme", "To be answered by", "Told further", "Answered"], [.. view.Breaches.Take(BreachesShown).Select(a => new[]
            {
                Number(a.Number), Capital(Words.Of((Severity)a.Severity)), themes.LabelOf(a.Theme), a.AnswerBy is { } by ? When(by, zone) : "-",
                Told(a.Rounds), a.AnsweredAt is { } answered ? When(answered, zone) : "NOT YET",
            })]);
        var more = view.Unanswered + view.AnsweredLate - Math.Min(BreachesShown, view.Breaches.Count);
        if (more > 0)
        {
            body.Paragraph($"And {Number(more)} more {Counted.Word(more, "was", "were")} not answered in time; see the queue.");
        }
    }

    public static void Left(MailDocument body, DigestView view, IThemeWords themes, TimeZoneInfo zone)
    {
        if (view.Left.Count == 0)
        {
            return;
        }

        body.Heading("Escalated, and nobody has taken it on")
            .Table("", ["Alert", "Severity", "Theme", "Escalated", "To be answered by", "Told further"], [.. view.Left.Take(LeftShown).Select(a => new[]
            {
                Number(a.Number), Capital(Words.Of((Severity)a.Severity)), themes.LabelOf(a.Theme), When(a.EscalatedAt, zone), a.AnswerBy is { } by ? When(by, zone) : "-", Told(a.Rounds),
            })]);
        var more = view.Alerts.Sum(a => a.Left) - Math.Min(LeftShown, view.Left.Count);
        body.Paragraph($"{(more > 0 ? $"And {Number(more)} more; see the queue. " : "")}Ask whoever sits at the next desk, or take it into review yourself.");
    }

    public static void Undelivered(MailDocument body, DigestView view)
    {
        if (view.Undelivered.Count == 0)
        {
            return;
        }

        var groups = view.Undelivered.GroupBy(m => (m.To, m.Error, m.Failed)).Select(g => (g.Key, Count: g.Sum(m => m.Count))).OrderByDescending(g => g.Count).Take(UndeliveredShown).ToList();
        body.Heading("Messages that did not arrive").Table("", ["To", "Why", "State", "Messages"], [.. groups.Select(g => new[]
            { g.Key.To.Length == 0 ? "nobody was there to tell" : g.Key.To, g.Key.Error.Length == 0 ? "-" : DeliveryWords.Of(g.Key.Error), g.Key.Failed ? "given up" : "waits", Number(g.Count) })]);
        var more = view.Failed + view.Waits - groups.Sum(g => g.Count);
        if (more > 0)
        {
            body.Paragraph($"And {Counted.Of(more, "more message")} did not arrive.");
        }
    }

    public static void Silences(MailDocument body, DigestContent content, TimeZoneInfo zone)
    {
        if (content.Silences.Count > 0)
        {
            body.Heading("Silences").Items([.. content.Silences.Select(s => Line(s, zone))]);
        }
    }

    public static void Drills(MailDocument body, DigestContent content, TimeZoneInfo zone)
    {
        if (content.Drills.Count > 0)
        {
            body.Heading("Drills").Paragraph($"{Counted.Of(content.Drills.Count, "drill")}; no other figure here counts them.")
                .Items([.. content.Drills.Select(d => Line(d, zone))]);
        }
    }

    public static void OutOfHours(MailDocument body, DigestContent content) =>
        body.Heading("Outside school hours").Paragraph(content.OutOfHours?.Words ?? DigestAttention.NobodyOutOfHours);

    private static string Told(int rounds) => rounds switch { 0 => "-", 1 => "once", _ => $"{Number(rounds)} times" };

    private static string Line(SilenceReport silence, TimeZoneInfo zone)
    {
        var state = silence.Ended switch
        {
            "" when silence.Waits => "waits for a second person and silences nothing yet",
            "" => $"until {When(silence.Until, zone)}",
            "unmatched" => "ended, because it met nothing",
            "over" => "ended with its time",
            _ => "ended by hand",
        };
        var met = Counted.Of(silence.Hits, "alert of this period was not told of", "alerts of this period were not told of");
        return $"{Capital(silence.Scope)}: {state}. By {silence.Author}{(silence.Approver.Length > 0 ? $", with {silence.Approver}" : "")}{(silence.Reason.Length > 0 ? ": " + silence.Reason : "")} ({met}; each is on the queue.)";
    }

    private static string Line(DrillResult drill, TimeZoneInfo zone)
    {
        var failed = drill.Failed > 0 ? $", {Counted.Of(drill.Failed, "message")} failed" : "";
        var folder = drill.Folder > 0 ? $", {Counted.Of(drill.Folder, "message")} {SentCode.FolderWords}" : "";
        var answered = drill.AnsweredAt is { } at ? $"answered after {DigestAttention.Spoken(at - drill.RaisedAt)}" : "nobody has answered it";
        return $"Number {Number(drill.Number)}, {Words.Of((Severity)drill.Severity)}, {When(drill.RaisedAt, zone)}: {Number(drill.Reached)} reached{folder}{failed}, {answered}.";
    }
}
