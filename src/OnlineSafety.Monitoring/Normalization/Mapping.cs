using OnlineSafety.Monitoring.Normalization.Fields;
using OnlineSafety.Monitoring.Normalization.Shapes;

namespace OnlineSafety.Monitoring.Normalization;

/// <summary>How sure the facts behind a mapping are.</summary>
internal enum MappingStatus : byte
{
    /// <summary>From the vendor's own documentation or source code.</summary>
    Documented,

    /// <summary>Follows from documented facts.</summary>
    Inferred,

    /// <summary>Nothing public: a proposal to be confirmed with a sample, see <see cref="Mapping.Ask"/>.</summary>
    Unverified,
}

/// <summary>One mapping, compiled: which records it claims and how their values become an event. Immutable, shared by workers.</summary>
internal sealed record Mapping
{
    public required string Id { get; init; }

    public required int Version { get; init; }

    public required MappingStatus Status { get; init; }

    /// <summary>Where the facts come from.</summary>
    public required string Source { get; init; }

    /// <summary>What to ask the vendor; empty unless unverified.</summary>
    public required string Ask { get; init; }

    /// <summary>What the product does not send, for people; the same in all mappings of a pack, empty when nothing is known.</summary>
    public string Coverage { get; init; } = "";

    /// <summary>Anybody could send what it reads.</summary>
    public bool LowTrust { get; init; }

    public required Shape Shape { get; init; }

    /// <summary>What the first event of a record must be like for the mapping to claim the record.</summary>
    public required Condition[] When { get; init; }

    /// <summary>What makes an event a heartbeat; empty: none is.</summary>
    public required Condition[] Control { get; init; }

    /// <summary>Values that stand for nothing.</summary>
    public required byte[][] Blanks { get; init; }

    /// <summary>Slots that are declared to hold nothing worth keeping.</summary>
    public required bool[] Ignored { get; init; }

    /// <summary>Names that are known to come and that no field holds: they stay in the unmapped bag, and surprise nobody.</summary>
    public required string[] Kept { get; init; }

    /// <summary>Names as UTF-8, by slot, for the unmapped bag.</summary>
    public required byte[][] SlotNames { get; init; }

    /// <summary>Fields in filling order.</summary>
    public required Field[] Fields { get; init; }

    /// <summary>Has no field but the time, which every mapping has: all else is only kept as sent.</summary>
    public bool IsBare => Fields.Length <= 1;

    public string Label => field ??= $"{Id}@{Version}";
}
