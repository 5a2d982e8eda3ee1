using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Processing.Jobs;

/// <summary>Where the set-up side asks for jobs, watches and ends them.</summary>
internal sealed class JobDesk(Database setup, TimeProvider time)
{
    private static readonly TimeSpan PickUpWithin = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    // The newest two hundred.
    private const string List =
        SourceJob.Select + "WHERE j.school_id = $1 AND ($2::uuid IS NULL OR j.source_id = $2) ORDER BY j.requested_at DESC LIMIT 200";

    private const string Find = SourceJob.Select + "WHERE j.school_id = $1 AND j.job_id = $2";

    private const string Insert = """
        INSERT INTO source_job (school_id, job_id, source_id, kind, mapping_version, range_from, range_to, requested_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """;

    private const string Cancel = """
        UPDATE source_job SET state = 'cancelled', finished_at = clock_timestamp(), error = 'Cancelled.'
        WHERE school_id = $1 AND job_id = $2 AND state IN ('due', 'running')
        """;

    /// <summary>Asks for a job; recorded. A replay is asked for with its mapping: <see cref="SourceMappings.ApplyAsync"/>.</summary>
    /// <returns>The job's id.</returns>
    public async Task<Guid> RequestAsync(
        SourceKey target, string kind, int mappingVersion, DateTimeOffset? from, DateTimeOffset? to, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(target.School, actor, cancellationToken);
        var job = await AddAsync(session, target, kind, mappingVersion, from, to, time.GetUtcNow(), cancellationToken);
        session.RecordAccess(target.School, $"source.job.{kind}", job.ToString());
        await session.CommitAsync(cancellationToken);
        return job;
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<SourceJob>> ListAsync(Guid school, Guid? source, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        return await session.RowsAsync(List, [school, Typed(source, NpgsqlDbType.Uuid)], SourceJob.Read, cancellationToken);
    }

    /// <summary>Ends a job; a running one stops before its next chunk.</summary>
    /// <returns>False when there is no open job of that id.</returns>
    public async Task<bool> CancelAsync(Guid school, Guid job, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        var cancelled = await session.ExecuteAsync(Cancel, [school, job], cancellationToken) > 0;
        session.RecordAccess(school, "source.job.cancel", job.ToString());
        await session.CommitAsync(cancellationToken);
        return cancelled;
    }

    /// <summary>The job as it goes on, until it has ended.</summary>
    /// <exception cref="SetupException">Nobody takes it up.</exception>
    public async IAsyncEnumerable<SourceJob> WatchAsync(Guid school, Guid job, Actor actor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        while (true)
        {
            var now = await FindAsync(school, job, actor, cancellationToken);
            yield return now;
            if (!now.IsOpen)
            {
                yield break;
            }

            if (now.State == JobState.Due && time.GetElapsedTime(asked) > PickUpWithin && !await AnotherRunsAsync(school, job, actor, cancellationToken))
            {
                throw new SetupException(
                    $"No process takes the job up: is `onlinesafety serve` running, with the role process, or is it busy with a job of another school? The job ({job}) stays due; `onlinesafety source job cancel` ends it.");
            }

            await Task.Delay(LookEvery, time, cancellationToken);
        }
    }

    internal static async Task<Guid> AddAsync(
        Session session, SourceKey target, string kind, int mappingVersion, DateTimeOffset? from, DateTimeOffset? to, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var job = Guid.NewGuid();
        await session.ExecuteAsync(
            Insert,
            [target.School, job, target.Source, kind, mappingVersion, Typed(from, NpgsqlDbType.TimestampTz), Typed(to, NpgsqlDbType.TimestampTz), now],
            cancellationToken);
        return job;
    }

    /// <exception cref="SetupException">The school has no such job.</exception>
    public async Task<SourceJob> FindAsync(Guid school, Guid job, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        return await session.RowsAsync(Find, [school, job], SourceJob.Read, cancellationToken) is [var found] ? found : throw new SetupException($"There is no job {job}.");
    }

    private static NpgsqlParameter Typed(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };

    // A process that works on one job leaves the next one due. Only this school's are seen here, which is what a single school has.
    private async Task<bool> AnotherRunsAsync(Guid school, Guid job, Actor actor, CancellationToken cancellationToken) =>
        (await ListAsync(school, source: null, actor, cancellationToken)).Any(other => other.Id != job && other.State == JobState.Running);
}
