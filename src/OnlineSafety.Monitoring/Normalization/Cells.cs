using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace OnlineSafety.Monitoring.Normalization;

/// <summary>A piece of the record or, with a complemented start, of the scratch buffer.</summary>
internal readonly record struct Slice(int Start, int Length)
{
    public static Slice None => default;

    public bool IsEmpty => Length == 0;
}

/// <summary>What is known of a value.</summary>
internal enum ValueState : byte
{
    /// <summary>Nobody asked yet.</summary>
    Unknown,

    Blank,

    /// <summary>No space around it.</summary>
    Neat,

    Padded,
}

/// <summary>
/// One record taken apart: a value per name (slot) that the mapping knows, further values of a list, and what no name claims.
/// Everything is a slice of the record or of one scratch buffer. One per worker, reused; not thread-safe.
/// </summary>
internal sealed class Cells
{
    private byte[] _source = [];
    private byte[] _scratch = new byte[4096];
    private int _scratchUsed;
    private int _mark;
    private Slice[] _values = new Slice[64];
    private bool[] _used = new bool[64];
    private ValueState[] _states = new ValueState[64];
    private readonly List<(int Slot, Slice Value)> _more = [];
    private readonly List<(Slice Key, Slice Value)> _extras = [];
    private byte[][] _blanks = [];

    /// <summary>The text to split, after header and prefix.</summary>
    public Slice Body { get; set; }

    /// <summary>Where a shape that yields several events goes on; its meaning is the shape's own.</summary>
    public int Cursor { get; set; }

    /// <summary>Column layout in force, chosen when a shape was opened.</summary>
    public int Layout { get; set; }

    /// <summary>Set by a shape that met a break after it had begun.</summary>
    public string Broken { get; set; } = "";

    /// <summary>A row had fewer columns than its header.</summary>
    public bool Short { get; set; }

    /// <summary>A row had more columns than its header.</summary>
    public bool Long { get; set; }

    /// <summary>Columns of a header row: slot or -1, and the name as sent.</summary>
    public List<(int Slot, Slice Name)> Header { get; } = [];

    /// <summary>Room for the pieces of a line. More words than any layout has columns: a line with more is of no such shape.</summary>
    public Slice[] Pieces { get; } = new Slice[512];

    /// <summary>Nodes of the records that a JSON text holds, in their order.</summary>
    public List<int> Records { get; } = [];

    /// <summary>Nodes of a JSON text.</summary>
    public Shapes.JsonNodes Json { get; } = new();

    /// <summary>The mail in hand, when it is one.</summary>
    public Shapes.Mail.MailText Mail => field ??= new();

    public int ExtraCount => _extras.Count;

    public (Slice Key, Slice Value) Extra(int index) => _extras[index];

    public void Load(ReadOnlyMemory<byte> record)
    {
        _scratchUsed = _mark = 0;
        Json.Forget();
        Broken = "";
        if (MemoryMarshal.TryGetArray(record, out var segment) && segment.Array is { } array)
        {
            _source = array;
            Body = new Slice(segment.Offset, segment.Count);
            return;
        }

        _source = [];
        Body = Copy(record.Span);
    }

    /// <summary>Makes ready for a mapping of so many names and such words for nothing.</summary>
    public void Prepare(int slots, byte[][] blanks)
    {
        _blanks = blanks;
        Cursor = 0;
        ClearValues(slots);
    }

    /// <summary>What is in scratch now stays for all events of the record.</summary>
    public void Mark() => _mark = _scratchUsed;

