using System.Globalization;
using System.Text;

namespace OnlineSafety.Monitoring.IntegrationTests.SimulatedTrust;

/// <summary>For each alert who was told, when, by which channel, and who acted.</summary>
internal static class TrustReport
{
    private static readonly string[] Severities = ["none", "low", "medium", "high", "critical"];

    public static async Task<string> WriteAsync(Trust trust)
    {
        var report = new StringBuilder();
        var told = (await trust.RowsAsync(
            "SELECT alert_id, staff_id, channel, cause, state, error, COALESCE(sent_at, created_at) FROM onlinesafety.notification WHERE kind = 'alert' ORDER BY COALESCE(sent_at, created_at), notification_id",
            row => (Alert: row.GetGuid(0), Staff: row.IsDBNull(1) ? (Guid?)null : row.GetGuid(1), Channel: row.GetString(2), Cause: row.GetString(3), State: row.GetString(4), Error: row.GetString(5), At: row.GetFieldValue<DateTimeOffset>(6))))
            .ToLookup(row => row.Alert);
        var steps = (await trust.RowsAsync(
            "SELECT alert_id, at, actor_name, step, detail FROM onlinesafety.alert_step ORDER BY step_no",
            row => (Alert: row.GetGuid(0), At: row.GetFieldValue<DateTimeOffset>(1), Who: row.GetString(2), Step: row.GetString(3), Detail: row.GetString(4))))
            .ToLookup(row => row.Alert);
        var alerts = await trust.RowsAsync(
            "SELECT school_id, alert_id, number, severity, theme, state, raised_at, subject_staff FROM onlinesafety.alert ORDER BY school_id, number",
            row => (School: row.GetGuid(0), Alert: row.GetGuid(1), Number: row.GetInt32(2), Severity: (int)row.GetInt16(3), Theme: row.GetString(4), State: row.GetString(5),
                At: row.GetFieldValue<DateTimeOffset>(6), Subject: row.IsDBNull(7) ? (Guid?)null : row.GetGuid(7)));
        foreach (var school in trust.Schools)
        {
            var own = alerts.Where(alert => alert.School == school.Id).ToList();
            report.Append(CultureInfo.InvariantCulture, $"\n{school.Name}: {own.Count} alerts, {own.Count(alert => steps[alert.Alert].Any(step => step.Step == "breached"))} breached\n");
            foreach (var alert in own)
            {
                var about = alert.Subject is { } subject ? $", about the {school.With(subject)!.Name}" : "";
                report.Append(CultureInfo.InvariantCulture, $"  {alert.Number,3}  {Moment(alert.At)}  {Severities[alert.Severity]} {alert.Theme}{about}: {alert.State}\n");
                var lines = told[alert.Alert].GroupBy(row => (At: Moment(row.At), row.Channel, row.Cause, State: row.State == "sent" ? "told" : $"{row.State} {row.Error}"))
                    .Select(group => (group.Key.At, Text: $"{group.Key.State} {string.Join(", ", group.Select(row => NameOf(school, row.Staff)))} by {group.Key.Channel} ({group.Key.Cause})"))
                    .Concat(steps[alert.Alert].Select(step => (At: Moment(step.At), Text: $"{step.Who}: {step.Step} {Readable(step.Detail)}".TrimEnd())));
                foreach (var (at, text) in lines.OrderBy(line => line.At, StringComparer.Ordinal))
                {
                    report.Append(CultureInfo.InvariantCulture, $"         {at}  {text}\n");
                }
            }
        }

        return report.Insert(0, Summary(alerts.Count, [.. told.SelectMany(rows => rows.Select(row => row.State))], [.. steps.SelectMany(rows => rows.Select(row => row.Step))])).ToString();
    }

    private static string Summary(int alerts, IReadOnlyCollection<string> told, IReadOnlyCollection<string> steps) => string.Create(
        CultureInfo.InvariantCulture,
        $"{TrustSchool.Count} schools, {alerts} alerts, {told.Count} messages ({string.Join(", ", told.CountBy(state => state).Select(state => $"{state.Value} {state.Key}"))}), "
            + $"{steps.Count} steps ({string.Join(", ", steps.CountBy(step => step).Select(step => $"{step.Value} {step.Key}"))})\n");

    // What may name a child is sealed in the database, and stays so here.
    private static string Readable(string detail) => detail.StartsWith('\uFDD0') ? "(reference sealed)" : detail;

    private static string NameOf(TrustSchool school, Guid? staff) => staff is { } id ? school.With(id)?.Name ?? "somebody" : "the gateway";

    private static string Moment(DateTimeOffset at) => at.ToUniversalTime().ToString("dd HH:mm", CultureInfo.InvariantCulture);
}
