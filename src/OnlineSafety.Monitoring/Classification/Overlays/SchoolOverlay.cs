using System.Runtime.CompilerServices;

namespace OnlineSafety.Monitoring.Classification.Overlays;

/// <summary>
/// What one school does otherwise than the shared packs: a few entries, compiled alone and laid over the shared rules, which stay one for all schools.
/// Immutable and thread-safe. Holds entries that ended too: what was received while they worked may be read again.
/// </summary>
internal sealed class SchoolOverlay(IReadOnlyList<OverlayEntry> entries)
{
    // Rules that were only tried go when nobody tries them any more.
    private readonly ConditionalWeakTable<RuleSet, StrongBox<CompiledOverlay?>> _compiled = [];

    /// <summary>The overlay of a school that has none.</summary>
    public static SchoolOverlay None { get; } = new([]);

    public IReadOnlyList<OverlayEntry> Entries { get; } = entries;

    /// <summary>The overlay over these rules; null when it changes nothing of them.</summary>
    public CompiledOverlay? Over(RuleSet rules) => Entries.Count == 0 ? null
        : _compiled.TryGetValue(rules, out var known) ? known.Value
        : _compiled.GetValue(rules, made => new StrongBox<CompiledOverlay?>(CompiledOverlay.Of(made, Entries))).Value;
}
