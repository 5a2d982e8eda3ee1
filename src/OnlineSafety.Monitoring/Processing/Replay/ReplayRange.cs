using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Processing.Jobs;

namespace OnlineSafety.Monitoring.Processing.Replay;

/// <summary>A part of one stream, in whole counter blocks.</summary>
/// <param name="Next">Where to go on.</param>
/// <param name="Tally">What was counted up to there.</param>
internal sealed record ReplayRange(SourceKey Target, Guid Stream, DateOnly Day, long Next, long Last, long[] Tally)
{
    public long Left => Math.Max(0, Last - Next + 1);
}

/// <summary>Finds what a job is to read again, and keeps it with the job.</summary>
internal sealed class ReplayRanges(Database database)
{
    private static readonly Actor Actor = Actor.Service("replay");

    /// <summary>What there is now, without keeping it.</summary>
    public async Task<List<ReplayRange>> FindAsync(SourceJob job, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(job.Target.School, Actor, cancellationToken);
        return await FindAsync(session, job, cancellationToken);
    }

    /// <summary>
    /// What is kept with the job; found and kept first when it begins. By then its mapping is applied, so every record above the checkpoints seen here is
    /// recorded by it, and whatever of that is read again all the same comes out the same.
    /// </summary>
    /// <exception cref="JobEndedException">It is no longer this worker's.</exception>
    public async Task<List<ReplayRange>> KeptAsync(SourceJobContext context, CancellationToken cancellationToken)
    {
        var job = context.Job;
        await using var session = await database.OpenAsync(job.Target.School, Actor, cancellationToken);
        var kept = await ReadAsync(session, job, cancellationToken);
        if (kept.Count > 0)
        {
            return kept;
        }

        var found = await FindAsync(session, job, cancellationToken);
        await using var batch = session.Batch();
        // First, so that of two workers that both believe to have the job only one writes.
        batch.BatchCommands.Add(new Npgsql.NpgsqlBatchCommand(
            "UPDATE source_job SET total = $4 WHERE school_id = $1 AND job_id = $2 AND worker = $3 AND state = 'running'")
        {
            Parameters = { ReplaySql.Of(job.Target.School), ReplaySql.Of(job.Id), ReplaySql.Of(context.Worker), ReplaySql.Of(found.Sum(range => range.Left)) },
        });
        for (var i = 0; i < found.Count; i++)
        {
            var range = found[i];
            batch.BatchCommands.Add(new Npgsql.NpgsqlBatchCommand(
                "INSERT INTO source_job_stream (school_id, job_id, stream_id, ordinal, day, next_seq, last_seq) VALUES ($1, $2, $3, $4, $5, $6, $7)")
            {
                Parameters =
                {
                    ReplaySql.Of(job.Target.School), ReplaySql.Of(job.Id), ReplaySql.Of(range.Stream), ReplaySql.Of(i), ReplaySql.Of(range.Day),
                    ReplaySql.Of(range.Next), ReplaySql.Of(range.Last),
                },
            });
        }

        if (await batch.ExecuteNonQueryAsync(cancellationToken) != found.Count + 1)
        {
            throw new JobEndedException("The job was cancelled, or another worker has it.");
        }

        await session.CommitAsync(cancellationToken);
        return found;
    }

    private static async Task<List<ReplayRange>> FindAsync(Session session, SourceJob job, CancellationToken cancellationToken)
    {
        var found = await session.RowsAsync(
            ReplaySql.Ranges,
            [job.Target.School, job.Target.Source, ReplaySql.Time(job.From), ReplaySql.Time(job.To)],
            row => row.IsDBNull(2) || row.IsDBNull(3) ? null : new ReplayRange(job.Target, row.GetGuid(0), row.GetFieldValue<DateOnly>(1), row.GetInt64(2), row.GetInt64(3), []),
            cancellationToken);
        return [.. found.OfType<ReplayRange>()];
    }

    private static Task<List<ReplayRange>> ReadAsync(Session session, SourceJob job, CancellationToken cancellationToken) => session.RowsAsync(
        "SELECT stream_id, day, next_seq, last_seq, tally FROM source_job_stream WHERE school_id = $1 AND job_id = $2 ORDER BY ordinal",
        [job.Target.School, job.Id],
        row => new ReplayRange(job.Target, row.GetGuid(0), row.GetFieldValue<DateOnly>(1), row.GetInt64(2), row.GetInt64(3), row.GetFieldValue<long[]>(4)),
        cancellationToken);
}
