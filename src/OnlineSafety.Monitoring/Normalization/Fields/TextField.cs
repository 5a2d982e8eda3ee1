using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization.Fields;

/// <summary>One way to find a text.</summary>
/// <param name="From">Names to look in.</param>
/// <param name="When">Conditions, possibly none.</param>
/// <param name="After">Only what follows the first of this; empty: from the start.</param>
/// <param name="Before">Only what stands before the next of this; empty: to the end.</param>
/// <param name="Required">The marks must be there, else this way finds nothing.</param>
/// <param name="Replace">Bytes to put instead of others, possibly none.</param>
internal sealed record TextWay(Selector From, Condition[] When, byte[] After, byte[] Before, bool Required, (byte[] Old, byte[] New)? Replace)
{
    public static ReadOnlySpan<byte> FirstOf(TextWay[] ways, Cells cells)
    {
        foreach (var way in ways)
        {
            var value = way.Find(cells);
            if (!value.IsEmpty)
            {
                return value;
            }
        }

        return default;
    }

    private ReadOnlySpan<byte> Find(Cells cells)
    {
        if (!When.AllHold(cells))
        {
            return default;
        }

        // A value of which only a part is taken stays in the unmapped bag, unless another field takes it whole.
        var isWhole = After.Length == 0 && Before.Length == 0;
        var value = isWhole ? From.Pick(cells) : Cut(From.Peek(cells, out _));
        return Replace is var (old, replacement) && value.IndexOf(old) >= 0 ? Swap(cells, value, old, replacement) : value;
    }

    private ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> value)
    {
        if (After.Length > 0)
        {
            var at = value.IndexOf(After);
            if (at < 0)
            {
                return Required ? default : value;
            }

            value = value[(at + After.Length)..];
        }

        if (Before.Length > 0)
        {
            // From the end: the mark closes what After opened, and the text between may hold it too.
            var at = value.LastIndexOf(Before);
            if (at < 0 && Required)
            {
                return default;
            }

            value = at < 0 ? value : value[..at];
        }

        return Utf8Text.Trim(value);
    }

    private static ReadOnlySpan<byte> Swap(Cells cells, ReadOnlySpan<byte> value, byte[] old, byte[] replacement)
    {
        var room = cells.Room(value.Length + (value.Count(old) * replacement.Length));
        var written = 0;
        while (value.IndexOf(old) is var at and >= 0)
        {
            value[..at].CopyTo(room[written..]);
            replacement.CopyTo(room[(written + at)..]);
            written += at + replacement.Length;
            value = value[(at + old.Length)..];
        }

        value.CopyTo(room[written..]);
        return cells.Bytes(cells.Keep(written + value.Length));
    }
}

/// <summary>A text of the event: the first way that finds one.</summary>
internal sealed class TextField(EventField field, TextWay[] ways) : Field
{
    public override void Fill(EventDraft draft, Cells cells, in Moment moment)
    {
        var value = TextWay.FirstOf(ways, cells);
        if (!value.IsEmpty)
        {
            draft.Set(field, value);
        }
    }
}

/// <summary>Vendor categories: one name or several, split at separators, elements of a list each on their own.</summary>
internal sealed class CategoriesField(Selector from, byte[] separators) : Field
{
    public override void Fill(EventDraft draft, Cells cells, in Moment moment)
    {
        var first = from.Peek(cells, out var slot);
        if (slot < 0)
        {
            return;
        }

        cells.MarkUsed(slot);
        Add(draft, cells, first);
        for (var i = 0; i < cells.MoreCount; i++)
        {
            var (other, value) = cells.More(i);
            if (other == slot)
            {
                Add(draft, cells, cells.Bytes(value));
            }
        }
    }

    private void Add(EventDraft draft, Cells cells, ReadOnlySpan<byte> list)
    {
        while (!list.IsEmpty)
        {
            var end = separators.Length == 0 ? -1 : list.IndexOfAny(separators);
            var name = Utf8Text.Trim(end < 0 ? list : list[..end]);
            if (!cells.IsBlank(name))
            {
                draft.AddCategory(name);
            }

            list = end < 0 ? default : list[(end + 1)..];
        }
    }
}

/// <summary>
/// The person as sent, and the account in it: <c>DOMAIN\account</c>, <c>account@realm</c> and bare names become the account in
/// lower case. Blank is normal: an anonymous event is an event.
/// </summary>
internal sealed class UserField(TextWay[] ways) : Field
{
    public override void Fill(EventDraft draft, Cells cells, in Moment moment)
    {
        var sent = TextWay.FirstOf(ways, cells);
        if (sent.IsEmpty)
        {
            return;
        }

        draft.Set(EventField.UserAsSent, sent);
        var account = sent[(sent.LastIndexOf((byte)'\\') + 1)..];
        var realm = account.IndexOf((byte)'@');
        account = realm > 0 ? account[..realm] : account;
        draft.Set(EventField.User, Lower(cells, Utf8Text.Cap(account, 256)));
    }

    private static ReadOnlySpan<byte> Lower(Cells cells, ReadOnlySpan<byte> account)
    {
        if (System.Text.Ascii.IsValid(account))
        {
            var room = cells.Room(account.Length);
            System.Text.Ascii.ToLower(account, room, out var written);
            return cells.Bytes(cells.Keep(written));
        }

        // Names outside ASCII are rare: one string for them is no burden.
        return Utf8Text.Of(System.Text.Encoding.UTF8.GetString(account).ToLowerInvariant());
    }
}
