using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Alerts.Escalation;

/// <summary>
/// Escalates what is due at one school, each alert in a transaction of its own: breach, clock and ledger rows stand together or not at all. Whoever acts in
/// between is before it or after it, and after it the rows that it wrote are dropped unsent.
/// </summary>
internal sealed class EscalationDesk(
    [FromKeyedServices(DatabaseRole.Notify)] Database database, PolicyDirectory policies, NotificationSignals signals, ILogger<EscalationDesk> logger)
{
    public static readonly Actor Actor = Actor.Service("escalation");

    /// <summary>Looks at no more than so many alerts; returns at how many it looked.</summary>
    public async Task<int> EscalateAsync(Guid school, int most, CancellationToken cancellationToken)
    {
        DateTimeOffset now;
        PolicyInForce policy;
        IReadOnlyList<StaffMember> staff;
        IReadOnlyList<UnansweredAlert> due;
        await using (var session = await database.OpenAsync(school, Actor, cancellationToken))
        {
            now = await session.NowAsync(cancellationToken);
            due = await session.RowsAsync(EscalationSql.Due, [school, most], Read, cancellationToken);
            if (due.Count == 0)
            {
                return 0;
            }

            policy = await policies.OfAsync(session, school, cancellationToken);
            staff = await StaffMember.AllAsync(session, school, cancellationToken);
        }

        foreach (var alert in due)
        {
            await TakeAsync(school, alert, EscalationRound.Of(alert, now, policy, staff), cancellationToken);
        }

        return due.Count;
    }

    private async Task TakeAsync(Guid school, UnansweredAlert alert, EscalationRound round, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(school, Actor, cancellationToken);
        if (round.Breach)
        {
            await session.ExecuteAsync(EscalationSql.Breached, [school, alert.Alert, $"round {round.Rounds}", alert.Asked is null ? AlertState.New : AlertState.Escalated], cancellationToken);
        }

        var moved = await session.ExecuteAsync(
            EscalationSql.Move,
            [school, alert.Alert, alert.Since.UtcDateTime, alert.StepsDone, alert.Rounds, OrNull(round.AnswerBy), round.StepsDone,
            round.Rounds, OrNull(round.NextAt), round.PlanSteps, alert.NextAt.UtcDateTime],
            cancellationToken);
        if (moved == 0)
        {
            return;
        }

        IReadOnlyList<Guid> written = round.Steps ? await TellAsync(session, school, alert.Alert, round.Cause, round.Tell, cancellationToken) : [];
        await session.CommitAsync(cancellationToken);
        Hint(school, written);
        if (round.Breach)
        {
            EscalationLog.Breached(logger, school, alert.Alert, round.Rounds, round.Tell.Count);
        }

        if (round is { Steps: true, Tell.Count: 0 })
        {
            EscalationLog.NobodyToTell(logger, school, alert.Alert);
        }
    }

    /// <summary>Has others told, at once, of what did not reach somebody; returns how many messages those were.</summary>
    public async Task<int> TellOthersAsync(Guid school, int most, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(school, Actor, cancellationToken);
        var lost = await session.RowsAsync(EscalationSql.TakeLost, [school, most], ReadLost, cancellationToken);
        // Of channels, and where there was nobody from the start, the digest tells; there is nobody in whose place somebody could be told.
        var people = lost.Where(row => row.Staff is not null).ToList();
        // Nothing is wrong with the mailbox of whoever has left.
        var members = people.Where(row => !row.Dropped).Select(row => row.Staff!.Value).Distinct().ToArray();
        var written = new List<Guid>();
        if (people.Count > 0)
        {
            var policy = await policies.OfAsync(session, school, cancellationToken);
            var staff = await StaffMember.AllAsync(session, school, cancellationToken);
            var alerts = people.Select(row => row.Alert).OfType<Guid>().Distinct().ToArray();
            var unreached = await session.RowsAsync(EscalationSql.Unreached, [school, alerts], ReadUnreached, cancellationToken);
            foreach (var alert in unreached)
            {
                var waits = people.Exists(message => message.Alert == alert.Alert && alert.Waits(message));
                if (waits && alert.Instead(policy, staff) is { Count: > 0 } others)
                {
                    written.AddRange(await TellAsync(session, school, alert.Alert, NotifyCause.Unreached, others, cancellationToken));
                }
            }

            await session.ExecuteAsync(EscalationSql.AskAgain, [school, people.Where(row => row.Dropped).Select(row => row.Alert).OfType<Guid>().Distinct().ToArray()], cancellationToken);
            foreach (var member in members)
            {
                var others = MailboxBody.ForWhom(staff, members, [.. unreached.Where(alert => people.Exists(row => row.Staff == member && row.Alert == alert.Alert)).Select(alert => alert.Facts)]);
                if (others.Count == 0)
                {
                    EscalationLog.MailboxUnsaid(logger, school, member);
                }

                written.AddRange(await session.RowsAsync(EscalationSql.TellOfMailbox, [school, member, others.ToArray()], row => row.GetGuid(0), cancellationToken));
            }
        }

        await session.CommitAsync(cancellationToken);
        Hint(school, written);
        if (members.Length > 0)
        {
            EscalationLog.Unreached(logger, school, members.Length, written.Count);
        }

        return lost.Count;
    }

    private static async Task<IReadOnlyList<Guid>> TellAsync(
        Session session, Guid school, Guid alert, string cause, IReadOnlyList<Guid> tell, CancellationToken cancellationToken)
    {
        PlannedNotification[] rows = tell.Count == 0
            ? [new PlannedNotification(Guid.NewGuid(), cause, alert, Staff: null)]
            : [.. tell.Select(member => new PlannedNotification(Guid.NewGuid(), cause, alert, member))];
        await using var batch = session.Batch();
        var now = await session.NowAsync(cancellationToken);
        // A channel was told when it was raised, whoever was there; who reads it is not known.
        batch.BatchCommands.Add(cause == NotifyCause.Raised ? AlertSql.TellStaffCommand(school, rows, now) : AlertSql.NotifyCommand(school, rows, now));
        batch.BatchCommands.Add(Channels.NotifyCommand(Channels.Notifications));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return [.. rows.Where(row => row.Staff is not null).Select(row => row.Notification)];
    }

    private void Hint(Guid school, IReadOnlyList<Guid> written)
    {
        foreach (var row in written)
        {
            signals.TryWrite(school, row);
        }
    }

    private static AlertFacts FactsOf(NpgsqlDataReader row) => new(
        row.GetString(1), (Audience)row.GetInt16(2), row.IsDBNull(3) ? null : row.GetGuid(3), (Severity)row.GetInt16(4), row.GetFieldValue<string[]>(5), row.GetFieldValue<string[]>(6))
    {
        SubjectRole = (PersonRole)row.GetInt16(7),
    };

    private static LostMessage ReadLost(NpgsqlDataReader row) => new(
        row.IsDBNull(0) ? null : row.GetGuid(0), row.IsDBNull(1) ? null : row.GetGuid(1), row.GetString(2), row.GetFieldValue<DateTimeOffset>(3), row.GetBoolean(4));

    private static UnreachedAlert ReadUnreached(NpgsqlDataReader row) => new(
        row.GetGuid(0), FactsOf(row), row.GetString(8), row.IsDBNull(9) ? null : row.GetFieldValue<DateTimeOffset>(9),
        row.GetFieldValue<Guid[]>(10).ToHashSet(), row.GetFieldValue<Guid[]>(11).ToHashSet());

    private static UnansweredAlert Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), FactsOf(row),
        row.GetFieldValue<DateTimeOffset>(9), row.IsDBNull(10) ? null : row.GetFieldValue<DateTimeOffset>(10), row.GetInt32(11), row.GetInt32(12))
    {
        Drill = row.GetBoolean(8),
        PlanSteps = row.IsDBNull(13) ? null : row.GetInt32(13),
        Untold = row.GetBoolean(14),
        Unreachable = row.GetFieldValue<Guid[]>(15),
        NextAt = row.GetFieldValue<DateTimeOffset>(16),
        Asked = row.GetString(17) == AlertState.Escalated ? row.GetFieldValue<Guid[]>(18) : null,
        AnswerBy = row.IsDBNull(19) ? null : row.GetFieldValue<DateTimeOffset>(19),
    };

    private static object OrNull(DateTimeOffset? at) => at is { } known ? known.UtcDateTime : DBNull.Value;
}
