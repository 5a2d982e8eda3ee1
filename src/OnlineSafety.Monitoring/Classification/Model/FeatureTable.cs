using System.Numerics;

namespace OnlineSafety.Monitoring.Classification.Model;

/// <summary>Features, such as pairs of words, as numbers, and the row of weights of each. A bit filter turns away most of what has none.</summary>
internal sealed class FeatureTable
{
    private readonly ulong[] _filter;
    private readonly ulong _filterMask;
    private readonly Slot[] _slots;
    private readonly ulong _slotMask;

    /// <param name="rows">The row, from 1, of each feature; no feature is 0.</param>
    public FeatureTable(IReadOnlyCollection<KeyValuePair<ulong, int>> rows)
    {
        var bits = BitOperations.RoundUpToPowerOf2((ulong)Math.Max(rows.Count * 16, 64));
        _filter = new ulong[bits / 64];
        _filterMask = bits - 1;
        _slots = new Slot[BitOperations.RoundUpToPowerOf2((ulong)Math.Max(rows.Count * 2, 2))];
        _slotMask = (ulong)_slots.Length - 1;
        foreach (var (feature, row) in rows)
        {
            Add(feature, row);
        }
    }

    /// <summary>The row of a feature, 0 when it has none.</summary>
    public int Find(ulong feature)
    {
        var hash = Mix(feature);
        var bit = hash & _filterMask;
        if ((_filter[bit >> 6] & (1UL << (int)(bit & 63))) == 0)
        {
            return 0;
        }

        for (var at = hash >> 32; ; at++)
        {
            ref readonly var slot = ref _slots[at & _slotMask];
            if (slot.Row == 0 || slot.Feature == feature)
            {
                return slot.Row;
            }
        }
    }

    private void Add(ulong feature, int row)
    {
        var hash = Mix(feature);
        var bit = hash & _filterMask;
        _filter[bit >> 6] |= 1UL << (int)(bit & 63);
        var at = hash >> 32;
        while (_slots[at & _slotMask].Row != 0)
        {
            at++;
        }

        _slots[at & _slotMask] = new Slot(feature, row);
    }

    private static ulong Mix(ulong value)
    {
        value *= 0x9E3779B97F4A7C15;
        value ^= value >> 32;
        value *= 0xC4CEB9FE1A85EC53;
        return value ^ (value >> 29);
    }

    private readonly record struct Slot(ulong Feature, int Row);
}
