using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>A stream that this worker may process until its lease ends.</summary>
internal sealed record ClaimedStream(SourceKey Target, Guid Stream, DateOnly Day, long Next, long Last)
{
    /// <summary>Begins anew with each range that is recorded: a long stream stays with whoever works on it.</summary>
    public TimeSpan Lease { get; init; }
}

/// <summary>
/// Finds streams with unread records and leases them, across schools, on ids only. A lease is on the database's clock and only saves
/// work: what keeps a record from being processed twice is the fence in the Record transaction.
/// </summary>
internal sealed class StreamClaims(Database database, Guid worker, TimeSpan lease)
{
    private static readonly Actor Actor = Actor.Service("processing");

    // A claim that a crash of the database takes back costs nothing: the fence decides. Waiting for the disk here would delay every alert.
    private const string NeedNotBeDurable = "SELECT set_config('synchronous_commit', 'off', true)";

    // Streams belong to one day; older ones than yesterday are looked at only when asked (after a start, and once a minute).
    private const string MakeCheckpoints = """
        INSERT INTO checkpoint (school_id, stream_id, source_id, day, next_seq)
        SELECT s.school_id, s.stream_id, s.source_id, s.day, 1
        FROM intake_stream s
        WHERE s.day >= $1 AND NOT EXISTS (SELECT 1 FROM checkpoint c WHERE c.school_id = s.school_id AND c.stream_id = s.stream_id)
        ON CONFLICT (school_id, stream_id) DO NOTHING
        """;

    private const string Claim = """
        UPDATE checkpoint c
        SET worker_id = $1, lease_until = clock_timestamp() + $2
        FROM (
            SELECT c.school_id, c.stream_id, s.last_seq
            FROM checkpoint c
            JOIN intake_stream s ON s.school_id = c.school_id AND s.stream_id = c.stream_id
            WHERE c.day >= $3 AND s.last_seq >= c.next_seq AND c.stream_id <> ALL ($5) AND (c.worker_id = $1 OR c.lease_until < clock_timestamp())
            ORDER BY s.last_received_at
            LIMIT $4
            FOR UPDATE OF c SKIP LOCKED
        ) due
        WHERE c.school_id = due.school_id AND c.stream_id = due.stream_id
        RETURNING c.school_id, c.source_id, c.stream_id, c.day, c.next_seq, due.last_seq
        """;

    /// <param name="since">Streams of this day and later.</param>
    /// <param name="limit">At most so many, those that heard least recently first.</param>
    /// <param name="resting">Streams to leave out.</param>
    public Task<List<ClaimedStream>> ClaimAsync(DateOnly since, int limit, Guid[] resting, CancellationToken cancellationToken) => database.QueryAsync(
        school: null,
        Actor,
        batch =>
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(NeedNotBeDurable));
            batch.BatchCommands.Add(new NpgsqlBatchCommand(MakeCheckpoints) { Parameters = { new NpgsqlParameter<DateOnly> { TypedValue = since } } });
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Claim)
            {
                Parameters =
                {
                    new NpgsqlParameter<Guid> { TypedValue = worker },
                    new NpgsqlParameter<TimeSpan> { TypedValue = lease },
                    new NpgsqlParameter<DateOnly> { TypedValue = since },
                    new NpgsqlParameter<int> { TypedValue = limit },
                    new NpgsqlParameter<Guid[]> { TypedValue = resting },
                },
            });
        },
        async (rows, token) =>
        {
            await rows.NextResultAsync(token);
            var claimed = new List<ClaimedStream>();
            while (await rows.ReadAsync(token))
            {
                claimed.Add(new ClaimedStream(
                    new SourceKey(rows.GetGuid(0), rows.GetGuid(1)), rows.GetGuid(2), rows.GetFieldValue<DateOnly>(3), rows.GetInt64(4), rows.GetInt64(5)) { Lease = lease });
            }

            return claimed;
        },
        cancellationToken);
}
