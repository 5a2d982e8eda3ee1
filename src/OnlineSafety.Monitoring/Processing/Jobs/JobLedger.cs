using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Processing.Jobs;

/// <summary>
/// Claims jobs across schools, on ids only, and says what became of them. Leases are on the database's clock. A lease only saves work: a replay's
/// chunks are fenced by worker and place in their own transaction.
/// </summary>
internal sealed class JobLedger([FromKeyedServices(DatabaseRole.Process)] Database database)
{
    /// <summary>Starts of one job, after which it is given up: one that ends its process each time must not do so for ever.</summary>
    private const int MostStarts = 20;

    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    private static readonly Actor Actor = Actor.Service("jobs");

    private const string Abandon = """
        UPDATE source_job SET state = 'failed', finished_at = clock_timestamp(), error = 'It was begun many times and never came to an end.'
        WHERE state = 'running' AND lease_until < clock_timestamp() AND starts >= $1
        """;

    private const string Claim = """
        UPDATE source_job j
        SET state = 'running', worker = $1, lease_until = clock_timestamp() + $2, started_at = COALESCE(j.started_at, clock_timestamp()), starts = j.starts + 1
        FROM (SELECT school_id, job_id FROM source_job
              WHERE kind = ANY ($3) AND (state = 'due' OR state = 'running' AND lease_until < clock_timestamp() AND starts < $4)
              ORDER BY requested_at LIMIT 1 FOR UPDATE SKIP LOCKED) due
        WHERE j.school_id = due.school_id AND j.job_id = due.job_id
        RETURNING
        """ + " " + SourceJob.Columns;

    private const string Mine = " WHERE school_id = $1 AND job_id = $2 AND worker = $3 AND state = 'running'";

    /// <summary>The oldest job of these kinds that nobody works on; null when there is none.</summary>
    public Task<SourceJob?> ClaimAsync(Guid worker, string[] kinds, CancellationToken cancellationToken) => database.QueryAsync(
        school: null,
        Actor,
        batch =>
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Claim)
            {
                Parameters =
                {
                    new NpgsqlParameter<Guid> { TypedValue = worker }, new NpgsqlParameter<TimeSpan> { TypedValue = Lease }, new NpgsqlParameter<string[]> { TypedValue = kinds },
                    new NpgsqlParameter<int> { TypedValue = MostStarts },
                },
            });
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Abandon) { Parameters = { new NpgsqlParameter<int> { TypedValue = MostStarts } } });
        },
        async (rows, token) => await rows.ReadAsync(token) ? SourceJob.Read(rows) : null,
        cancellationToken);

    /// <exception cref="JobEndedException">It is no longer this worker's.</exception>
    public Task HoldAsync(SourceJobContext context, CancellationToken cancellationToken) =>
        SetAsync(context, "UPDATE source_job SET lease_until = clock_timestamp() + $4" + Mine, cancellationToken, Of(Lease));

    /// <exception cref="JobEndedException">It is no longer this worker's.</exception>
    public Task ProgressAsync(SourceJobContext context, long done, long total, CancellationToken cancellationToken) =>
        SetAsync(context, "UPDATE source_job SET done = $4, total = $5" + Mine, cancellationToken, Of(done), Of(total));

    /// <exception cref="JobEndedException">It is no longer this worker's.</exception>
    public Task DoneAsync(SourceJobContext context, JsonElement result, CancellationToken cancellationToken) => SetAsync(
        context,
        "UPDATE source_job SET state = 'done', done = total, finished_at = clock_timestamp(), result = $4" + Mine,
        cancellationToken,
        new NpgsqlParameter { Value = result.GetRawText(), NpgsqlDbType = NpgsqlDbType.Jsonb });

    /// <exception cref="JobEndedException">It is no longer this worker's.</exception>
    public Task FailedAsync(SourceJobContext context, string error, CancellationToken cancellationToken) => SetAsync(
        context, "UPDATE source_job SET state = 'failed', finished_at = clock_timestamp(), error = $4" + Mine, cancellationToken, Of(error));

    /// <summary>This worker stops; the next one need not wait for the lease, and the start does not count.</summary>
    public Task ReleaseAsync(SourceJobContext context, CancellationToken cancellationToken) =>
        SetAsync(context, "UPDATE source_job SET lease_until = '-infinity', starts = starts - 1" + Mine, cancellationToken);

    private async Task SetAsync(SourceJobContext context, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] values)
    {
        await using var session = await database.OpenAsync(context.Job.Target.School, Actor, cancellationToken);
        await using var update = session.Command(sql);
        update.Parameters.Add(Of(context.Job.Target.School));
        update.Parameters.Add(Of(context.Job.Id));
        update.Parameters.Add(Of(context.Worker));
        update.Parameters.AddRange(values);
        if (await update.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            throw new JobEndedException("The job was cancelled, or another worker has it.");
        }

        await session.CommitAsync(cancellationToken);
    }

    private static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };
}
