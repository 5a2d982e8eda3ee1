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
        _ => Utf8Text.ContainsIgnoreCase(value, Word),
    };

    /// <param name="name">Stars at its ends stand for anything.</param>
    public static WordEntry Of(string name, byte ours)
    {
        var before = name.Length > 1 && name[0] == '*';
        var after = name.Length > 1 && name[^1] == '*';
        return new WordEntry(Utf8Text.Of(name[(before ? 1 : 0)..^(after ? 1 : 0)]), before, after, ours);
    }
}

/// <summary>When all conditions hold, the word is ours.</summary>
internal readonly record struct WordRule(Condition[] When, byte Ours);

/// <summary>
/// The vendor's word for action, kind, severity, role or breach turned into ours: rules first, then the map, then the default. A word
/// that nothing knows, where no <c>unmatched</c> is given, stays unknown and is a warning: visible, never guessed.
/// </summary>
internal sealed class WordTable(Selector from, WordRule[] rules, WordEntry[] map, byte? absent, byte? unmatched)
{
    /// <summary>Our word for what was sent, zero when there is none.</summary>
    /// <param name="cells">The record.</param>
    /// <param name="keeps">The event has a field for the vendor's word; if not, the word stays in the unmapped bag.</param>
    /// <param name="unknown">A word was sent that nothing knows.</param>
    /// <param name="sent">The vendor's word.</param>
    public byte Find(Cells cells, bool keeps, out bool unknown, out ReadOnlySpan<byte> sent)
    {
        unknown = false;
        sent = keeps ? from.Pick(cells) : from.Peek(cells, out _);
        foreach (var rule in rules)
        {
            if (rule.When.AllHold(cells))
            {
                return rule.Ours;
            }
        }

        foreach (var entry in map)
        {
            if (!sent.IsEmpty && entry.Matches(sent))
            {
                return entry.Ours;
            }
        }

        unknown = !sent.IsEmpty && unmatched is null;
        return (sent.IsEmpty ? absent : unmatched) ?? 0;
    }
}

internal sealed class ActionField(WordTable table) : Field
{
    public override void Fill(EventDraft draft, Cells cells, in Moment moment)
    {
        draft.Action = (DeviceAction)table.Find(cells, keeps: true, out var unknown, out var sent);
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
        draft.VendorSeverity = table.Find(cells, keeps: true, out var unknown, out var sent);
        draft.Warnings |= unknown ? EventWarnings.UnmappedSeverity : EventWarnings.None;
        if (!sent.IsEmpty)
        {
            draft.Set(EventField.VendorSeverityWord, sent);
        }
    }
}

internal sealed class KindField(WordTable table) : Field
{
    public override void Fill(EventDraft draft, Cells cells, in Moment moment) =>
        draft.Kind = (ActivityKind)table.Find(cells, keeps: false, out _, out _);
}

internal sealed class RoleField(WordTable table) : Field
{
    public override void Fill(EventDraft draft, Cells cells, in Moment moment) =>
        draft.RoleHint = (PersonRole)table.Find(cells, keeps: false, out _, out _);
}

internal sealed class BreachField(WordTable table) : Field
{
    public override void Fill(EventDraft draft, Cells cells, in Moment moment) =>
        draft.VendorBreach = table.Find(cells, keeps: false, out _, out _) != 0;
}
