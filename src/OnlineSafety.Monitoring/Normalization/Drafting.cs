using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization.Fields;

namespace OnlineSafety.Monitoring.Normalization;

/// <summary>Fills the one reusable draft of a normalizer from what a mapping's shape has put into the cells. Not thread-safe.</summary>
internal sealed class Drafting(Cells cells)
{
    // A header row is repeated in the unmapped bag of each of its rows: a name as long as the record must not multiply.
    private const int MaximumName = 256;

    private readonly EventDraft _draft = new();

    /// <summary>The draft of one event; valid until the next call.</summary>
    public EventDraft Fill(Mapping mapping, in RawRecord record, EventWarnings warnings, in Moment moment)
    {
        _draft.Reset();
        _draft.Warnings = warnings
            | (cells.Short ? EventWarnings.MissingFields : EventWarnings.None)
            | (cells.Long ? EventWarnings.ExtraFields : EventWarnings.None)
            | (mapping.LowTrust || (record.Flags & RecordFlags.Unproven) != 0 ? EventWarnings.LowTrust : EventWarnings.None);
        foreach (var field in mapping.Fields)
        {
            field.Fill(_draft, cells, moment);
        }

        if (_draft.Kind is ActivityKind.Unknown or ActivityKind.Visit && _draft.Has(EventField.SearchQuery))
        {
            _draft.Kind = ActivityKind.Search;
        }

        KeepUnmapped(mapping);
        return _draft;
    }

    private void KeepUnmapped(Mapping mapping)
    {
        for (var slot = 0; slot < mapping.SlotNames.Length; slot++)
        {
            if (!cells.IsUsed(slot) && !mapping.Ignored[slot] && !cells.IsBlank(slot))
            {
                _draft.AddUnmapped(mapping.SlotNames[slot], cells[slot]);
            }
        }

        for (var i = 0; i < cells.MoreCount; i++)
        {
            var (slot, value) = cells.More(i);
            if (!cells.IsUsed(slot) && !mapping.Ignored[slot])
            {
                _draft.AddUnmapped(mapping.SlotNames[slot], cells.Bytes(value));
            }
        }

        for (var i = 0; i < cells.ExtraCount; i++)
        {
            var (key, value) = cells.Extra(i);
            _draft.AddUnmapped(Utf8Text.Cap(cells.Bytes(key), MaximumName), cells.Bytes(value));
        }
    }
}
