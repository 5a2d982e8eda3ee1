using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>
/// Claim, work, complete on the ledger, each a short transaction of its own. All times are the database's: leases and due times hold whatever
/// the clocks of the workers say.
/// </summary>
internal sealed class Ledger([FromKeyedServices(DatabaseRole.Notify)] Database database)
{
    /// <summary>Longer than the whole work on a row may take (see <see cref="Email.MailDelivery"/>), short enough that a dead worker's rows move on within a minute.</summary>
    private static readonly TimeSpan _lease = TimeSpan.FromSeconds(60);

    private static readonly Actor _actor = Actor.Service("notify");

    private const string Due = "state IN ('due', 'sending') AND due_at <= clock_timestamp() AND (state = 'due' OR lease_until < clock_timestamp())";

    private const string Claim = """
        UPDATE notification n
        SET state = 'sending', attempts = n.attempts + 1, claimed_by = $1, lease_until = clock_timestamp() + $2
        FROM found WHERE n.school_id = found.school_id AND n.notification_id = found.notification_id
        RETURNING n.school_id, n.notification_id, n.kind, n.cause, n.alert_id, n.digest_day, n.notice_id, n.staff_id, n.created_at, n.attempts, clock_timestamp() - n.created_at
        """;

    private const string ClaimDue =
        $"WITH found AS (SELECT school_id, notification_id FROM notification WHERE {Due} ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED) {Claim}";

    private const string ClaimOne =
        $"WITH found AS (SELECT school_id, notification_id FROM notification WHERE school_id = $3 AND notification_id = $4 AND {Due} FOR UPDATE SKIP LOCKED) {Claim}";

    // The fence: a worker whose lease went to another, or to another task of its own process, changes nothing.
    private const string Complete = """
        UPDATE notification
        SET state = $5, error = $6, due_at = clock_timestamp() + $7, sent_at = CASE WHEN $5 = 'sent' THEN clock_timestamp() ELSE sent_at END,
            claimed_by = NULL, lease_until = NULL
        WHERE school_id = $1 AND notification_id = $2 AND claimed_by = $3 AND attempts = $4 AND state = 'sending'
        """;

    /// <summary>Random per process start: a name that comes back after a crash would look alive.</summary>
    public Guid Worker { get; } = Guid.NewGuid();

    /// <summary>Takes up to <paramref name="limit"/> due rows of all schools: ids only, nothing about a person.</summary>
    public async Task<IReadOnlyList<LedgerEntry>> ClaimDueAsync(int limit, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAcrossAsync(_actor, cancellationToken);
        await using var command = session.Command(ClaimDue);
        AddClaim(command);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        return await ClaimedAsync(session, command, cancellationToken);
    }

    /// <summary>Takes one row if it is due and free; null otherwise.</summary>
    public async Task<LedgerEntry?> ClaimAsync(Guid school, Guid notification, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAcrossAsync(_actor, cancellationToken);
        await using var command = session.Command(ClaimOne);
        AddClaim(command);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = school });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = notification });
        var claimed = await ClaimedAsync(session, command, cancellationToken);
        return claimed.Count == 0 ? null : claimed[0];
    }

    /// <summary>Writes what became of a claimed row. False: the claim is not ours any more and nothing was written.</summary>
    public async Task<bool> CompleteAsync(LedgerEntry entry, Outcome outcome, CancellationToken cancellationToken)
    {
        var (state, error, wait) = outcome switch
        {
            Outcome.Sent => (NotificationState.Sent, "", TimeSpan.Zero),
            Outcome.Dropped dropped => (NotificationState.Dropped, dropped.Code, TimeSpan.Zero),
            Outcome.Failed failed => (NotificationState.Failed, failed.Code, TimeSpan.Zero),
            Outcome.Retry retry => (NotificationState.Due, retry.Code, retry.After),
            _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "Not an outcome."),
        };
        await using var session = await database.OpenAsync(entry.School, _actor, cancellationToken);
        await using var command = session.Command(Complete);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = entry.School });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = entry.Id });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Worker });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = entry.Attempts });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = state });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = error });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = wait });
        var written = await command.ExecuteNonQueryAsync(cancellationToken);
        await session.CommitAsync(cancellationToken);
        return written == 1;
    }

    private void AddClaim(NpgsqlCommand command)
    {
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Worker });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = _lease });
    }

    private static async Task<List<LedgerEntry>> ClaimedAsync(Session session, NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var entries = new List<LedgerEntry>();
        await using (var rows = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await rows.ReadAsync(cancellationToken))
            {
                entries.Add(new LedgerEntry(
                    rows.GetGuid(0), rows.GetGuid(1), rows.GetString(2), rows.GetString(3),
                    rows.IsDBNull(4) ? null : rows.GetGuid(4), rows.IsDBNull(5) ? null : rows.GetFieldValue<DateOnly>(5), rows.IsDBNull(6) ? null : rows.GetGuid(6), rows.IsDBNull(7) ? null : rows.GetGuid(7),
                    rows.GetFieldValue<DateTimeOffset>(8), rows.GetInt32(9), rows.GetFieldValue<TimeSpan>(10)));
            }
        }

        await session.CommitAsync(cancellationToken);
        return entries;
    }
}
