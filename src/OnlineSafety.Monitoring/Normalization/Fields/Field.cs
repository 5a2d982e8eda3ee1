using System.Runtime.CompilerServices;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization.Fields;

/// <summary>What is known of a record's time and place besides its bytes.</summary>
/// <param name="ReceivedAt">When intake received it.</param>
/// <param name="Header">The time of its syslog header, if any: computed only when the vendor gives none.</param>
/// <param name="Zone">Zone of the source's local times.</param>
/// <param name="Categories">The school's own names of category numbers.</param>
internal readonly record struct Moment(DateTimeOffset ReceivedAt, SyslogTime Header, TimeZoneInfo Zone, CategoryNames Categories)
{
    public DateTimeOffset? HeaderTime => Header.ToInstant(Zone, ReceivedAt);
}

/// <summary>Fills one field of the event from the values of a record. Compiled once; holds no state.</summary>
internal abstract class Field
{
    public abstract void Fill(EventDraft draft, Cells cells, in Moment moment);
}

/// <summary>Names to look in, first one that is not blank wins.</summary>
internal sealed class Selector(int[] slots)
{
    public static Selector Nothing { get; } = new([]);

    public bool IsEmpty => slots.Length == 0;

    public ReadOnlySpan<int> Slots => slots;

    /// <summary>The value, trimmed; empty when all are blank. What was picked counts as used.</summary>
    public ReadOnlySpan<byte> Pick(Cells cells)
    {
        var value = Peek(cells, out var slot);
        if (slot >= 0)
        {
            cells.MarkUsed(slot);
        }

        return value;
    }

    /// <summary>The value without counting it as used: a condition only looks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Peek(Cells cells, out int slot)
    {
        foreach (var candidate in slots)
        {
            if (cells.TryGet(candidate, out var value))
            {
                slot = candidate;
                return value;
            }
        }

        slot = -1;
        return default;
    }
}
