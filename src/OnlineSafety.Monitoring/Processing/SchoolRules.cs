using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Classification.Overlays;
using OnlineSafety.Monitoring.Sources.Overlays;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>By what a school's events are judged. One and the same object for all schools that do nothing otherwise.</summary>
/// <param name="Editions">In order of when they began to judge; before the first, the installation's edition does.</param>
internal sealed record SchoolRules(SchoolOverlay Overlay, IReadOnlyList<SchoolEdition> Editions)
{
    public static SchoolRules Shared { get; } = new(SchoolOverlay.None, []);

    /// <summary>Id of the edition that judges what was received at a moment; null: the installation's.</summary>
    public string? EditionAt(DateTimeOffset at)
    {
        for (var i = Editions.Count - 1; i >= 0; i--)
        {
            if (at >= Editions[i].From)
            {
                return Editions[i].Edition;
            }
        }

        return null;
    }

    public bool SameAs(IReadOnlyList<OverlayEntry> entries, IReadOnlyList<SchoolEdition> editions) =>
        Overlay.Entries.SequenceEqual(entries) && Editions.SequenceEqual(editions);
}

/// <summary>The schools' rules, never older than <see cref="Fresh"/>.</summary>
internal sealed class SchoolRuleDirectory([FromKeyedServices(DatabaseRole.Process)] Database database, TimeProvider time)
{
    /// <summary>Well within <see cref="OverlayRegister.Delay"/>, on which it rests that a replay judges as before.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(20);

    private static readonly Actor Actor = Actor.Service("rules");
    private readonly ConcurrentDictionary<Guid, (SchoolRules Rules, long LoadedAt)> _schools = [];

    public async Task<SchoolRules> OfAsync(Guid school, CancellationToken cancellationToken)
    {
        if (_schools.TryGetValue(school, out var known) && time.GetElapsedTime(known.LoadedAt) < Fresh)
        {
            return known.Rules;
        }

        var loadedAt = time.GetTimestamp();
        await using var session = await database.OpenAsync(school, Actor, cancellationToken);
        var entries = await session.RowsAsync(OverlayRows.Select, [school], OverlayRows.Read, cancellationToken);
        var editions = await session.RowsAsync(SchoolEdition.Select, [school], SchoolEdition.Read, cancellationToken);
        // What has not changed stays the same object, and with it what was compiled of it.
        var rules = entries.Count == 0 && editions.Count == 0 ? SchoolRules.Shared
            : known.Rules is { } before && before.SameAs(entries, editions) ? before
            : new SchoolRules(new SchoolOverlay(entries), editions);
        _schools[school] = (rules, loadedAt);
        return rules;
    }
}
