using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization.Fields;

/// <summary>A word of the vendor and ours for it; a star at either end stands for anything.</summary>
internal readonly record struct WordEntry(byte[] Word, bool AnyBefore, bool AnyAfter, byte Ours)
{
    public bool Matches(ReadOnlySpan<byte> value) => (AnyBefore, AnyAfter) switch
    {
        (false, false) => Utf8Text.EqualsIgnoreCase(value, Word),
        (false, true) => Utf8Text.StartsWithIgnoreCase(value, Word),
        (true, false) => Utf8Text.EndsWithIgnoreCase(value, Word),
        _ => value.IndexOf(Word) >= 0,
    };
}

/// <summary>When all conditions hold, the word is ours.</summary>
internal readonly record struct WordRule(Condition[] When, byte Ours);

/// <summary>
/// The vendor's word for action, kind, severity, role or breach turned into ours: rules first, then the map, then the default. A word
/// that nothing knows, where no <c>unmatched</c> is given, stays unknown and is a warning: visible, never guessed.
/// </summary>
internal sealed class WordTable(Selector from, WordRule[] rules, WordEntry[] map, byte? absent, byte? unmatched)
{
    public bool TryFind(Cells cells, out byte ours, out bool unknown, out ReadOnlySpan<byte> sent)
    {
        unknown = false;
        sent = from.Pick(cells);
        foreach (var rule in rules)
        {
            if (rule.When.AllHold(cells))
            {
                ours = rule.Ours;
                return true;
            }
        }

        foreach (var entry in map)
        {
            if (!sent.IsEmpty && entry.Matches(sent))
            {
                ours = entry.Ours;
                return true;
            }
        }

        unknown = !sent.IsEmpty && unmatched is null;
        var chosen = sent.IsEmpty ? absent : unmatched;
        ours = chosen ?? 0;
        return chosen is not null;
    }
}

internal sealed class ActionField(WordTable table) : Field
{
    public override void Fill(EventDraft draft, Cells cells, in Moment moment)
    {
        table.TryFind(cells, out var action, out var unknown, out var sent);
        draft.Action = (DeviceAction)action;
        draft.Warnings |= unknown ? EventWarnings.UnmappedAction : EventWarnings.None;
        if (!sent.IsEmpty)
        {
            draft.Set(EventField.ActionAsSent, sent);
        }
    }
}

internal sealed class SeverityField(WordTable table) : Field
{
    public override void Fill(EventDraft draft, Cells cells, in Moment moment)
    {
        table.TryFind(cells, out var severity, out var unknown, out var sent);
        draft.VendorSeverity = severity;
        draft.Warnings |= unknown ? EventWarnings.UnmappedSeverity : EventWarnings.None;
        if (!sent.IsEmpty)
        {
            draft.Set(EventField.VendorSeverityWord, sent);
        }
    }
}

internal sealed class KindField(WordTable table) : Field
{
    public override void Fill(EventDraft draft, Cells cells, in Moment moment)
    {
        table.TryFind(cells, out var kind, out _, out var sent);
        draft.Kind = (ActivityKind)kind;
        if (!sent.IsEmpty)
        {
            // The event has no field for the vendor's word: it goes where nothing is lost.
            draft.AddUnmapped("kind"u8, sent);
        }
    }
}

internal sealed class RoleField(WordTable table) : Field
{
    public override void Fill(EventDraft draft, Cells cells, in Moment moment)
    {
        table.TryFind(cells, out var role, out _, out var sent);
        draft.RoleHint = (PersonRole)role;
        if (!sent.IsEmpty && !draft.Has(EventField.Group))
        {
            draft.AddUnmapped("role"u8, sent);
        }
    }
}

internal sealed class BreachField(WordTable table) : Field
{
    public override void Fill(EventDraft draft, Cells cells, in Moment moment)
    {
        table.TryFind(cells, out var breach, out _, out var sent);
        draft.VendorBreach = breach != 0;
        if (!sent.IsEmpty)
        {
            draft.AddUnmapped("breach"u8, sent);
        }
    }
}
