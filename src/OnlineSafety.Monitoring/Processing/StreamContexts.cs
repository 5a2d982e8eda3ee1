using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>What the stages need to know of a record's source and school.</summary>
/// <param name="Product">Folder in <c>schemas/vendors</c>; empty for an unassigned source.</param>
/// <param name="Pack">The mappings by which it is read: its product's pack, or one of its own.</param>
/// <param name="TimeZone">Zone of times without one.</param>
internal sealed record StreamContext(SourceKey Target, string Product, Mapping[] Pack, TimeZoneInfo TimeZone, TimeSpan GroupingWindow, SchoolPeople People)
{
    /// <summary>The school's own names of the source's category numbers.</summary>
    public CategoryNames Categories { get; init; } = CategoryNames.None;

    /// <summary>What a managed device asks for to show that the source is alive.</summary>
    public CanaryTokens Canaries { get; init; } = CanaryTokens.None;
}

/// <summary>Contexts, never older than a few seconds: a source that was just given its product must be read by its mapping at once.</summary>
internal sealed class StreamContexts(
    [FromKeyedServices(DatabaseRole.Process)] Database database, PeopleDirectory people, Rules rules, TimeProvider time)
{
    private static readonly Actor Actor = Actor.Service("processing");
    private readonly ConcurrentDictionary<SourceKey, KnownSource> _sources = [];

    public async Task<StreamContext> OfAsync(SourceKey target, CancellationToken cancellationToken)
    {
        var school = await people.OfAsync(target.School, cancellationToken);
        if (!_sources.TryGetValue(target, out var known) || time.GetElapsedTime(known.LoadedAt) >= PeopleDirectory.Fresh)
        {
            known = await LoadAsync(target, cancellationToken);
            _sources[target] = known;
        }

        return new StreamContext(target, known.Product, rules.Mappings.Find(known.Product), known.Zone, known.GroupingWindow, school)
        {
            Categories = known.Categories,
            Canaries = known.Canaries,
        };
    }

    private async Task<KnownSource> LoadAsync(SourceKey target, CancellationToken cancellationToken)
    {
        var loadedAt = time.GetTimestamp();
        await using var session = await database.OpenAsync(target.School, Actor, cancellationToken);
        var context = session.Context;
        var row = await context.Sources.AsNoTracking()
            .Where(s => s.SchoolId == target.School && s.SourceId == target.Source)
            .Join(context.Schools, s => s.SchoolId, s => s.SchoolId, (source, owner) => new { source.Product, source.TimeZone, owner.GroupingMinutes })
            .SingleAsync(cancellationToken);
        var categories = await context.SourceCategories.AsNoTracking()
            .Where(c => c.SchoolId == target.School && c.SourceId == target.Source).ToListAsync(cancellationToken);
        var canaries = await context.Canaries.AsNoTracking()
            .Where(c => c.SchoolId == target.School && c.SourceId == target.Source && c.RemovedAt == null).ToListAsync(cancellationToken);
        return new KnownSource(row.Product, ZoneOf(row.TimeZone), TimeSpan.FromMinutes(row.GroupingMinutes), loadedAt)
        {
            Categories = categories.Count == 0 ? CategoryNames.None : new CategoryNames([.. categories.Select(c => KeyValuePair.Create(c.Number, c.Name))]),
            Canaries = canaries.Count == 0 ? CanaryTokens.None : new CanaryTokens(canaries.Select(c => (c.CanaryId, c.Token, c.Address))),
        };
    }

    // A zone that this machine does not know must not stop the school's records; set-up refuses such a zone, so this is a moved installation.
    private static TimeZoneInfo ZoneOf(string id) => TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) ? zone : TimeZoneInfo.Utc;

    /// <param name="LoadedAt">Timestamp of the clock.</param>
    private sealed record KnownSource(string Product, TimeZoneInfo Zone, TimeSpan GroupingWindow, long LoadedAt)
    {
        public required CategoryNames Categories { get; init; }

        public required CanaryTokens Canaries { get; init; }
    }
}
