using Microsoft.EntityFrameworkCore;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Processing.Replay;

/// <summary>A version of a source's own mappings in its history.</summary>
internal sealed record ListedMapping(int Version, DateTimeOffset CreatedAt, string Note, int Bytes, bool InUse);

/// <summary>The mappings of a source's own, for set-up: stored, applied, listed.</summary>
internal sealed class SourceMappings(Database setup, TimeProvider time)
{
    // Recording holds it shared: see RecordSql. What was assessed by the mapping before is committed when this is got, and what comes later finds the new one.
    private const string Lock = "SELECT pg_advisory_xact_lock(hashtextextended('mapping:' || $1::text, 0))";

    private const string Supersede = """
        UPDATE source_job SET state = 'cancelled', finished_at = clock_timestamp(), error = 'Another mapping was applied.'
        WHERE school_id = $1 AND source_id = $2 AND kind = 'replay' AND state IN ('due', 'running')
        RETURNING range_from, range_to
        """;

    /// <exception cref="SetupException">There is no such source.</exception>
    public async Task<Source> FindAsync(Guid source, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAcrossAsync(actor, cancellationToken);
        return await SourceRegister.EnterAsync(session, source, cancellationToken);
    }

    /// <summary>Stores a mapping, not yet applied; the newest one given again is not stored twice. Checking it is the caller's.</summary>
    /// <returns>Its version.</returns>
    public async Task<int> StoreAsync(SourceKey target, byte[] content, string note, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(target.School, actor, cancellationToken);
        await LockAsync(session, target.Source, cancellationToken);
        var newest = await session.Context.SourceMappings.AsNoTracking()
            .Where(m => m.SchoolId == target.School && m.SourceId == target.Source).OrderByDescending(m => m.Version).FirstOrDefaultAsync(cancellationToken);
        if (newest is not null && newest.Content.AsSpan().SequenceEqual(content))
        {
            return newest.Version;
        }

        var mapping = new SourceMapping
        {
            SchoolId = target.School, SourceId = target.Source, Version = (newest?.Version ?? 0) + 1, Content = content, CreatedAt = time.GetUtcNow(), Note = note,
        };
        session.Context.SourceMappings.Add(mapping);
        await session.Context.SaveChangesAsync(cancellationToken);
        session.RecordAccess(target.School, "source.mapping.store", $"{target.Source} {mapping.Version}");
        await session.CommitAsync(cancellationToken);
        return mapping.Version;
    }

    /// <summary>
    /// Has a source read by a mapping from now on, ends its capture, and asks for the replay of what was received before. A replay that is not finished is
    /// superseded, and its span becomes part of the new one.
    /// </summary>
    /// <param name="version">One of its own; 0: the pack of its product.</param>
    /// <param name="from">Received from then on; null: from the first byte.</param>
    /// <param name="to">Received until then; null: until now.</param>
    /// <returns>The replay's id.</returns>
    public async Task<Guid> ApplyAsync(
        SourceKey target, int version, DateTimeOffset? from, DateTimeOffset? to, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(target.School, actor, cancellationToken);
        await LockAsync(session, target.Source, cancellationToken);
        var source = await session.Context.Sources.SingleAsync(s => s.SchoolId == target.School && s.SourceId == target.Source, cancellationToken);
        (source.MappingVersion, source.Capture) = (version, false);
        await session.Context.SaveChangesAsync(cancellationToken);
        foreach (var (earlier, later) in await SupersedeAsync(session, target, cancellationToken))
        {
            from = from is { } first && earlier is { } other ? (first < other ? first : other) : null;
            to = to is { } last && later is { } another ? (last > another ? last : another) : null;
        }

        var job = await JobDesk.AddAsync(session, target, JobKind.Replay, version, from, to, time.GetUtcNow(), cancellationToken);
        session.RecordAccess(target.School, "source.mapping.apply", $"{target.Source} {version}");
        await SourceRegister.AnnounceAsync(session, cancellationToken);
        await session.CommitAsync(cancellationToken);
        return job;
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<ListedMapping>> HistoryAsync(SourceKey target, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(target.School, actor, cancellationToken);
        var inUse = await session.Context.Sources.Where(s => s.SchoolId == target.School && s.SourceId == target.Source).Select(s => s.MappingVersion).SingleAsync(cancellationToken);
        var mappings = await session.Context.SourceMappings.AsNoTracking()
            .Where(m => m.SchoolId == target.School && m.SourceId == target.Source).OrderByDescending(m => m.Version)
            .Select(m => new { m.Version, m.CreatedAt, m.Note, m.Content.Length }).ToListAsync(cancellationToken);
        return [.. mappings.Select(m => new ListedMapping(m.Version, m.CreatedAt, m.Note, m.Length, m.Version == inUse))];
    }

    private static Task<int> LockAsync(Session session, Guid source, CancellationToken cancellationToken) => session.ExecuteAsync(Lock, [source], cancellationToken);

    private static Task<List<(DateTimeOffset? From, DateTimeOffset? To)>> SupersedeAsync(Session session, SourceKey target, CancellationToken cancellationToken) =>
        session.RowsAsync<(DateTimeOffset?, DateTimeOffset?)>(
            Supersede,
            [target.School, target.Source],
            row => (row.IsDBNull(0) ? null : row.GetFieldValue<DateTimeOffset>(0), row.IsDBNull(1) ? null : row.GetFieldValue<DateTimeOffset>(1)),
            cancellationToken);
}