    /// <summary>Forgets the values of one event, and what was put into scratch for it.</summary>
    public void ClearValues(int slots)
    {
        _scratchUsed = _mark;
        if (_values.Length < slots)
        {
            Array.Resize(ref _values, slots);
            Array.Resize(ref _used, slots);
            Array.Resize(ref _states, slots);
        }

        Array.Clear(_values, 0, slots);
        Array.Clear(_used, 0, slots);
        Array.Clear(_states, 0, slots);
        _more.Clear();
        _extras.Clear();
        Short = Long = false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Bytes(Slice slice) => slice.Start >= 0
        ? new ReadOnlySpan<byte>(_source, slice.Start, slice.Length)
        : new ReadOnlySpan<byte>(_scratch, ~slice.Start, slice.Length);

    public ReadOnlySpan<byte> this[int slot] => Bytes(_values[slot]);

    public bool IsUsed(int slot) => _used[slot];

    public void MarkUsed(int slot) => _used[slot] = true;

    /// <summary>Nothing, or exactly a word that the mapping says stands for nothing ("-").</summary>
    public bool IsBlank(int slot) => StateOf(slot) == ValueState.Blank;

    /// <summary>The value without space around it; false when nothing is left, or a word that stands for nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(int slot, out ReadOnlySpan<byte> value)
    {
        value = Bytes(_values[slot]);
        switch (StateOf(slot))
        {
            case ValueState.Blank:
                return false;
            case ValueState.Neat:
                return true;
            default:
                value = Utf8Text.Trim(value);
                return !IsBlank(value);
        }
    }

    // Several fields and conditions ask about the same value.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ValueState StateOf(int slot) => _states[slot] is var state and not ValueState.Unknown ? state : FindState(slot);

    private ValueState FindState(int slot)
    {
        var value = Bytes(_values[slot]);
        return _states[slot] = IsBlank(value) ? ValueState.Blank : value[0] > ' ' && value[^1] > ' ' ? ValueState.Neat : ValueState.Padded;
    }

    public bool IsBlank(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            return true;
        }

        foreach (var blank in _blanks)
        {
            if (value.Length == blank.Length && value.SequenceEqual(blank))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Sets a slot; a second value of the same name becomes a further element of its list.</summary>
    public void Add(int slot, Slice value)
    {
        if (_values[slot].IsEmpty)
        {
            _values[slot] = value;
            _states[slot] = ValueState.Unknown;
        }
        else
        {
            _more.Add((slot, value));
        }
    }

    public void AddExtra(Slice key, Slice value) => _extras.Add((key, value));

    /// <summary>What a column without a name is called in the unmapped bag: <c>column 12</c>.</summary>
    public Slice NumberedName(int column)
    {
        var room = Room(24);
        "column "u8.CopyTo(room);
        System.Buffers.Text.Utf8Formatter.TryFormat(column + 1, room[7..], out var written);
        return Keep(7 + written);
    }

    public int MoreCount => _more.Count;

    public (int Slot, Slice Value) More(int index) => _more[index];

    /// <summary>A part of a slice.</summary>
    public static Slice Part(Slice slice, int start, int length) =>
        new(slice.Start >= 0 ? slice.Start + start : ~(~slice.Start + start), length);

    public Slice Copy(ReadOnlySpan<byte> bytes)
    {
        var room = Room(bytes.Length);
        bytes.CopyTo(room);
        return Keep(bytes.Length);
    }

    /// <summary>Room in the scratch buffer, not yet kept. Slices stay valid when it grows; spans taken before stay readable.</summary>
    public Span<byte> Room(int length)
    {
        if (_scratch.Length - _scratchUsed < length)
        {
            Array.Resize(ref _scratch, Math.Max(_scratch.Length * 2, _scratchUsed + length));
        }

        return _scratch.AsSpan(_scratchUsed, length);
    }

    /// <summary>Keeps the first bytes of the room just written.</summary>
    public Slice Keep(int length)
    {
        var slice = new Slice(~_scratchUsed, length);
        _scratchUsed += length;
        return slice;
    }

    /// <summary>
    /// Bytes that are no UTF-8 replaced by U+FFFD, so that every field of an event is text. Senders cut by bytes: a sequence
    /// that merely ends too early counts as <paramref name="cut"/>.
    /// </summary>
    public Slice Repair(ReadOnlySpan<byte> bytes, out bool cut, out bool invalid)
    {
        cut = invalid = false;
        var room = Room(bytes.Length * 3);
        var written = 0;
        while (!bytes.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var consumed);
            if (status != System.Buffers.OperationStatus.Done)
            {
                // A lead byte (and what follows of its sequence) without the rest is a cut; anything else was never UTF-8.
                var isCut = bytes[0] is >= 0xC2 and <= 0xF4;
                cut |= isCut;
                invalid |= !isCut;
            }

            written += rune.EncodeToUtf8(room[written..]);
            bytes = bytes[consumed..];
        }

        return Keep(written);
    }
}
