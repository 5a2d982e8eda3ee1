using System.Globalization;
using System.Text;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Web.Alerts;

/// <summary>
/// An alert as plain text for the school's case system: what a person would type off the page. It holds no address that can be followed, and nothing that
/// turns text round or cannot be seen. Pure.
/// </summary>
internal static class CaseText
{
    private const int MostEvents = 10;
    private const int LongestText = 500;

    public static string Of(AlertDetailView alert, string school, Func<string, string> title, TimeZoneInfo zone)
    {
        var text = new StringBuilder();
        Line($"Online safety alert {alert.Number}, {Plain(school)}");
        Line($"Severity: {alert.Severity}");
        Line($"About: {string.Join(", ", alert.Marks.Count > 0 ? alert.Marks.Select(mark => $"{title(mark.Theme)} ({Words.Of(mark.Severity)})") : alert.Themes.Select(title))}");
        if (AlertSummary.Deciding(alert)?.User is { Length: > 0 } account && !AlertCohort.Is(alert.Subject))
        {
            Line($"Account: {Plain(account)}");
        }

        Line($"Raised: {At(alert.RaisedAt)}");
        Line($"Events: {alert.Count.ToString(British.Culture)}{(alert.Count > MostEvents ? $", the gravest {MostEvents} of them here" : "")}");
        foreach (var e in alert.Events.Take(MostEvents))
        {
            Line($"- {At(e.OccurredAt)}: {AlertSummary.Kind(e.Kind)}, {AlertSummary.Action(e.Action).ToLowerInvariant()} by {AlertSummary.Product(e.Vendor)}{(e.Severity == "none" ? "" : $", {title(e.Theme)} ({e.Severity})")}");
            foreach (var (label, said) in new[] { ("Searched for", e.SearchQuery), ("Words", e.Text), ("Address", e.Url), ("App", e.App) }.Where(field => field.Item2 is { Length: > 0 }))
            {
                Line($"  {label}: {Plain(label == "Address" ? Unfollowable(said!) : said!)}");
            }
        }

        if (alert.Outcome is { } outcome)
        {
            Line($"Outcome: {Pages.OutcomeWords.Of(outcome)}");
            Line($"What was found and done: {Plain(alert.Note ?? "")}");
        }

        return text.ToString();

        void Line(string line) => text.Append(line).Append('\n');

        string At(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, zone).ToString("ddd d MMM yyyy HH:mm", British.Culture);
    }

    // Case systems make links of what looks like one.
    private static string Unfollowable(string address) =>
        (address.IndexOf("://", StringComparison.Ordinal) is var at and >= 0 ? address[(at + 3)..] : address).Replace(".", "[.]", StringComparison.Ordinal);

    private static string Plain(string said)
    {
        var plain = new StringBuilder();
        foreach (var rune in said.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            plain.Append(category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse ? " " : rune.ToString());
            if (plain.Length > LongestText)
            {
                return plain.Append(" ...").ToString().Replace("://", " ", StringComparison.Ordinal);
            }
        }

        return plain.ToString().Replace("://", " ", StringComparison.Ordinal);
    }
}
