using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization.Fields;

/// <summary>One way to find a text.</summary>
internal sealed record TextWay
{
    /// <summary>Names to look in.</summary>
    public required Selector From { get; init; }

    /// <summary>Conditions, possibly none.</summary>
    public Condition[] When { get; init; } = [];

    /// <summary>Only what follows the first of this; empty: from the start.</summary>
    public byte[] After { get; init; } = [];

    /// <summary>Only what stands before the last of this; empty: to the end.</summary>
    public byte[] Before { get; init; } = [];

    /// <summary>The marks must be there, else this way finds nothing.</summary>
    public bool Required { get; init; } = true;

    /// <summary>Only this part of a URL.</summary>
    public UrlPart Part { get; init; }

    /// <summary>Name of the parameter, where <see cref="Part"/> is one.</summary>
    public byte[] Parameter { get; init; } = [];

    /// <summary>Bytes to put instead of others, possibly none.</summary>
    public (byte[] Old, byte[] New)? Replace { get; init; }

    /// <summary>Words that stand for nothing here; the value stays in the unmapped bag.</summary>
    public WordEntry[] Except { get; init; } = [];

    /// <summary>Sentences of the product itself, which stay in the unmapped bag too.</summary>
    public Notices Notices { get; init; } = Notices.None;

    /// <summary>Words to put instead of the vendor's; a word that is not among them stays.</summary>
    public (WordEntry Word, byte[] Text)[] Map { get; init; } = [];

    /// <summary>A value of which only a part is taken stays in the unmapped bag, unless another field takes it whole.</summary>
    public bool IsWhole => After.Length == 0 && Before.Length == 0 && Part == UrlPart.None;

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

    public ReadOnlySpan<byte> Find(Cells cells)
    {
        if (!When.AllHold(cells))
        {
            return default;
        }

        var value = From.Peek(cells, out var slot);
        if (slot < 0)
        {
            return default;
        }

        value = After.Length == 0 && Before.Length == 0 ? value : Cut(value);
        value = Part == UrlPart.None ? value : UrlParts.Take(cells, value, Part, Parameter);
        if (value.IsEmpty || IsExcepted(value) || Notices.Has(value))
        {
            return default;
        }

        if (IsWhole)
        {
            cells.MarkUsed(slot);
        }

        value = Replace is var (old, replacement) && value.IndexOf(old) >= 0 ? Swap(cells, value, old, replacement) : value;
        return Map.Length == 0 ? value : Mapped(value);
    }

    private bool IsExcepted(ReadOnlySpan<byte> value)
    {
        foreach (var word in Except)
        {
            if (word.Matches(value))
            {
                return true;
            }
        }

        return false;
    }

    private ReadOnlySpan<byte> Mapped(ReadOnlySpan<byte> value)
    {
        foreach (var (word, text) in Map)
        {
            if (word.Matches(value))
            {
                return text;
            }
        }

        return value;
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
            // Of a theme the school says what it means as of any category.
            draft.Set(field, field == EventField.VendorTheme && moment.Categories.Find(value) is { IsEmpty: false } own ? own : value);
        }
    }
}

/// <summary>Vendor categories: names or numbers, one or several, split at separators, elements of a list each on their own.</summary>
internal sealed class CategoriesField(Selector from, byte[] separators, CategoryNames names) : Field
{
    public override void Fill(EventDraft draft, Cells cells, in Moment moment)
    {
        var first = from.Peek(cells, out var slot);
        if (slot < 0)
        {
            return;
        }

        cells.MarkUsed(slot);
        Add(draft, cells, first, moment.Categories);
        for (var i = 0; i < cells.MoreCount; i++)
        {
            var (other, value) = cells.More(i);
            if (other == slot)
            {
                Add(draft, cells, cells.Bytes(value), moment.Categories);
            }
        }
    }

    private void Add(EventDraft draft, Cells cells, ReadOnlySpan<byte> list, CategoryNames own)
    {
        while (!list.IsEmpty)
        {
            var end = separators.Length == 0 ? -1 : list.IndexOfAny(separators);
            var name = Utf8Text.Trim(end < 0 ? list : list[..end]);
            if (!cells.IsBlank(name))
            {
                var known = own.Find(name) is { IsEmpty: false } school ? school : names.Find(name);
                draft.AddCategory(known.IsEmpty ? name : known);
            }

            list = end < 0 ? default : list[(end + 1)..];
        }
    }
}

/// <summary>
/// The person as sent, and the account in it: <c>DOMAIN\account</c>, <c>account@realm</c> and bare names become the account in
/// lower case. An address is nobody. Blank is normal: an anonymous event is an event.
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

        // Filters put the address where they know no person: grouping by it is what deviceIp is for.
        if (Utf8Text.IsAddress(sent))
        {
            draft.AddUnmapped("user"u8, sent);
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
