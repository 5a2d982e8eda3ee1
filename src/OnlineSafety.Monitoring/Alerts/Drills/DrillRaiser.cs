using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Alerts.Drills;

/// <summary>A drill just raised.</summary>
/// <param name="Told">How many people are to be told at once.</param>
internal sealed record RaisedDrill(Guid Alert, int Number, DateTimeOffset RaisedAt, int Told);

/// <summary>
/// Raises a marked alert about nobody. From there on it goes the way of every other: the same recipients by the same policy, rows of the same ledger, the same
/// mails and channels, the same clock and escalation.
/// </summary>
internal sealed class DrillRaiser(Database process, PolicyDirectory policies)
{
    /// <summary>No theme of any taxonomy: nothing that counts themes can count it by mistake.</summary>
    public const string Theme = "drill";

    private const string NumberSql = "UPDATE school SET next_alert = next_alert + 1 WHERE school_id = $1 RETURNING next_alert - 1";

    // Nobody's: it joins nothing and nothing joins it.
    private const string InsertSql = """
        INSERT INTO alert (school_id, alert_id, number, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_role, source_ids, vendors,
                           event_count, reasons, instructions, first_received_at, last_received_at, raised_at, drill)
        VALUES ($1, $2, $3, $4, 0, $5, $5, ARRAY[$5], false, 0, 'dsl', 0, '{}', '{}', 0, '[]', '', $6, $6, $6, true)
        """;

    public async Task<RaisedDrill> RaiseAsync(Guid school, Actor actor, Severity severity, CancellationToken cancellationToken)
    {
        await using var session = await process.OpenAsync(school, actor, cancellationToken);
        await using (var order = session.Batch())
        {
            order.BatchCommands.Add(AlertWriter.LockCommand(school));
            await order.ExecuteNonQueryAsync(cancellationToken);
        }

        var now = await session.NowAsync(cancellationToken);
        var number = (await session.RowsAsync(NumberSql, [school], row => row.GetInt32(0), cancellationToken))[0];
        var alert = Guid.NewGuid();
        var rows = await RowsAsync(session, school, alert, severity, now, cancellationToken);
        await using var batch = session.Batch();
        var insert = new NpgsqlBatchCommand(InsertSql);
        foreach (var value in new object[] { school, alert, number, (short)severity, Theme, now.UtcDateTime })
        {
            insert.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        batch.BatchCommands.Add(insert);
        batch.BatchCommands.Add(AlertSql.NotifyCommand(school, rows, now));
        batch.BatchCommands.Add(Channels.NotifyCommand(Channels.Notifications));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        session.RecordAccess(school, "alert.drill", alert.ToString());
        await session.CommitAsync(cancellationToken);
        return new RaisedDrill(alert, number, now, rows.Count(row => row.Staff is not null));
    }

    private async Task<PlannedNotification[]> RowsAsync(Session session, Guid school, Guid alert, Severity severity, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var inForce = await policies.OfAsync(session, school, cancellationToken);
        var staff = await StaffMember.AllAsync(session, school, cancellationToken);
        var facts = new AlertFacts(AlertRoute.Dsl, Audience.Routed, null, severity, [Theme], []) { OutOfHours = !inForce.Calendar.IsOpen(now) };
        var told = Recipients.For(facts, staff, inForce.Policy);
        return told.Count == 0
            ? [new PlannedNotification(Guid.NewGuid(), NotifyCause.Raised, alert, Staff: null)]
            : [.. told.Select(member => new PlannedNotification(Guid.NewGuid(), NotifyCause.Raised, alert, member))];
    }
}
