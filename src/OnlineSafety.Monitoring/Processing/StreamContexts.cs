using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Retention;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>What the stages need to know of a record's source and school.</summary>
/// <param name="Product">Folder in <c>schemas/vendors</c>; empty for an unassigned source.</param>
/// <param name="Pack">The mappings by which it is read: its product's pack, or one of its own.</param>
/// <param name="TimeZone">Zone of times without one.</param>
/// <param name="MappingVersion">Which of its own mappings the pack is; 0: its product's.</param>
/// <param name="Capture">It waits for a mapping: records are kept, and read for grave words alone.</param>
internal sealed record StreamContext(
    SourceKey Target, string Product, Mapping[] Pack, TimeZoneInfo TimeZone, TimeSpan GroupingWindow, SchoolPeople People, int MappingVersion = 0, bool Capture = false)
{
    /// <summary>By which persons are hashed and rows are sealed.</summary>
    public required SchoolSeal Seal { get; init; }

    /// <summary>The school's own names of the source's category numbers.</summary>
    public CategoryNames Categories { get; init; } = CategoryNames.None;

    /// <summary>What the school does otherwise than the shared rules.</summary>
    public SchoolRules SchoolRules { get; init; } = SchoolRules.Shared;

    /// <summary>What a managed device asks for to show that the source is alive.</summary>
    public CanaryTokens Canaries { get; init; } = CanaryTokens.None;

    /// <summary>Who was erased here, and in which records.</summary>
    public ErasedHere Erased { get; init; } = ErasedHere.Nobody;
}

/// <summary>Contexts, never older than a few seconds: a source that was just given its product must be read by its mapping at once.</summary>
internal sealed class StreamContexts(
    [FromKeyedServices(DatabaseRole.Process)] Database database, PeopleDirectory people, SchoolRuleDirectory schoolRules, SchoolSeals seals, Rules rules, TimeProvider time, ILogger<StreamContexts> logger)
{
    private static readonly Actor Actor = Actor.Service("processing");
    private readonly ConcurrentDictionary<SourceKey, Known> _sources = [];

    // A version never changes; one for each source is kept, so that a source that is re-mapped all day holds no old ones.
    private readonly ConcurrentDictionary<SourceKey, (int Version, Mapping[] Pack)> _own = [];

    public async Task<StreamContext> OfAsync(SourceKey target, CancellationToken cancellationToken)
    {
        var school = await people.OfAsync(target.School, cancellationToken);
        if (!_sources.TryGetValue(target, out var known) || time.GetElapsedTime(known.LoadedAt) >= PeopleDirectory.Fresh)
        {
            _sources[target] = known = await LoadAsync(target, version: null, cancellationToken);
        }

        return known.Context(target, school, await seals.OfAsync(target.School, cancellationToken)) with { SchoolRules = await schoolRules.OfAsync(target.School, cancellationToken) };
    }

    /// <summary>The source as it would be read by one of its mappings, whichever it is read by now.</summary>
    /// <param name="version">One of its own mappings; 0: its product's pack.</param>
    public async Task<StreamContext> OfAsync(SourceKey target, int version, CancellationToken cancellationToken)
    {
        var known = await LoadAsync(target, version, cancellationToken);
        return known.Context(target, await people.OfAsync(target.School, cancellationToken), await seals.OfAsync(target.School, cancellationToken)) with
        {
            Capture = false,
            SchoolRules = await schoolRules.OfAsync(target.School, cancellationToken),
        };
    }

    /// <summary>The source as it is read now, asked of the database itself.</summary>
    public Task<StreamContext> NowAsync(SourceKey target, CancellationToken cancellationToken)
    {
        Forget(target);
        return OfAsync(target, cancellationToken);
    }

    /// <summary>
    /// Returns when nothing of the school is stored as it was before sealing began. Work that compares all that is recorded waits for it: it would have to ask for
    /// each person twice.
    /// </summary>
    public async Task WaitUntilSealedAsync(Guid school, CancellationToken cancellationToken)
    {
        while ((await seals.OfAsync(school, cancellationToken)).MayBePlain)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
        }
    }

    /// <summary>The source was changed: what is known of it is read again before the next use.</summary>
    public void Forget(SourceKey target) => _sources.TryRemove(target, out _);

    private async Task<Known> LoadAsync(SourceKey target, int? version, CancellationToken cancellationToken)
    {
        var loadedAt = time.GetTimestamp();
        await using var session = await database.OpenAsync(target.School, Actor, cancellationToken);
        var row = await session.Context.Sources.AsNoTracking()
            .Where(s => s.SchoolId == target.School && s.SourceId == target.Source)
            .Join(session.Context.Schools, s => s.SchoolId, s => s.SchoolId, (source, owner) => new { source.Product, source.TimeZone, source.MappingVersion, source.Capture, owner.GroupingMinutes })
            .SingleAsync(cancellationToken);
        var wanted = version ?? row.MappingVersion;
        var pack = wanted == 0 ? rules.Mappings.Find(row.Product) : await OwnAsync(session, target, row.Product, wanted, cancellationToken);
        var categories = await session.Context.SourceCategories.AsNoTracking()
            .Where(c => c.SchoolId == target.School && c.SourceId == target.Source).ToListAsync(cancellationToken);
        var canaries = await session.Context.Canaries.AsNoTracking()
            .Where(c => c.SchoolId == target.School && c.SourceId == target.Source && c.RemovedAt == null).ToListAsync(cancellationToken);
        return new Known(row.Product, pack, SchoolZone.Of(row.TimeZone), TimeSpan.FromMinutes(row.GroupingMinutes), wanted, row.Capture, loadedAt)
        {
            Categories = categories.Count == 0 ? CategoryNames.None : new CategoryNames([.. categories.Select(c => KeyValuePair.Create(c.Number, c.Name))]),
            Canaries = canaries.Count == 0 ? CanaryTokens.None : new CanaryTokens(canaries.Select(c => (c.CanaryId, c.Token, c.Address))),
            Erased = await ErasedHere.OfAsync(session, target.School, cancellationToken),
        };
    }

    private async Task<Mapping[]> OwnAsync(Session session, SourceKey target, string product, int version, CancellationToken cancellationToken)
    {
        if (_own.TryGetValue(target, out var known) && known.Version == version)
        {
            return known.Pack;
        }

        var content = await session.Context.SourceMappings.AsNoTracking()
            .Where(m => m.SchoolId == target.School && m.SourceId == target.Source && m.Version == version).Select(m => m.Content).SingleAsync(cancellationToken);
        Mapping[] pack;
        try
        {
            pack = rules.Mappings.Compile(product, content);
        }
        catch (MappingException e)
        {
            // It was checked before it was stored, so this installation reads mappings otherwise than the one that did. The records are kept for
            // review and read for grave words; holding up the stream would keep those too from being seen.
            ProcessingLog.MappingUnusable(logger, target.Source, version, e.Errors.Count);
            pack = [];
        }

        _own[target] = (version, pack);
        return pack;
    }

    private sealed record Known(string Product, Mapping[] Pack, TimeZoneInfo Zone, TimeSpan Window, int Version, bool Capture, long LoadedAt)
    {
        public required CategoryNames Categories { get; init; }

        public required CanaryTokens Canaries { get; init; }

        public required ErasedHere Erased { get; init; }

        public StreamContext Context(SourceKey target, SchoolPeople people, SchoolSeal seal) => new(target, Product, Pack, Zone, Window, people, Version, Capture)
        {
            Seal = seal,
            Categories = Categories,
            Canaries = Canaries,
            Erased = Erased,
        };
    }
}
