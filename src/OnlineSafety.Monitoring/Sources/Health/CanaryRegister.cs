using Microsoft.EntityFrameworkCore;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>A canary and the source that it proves.</summary>
internal sealed record ListedCanary(Canary Canary, string SourceName);

/// <summary>Canaries, for set-up.</summary>
internal sealed class CanaryRegister(Database setup, TimeProvider time)
{
    private const int MostOfASource = 20;
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <param name="name">The device that opens it.</param>
    /// <param name="host">A host that serves plain HTTP; null: one that never exists.</param>
    /// <exception cref="SetupException">There is no such source, it has many already, or something in it is wrong.</exception>
    public async Task<ListedCanary> AddAsync(Guid sourceId, string name, TimeSpan every, string? host, Actor actor, CancellationToken cancellationToken)
    {
        if (every < Shortest || every > Longest)
        {
            throw new SetupException("--every is between 5m and 1d.");
        }

        if (host is not null && Uri.CheckHostName(host) != UriHostNameType.Dns)
        {
            throw new SetupException($"\"{SetupText.Shown(host)}\" is not a host name.");
        }

        await using var session = await setup.OpenAcrossAsync(actor, cancellationToken);
        var source = await SourceRegister.EnterAsync(session, sourceId, cancellationToken);
        if (await session.Context.Canaries.CountAsync(c => c.SchoolId == source.SchoolId && c.SourceId == sourceId && c.RemovedAt == null, cancellationToken) >= MostOfASource)
        {
            throw new SetupException($"A source has at most {MostOfASource} canaries. Remove one first: onlinesafety canary list");
        }

        var token = Canary.NewToken();
        var canary = new Canary
        {
            SchoolId = source.SchoolId,
            CanaryId = Guid.NewGuid(),
            SourceId = sourceId,
            Name = SetupText.Name(name, "canary"),
            Token = token,
            Address = Canary.AddressOf(token, host),
            Every = every,
            CreatedAt = time.GetUtcNow(),
        };
        session.Context.Canaries.Add(canary);
        await session.Context.SaveChangesAsync(cancellationToken);
        session.RecordAccess(source.SchoolId, "canary.add", canary.CanaryId.ToString());
        await session.CommitAsync(cancellationToken);
        return new ListedCanary(canary, source.Name);
    }

    public async Task<IReadOnlyList<ListedCanary>> ListAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        var rows = await session.Context.Canaries.AsNoTracking().Where(c => c.SchoolId == school && c.RemovedAt == null)
            .Join(session.Context.Sources, c => new { c.SchoolId, c.SourceId }, s => new { s.SchoolId, s.SourceId }, (canary, source) => new { Canary = canary, source.Name })
            .OrderBy(c => c.Canary.CreatedAt).ToListAsync(cancellationToken);
        return rows.ConvertAll(row => new ListedCanary(row.Canary, row.Name));
    }

    /// <summary>Ends a canary: what still asks for it is counted like any other request.</summary>
    /// <exception cref="SetupException">There is no such canary in this school.</exception>
    public async Task<Canary> RemoveAsync(Guid school, Guid canaryId, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        var canary = await session.Context.Canaries.SingleOrDefaultAsync(c => c.SchoolId == school && c.CanaryId == canaryId && c.RemovedAt == null, cancellationToken)
            ?? throw new SetupException($"There is no canary {canaryId} in this school. See: onlinesafety canary list");
        canary.RemovedAt = time.GetUtcNow();
        await session.Context.SaveChangesAsync(cancellationToken);
        session.RecordAccess(school, "canary.remove", canaryId.ToString());
        await session.CommitAsync(cancellationToken);
        return canary;
    }
}
