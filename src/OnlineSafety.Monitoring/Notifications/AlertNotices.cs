using Microsoft.EntityFrameworkCore;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Escalation;
using OnlineSafety.Monitoring.Alerts.Silences;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>Reads what mails may know of alerts.</summary>
internal static class AlertNotices
{
    /// <summary>What mails to one recipient may know: what the database does not show to that person is marked.</summary>
    public static async Task<Dictionary<Guid, AlertNotice>> ReadForAsync(
        Session session, IReadOnlyList<LedgerEntry> entries, StaffMember recipient, CancellationToken cancellationToken)
    {
        var notices = await ReadAsync(session, entries, cancellationToken);
        var shown = await session.AsAsync(
            recipient.Id,
            () => session.RowsAsync("SELECT alert_id FROM alert WHERE school_id = $1 AND alert_id = ANY ($2)", [entries[0].School, notices.Keys.ToArray()], row => row.GetGuid(0), cancellationToken),
            cancellationToken);
        return notices.ToDictionary(notice => notice.Key, notice => shown.Contains(notice.Key) ? notice.Value : notice.Value with { Hidden = true });
    }

    /// <summary>The alerts of these rows, as they are now; one that is gone is not among them.</summary>
    public static async Task<Dictionary<Guid, AlertNotice>> ReadAsync(Session session, IReadOnlyList<LedgerEntry> entries, CancellationToken cancellationToken)
    {
        var school = entries[0].School;
        var alerts = entries.Select(entry => entry.Alert ?? Guid.Empty).Distinct().ToArray();
        // Named columns only: this process has no right to the others.
        var notices = await session.Context.Alerts
            .Where(a => a.SchoolId == school && alerts.Contains(a.AlertId))
            .Select(a => new AlertNotice
            {
                Alert = a.AlertId,
                Number = a.Number,
                State = a.State,
                Severity = (Severity)a.Severity,
                Risk = (Risk)a.Risk,
                Theme = a.Theme,
                Themes = a.Themes,
                NeedsReview = a.NeedsReview,
                Audience = (Audience)a.Audience,
                Route = a.Route,
                SubjectStaff = a.SubjectStaff,
                SubjectRole = (PersonRole)a.SubjectRole,
                Events = a.EventCount,
                RaisedAt = a.RaisedAt,
                ActedAt = a.ActedAt,
                Late = a.Late,
                Unproven = a.Unproven,
                Drill = a.Drill,
                Marks = a.Marks,
            })
            .ToDictionaryAsync(notice => notice.Alert, cancellationToken);
        foreach (var silenced in await session.RowsAsync(SilenceSql.Silenced, [school, alerts], row => row.GetGuid(0), cancellationToken))
        {
            notices[silenced] = notices[silenced] with { Silenced = true };
        }

        foreach (var (alert, clock) in await EscalationMarks.ClocksAsync(session, school, alerts, cancellationToken))
        {
            notices[alert] = notices[alert] with { Clock = clock };
        }

        return notices;
    }
}
