using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>What else is to be known of a word.</summary>
[Flags]
internal enum WordMark : byte
{
    None = 0,

    /// <summary>Grave: also found with a slip, and inside others.</summary>
    Guarded = 1,

    /// <summary>A phrase of several words written as one, which is no word itself.</summary>
    Joined = 2,
}

/// <summary>
/// Every folded word that a phrase uses, with its number (from 1; 0 is "no phrase uses it"), and other ways to write some of them. A bit filter
/// turns away most words of ordinary text after one hash; a hit is compared byte by byte, so a collision can never make a match.
/// </summary>
internal sealed class Lexicon
{
    /// <summary>Readable bytes that must follow a word in the buffer given to <see cref="Find"/>.</summary>
    public const int Padding = 16;

    /// <summary>Longer words are no words of ours.</summary>
    public const int LongestWord = 48;

    /// <summary>Stands among the words for all that are written backwards; no text can hold it.</summary>
    public const string Backwards = "<";

    // No word holds a NUL: up to so many bytes the masked first bytes are the word, and tell its length.
    private const int InSlot = 15;

    // Two bits in one word of the filter: with this many bits for each entry about one unknown word in a hundred passes.
    private const int FilterBits = 16;

    // By length up to 16: what of the first and of the second eight bytes belongs to the word.
    private static readonly ulong[] FirstMask = [.. Enumerable.Range(0, 17).Select(length => Mask(length))];
    private static readonly ulong[] SecondMask = [.. Enumerable.Range(0, 17).Select(length => Mask(length - 8))];

    private readonly ulong[] _filter;
    private readonly ulong _filterMask;
    private readonly Slot[] _slots;
    private readonly ulong _slotMask;
    private readonly byte[][] _entries;
    private readonly WordMark[] _marks;

    /// <param name="words">The words; each is its place, from 1.</param>
    /// <param name="forms">Other ways to write a word, with its number. One that is a word itself stays that; of equal ones the first counts.</param>
    /// <param name="marks">By number: what else is to be known of words.</param>
    /// <param name="parts">The words that several written as one may be made of; all when left out.</param>
    public Lexicon(IReadOnlyList<string> words, IReadOnlyList<(string Form, int Word)>? forms = null, IReadOnlyList<(int Word, WordMark Mark)>? marks = null, WordParts? parts = null)
    {
        Count = words.Count;
        BackwardsWord = words.Contains(Backwards, StringComparer.Ordinal) ? words.TakeWhile(word => word != Backwards).Count() + 1 : -1;
        _marks = new WordMark[words.Count + 1];
        foreach (var (word, mark) in marks ?? [])
        {
            _marks[word] |= mark;
        }

        Edges = new WordEdges(words.Where((_, i) => IsGuarded(i + 1)));
        Parts = parts ?? new WordParts(words);
        forms ??= [];
        var most = words.Count + forms.Count;
        _filter = new ulong[BitOperations.RoundUpToPowerOf2((uint)Math.Max(most * FilterBits, 1024)) / 64];
        _filterMask = (ulong)_filter.Length - 1;
        _slots = new Slot[BitOperations.RoundUpToPowerOf2((uint)((most * 3 / 2) + 2))];
        _slotMask = (ulong)_slots.Length - 1;
        var entries = new List<byte[]>(words.Count);
        var padded = new byte[LongestWord + Padding];
        for (var i = 0; i < words.Count; i++)
        {
            entries.Add(Encoding.UTF8.GetBytes(words[i]));
            Add(entries[i], i + 1, i, entries, ref padded);
        }

        foreach (var (form, word) in forms)
        {
            // Short ones are told by their slots alone; the place of any other way to write a word is behind the words.
            var bytes = Encoding.UTF8.GetBytes(form);
            if (Add(bytes, word, entries.Count, entries, ref padded) && bytes.Length > InSlot)
            {
                entries.Add(bytes);
            }
        }

        _entries = [.. entries];
    }

    /// <summary>Number of words, other ways to write them not counted.</summary>
    public int Count { get; }

    /// <summary>Number of the word that all backward ones are; no word's when none is looked for.</summary>
    public int BackwardsWord { get; }

    /// <summary>Tells whether a grave word may be at the beginning or end of another.</summary>
    public WordEdges Edges { get; }

    /// <summary>Tells which lengths a word may have by how it begins.</summary>
    public WordParts Parts { get; }

    public bool IsGuarded(int word) => (_marks[word] & WordMark.Guarded) != 0;

    public bool IsJoined(int word) => (_marks[word] & WordMark.Joined) != 0;

    /// <summary>The number of the word at <paramref name="start"/>, 0 when no phrase uses it.</summary>
    public int Find(ReadOnlySpan<byte> buffer, int start, int length)
    {
        if (length > LongestWord)
        {
            return 0;
        }

        var hash = Hash(buffer.Slice(start, length + Padding), length, out var word);
        var bits = Bits(hash);
        return (_filter[(hash >> 12) & _filterMask] & bits) != bits ? 0 : Locate(hash, word, buffer.Slice(start, length)).Word;
    }

    /// <summary>The same, but only a word as it is, not another way to write one: disguises do not add up.</summary>
    public int FindOwn(ReadOnlySpan<byte> buffer, int start, int length)
    {
        if (length > LongestWord)
        {
            return 0;
        }

        var hash = Hash(buffer.Slice(start, length + Padding), length, out var word);
        var bits = Bits(hash);
        if ((_filter[(hash >> 12) & _filterMask] & bits) != bits)
        {
            return 0;
        }

        var slot = Locate(hash, word, buffer.Slice(start, length));
        return slot.Entry < Count ? slot.Word : 0;
    }

    /// <summary>The number of a folded word, 0 when no phrase uses it. Where rules are made; texts are read with <see cref="Find"/>.</summary>
    public int NumberOf(string word)
    {
        var buffer = new byte[Encoding.UTF8.GetByteCount(word) + Padding];
        return Find(buffer, 0, Encoding.UTF8.GetBytes(word, buffer));
    }

    /// <summary>The word of a number.</summary>
    public ReadOnlySpan<byte> Word(int number) => _entries[number - 1];

    private Slot Locate(ulong hash, in Start start, ReadOnlySpan<byte> word)
    {
        for (var at = hash >> 40; ; at++)
        {
            ref readonly var slot = ref _slots[at & _slotMask];

            if (slot.Word == 0 || (slot.Start == start && (word.Length <= InSlot || word.SequenceEqual(_entries[slot.Entry]))))
            {
                return slot;
            }
        }
    }

    // False when it is there already: of equal ones the first counts.
    private bool Add(byte[] bytes, int number, int entry, List<byte[]> entries, ref byte[] padded)
    {
        if (padded.Length < bytes.Length + Padding)
        {
            padded = new byte[bytes.Length + Padding];
        }

        bytes.CopyTo(padded, 0);
        padded.AsSpan(bytes.Length, Padding).Clear();
        var hash = Hash(padded.AsSpan(0, bytes.Length + Padding), bytes.Length, out var start);
        for (var at = hash >> 40; ; at++)
        {
            ref var slot = ref _slots[at & _slotMask];
            if (slot.Word == 0)
            {
                slot = new Slot(start, number, entry);
                _filter[(hash >> 12) & _filterMask] |= Bits(hash);
                return true;
            }

            if (slot.Start == start && (bytes.Length <= InSlot || bytes.AsSpan().SequenceEqual(entries[slot.Entry])))
            {
                return false;
            }
        }
    }

    private static ulong Bits(ulong hash) => (1UL << (int)(hash & 63)) | (1UL << (int)((hash >> 6) & 63));

    private readonly record struct Slot(Start Start, int Word, int Entry);

    /// <summary>The first 16 bytes, those behind a shorter word zero.</summary>
    private readonly record struct Start(ulong First, ulong Second);

    // The span is longer than the word by the padding, so that reading 8 bytes at a time never leaves it: what is no part of the word is
    // masked. Words up to 16 bytes take no branch that depends on their length.
    private static ulong Hash(ReadOnlySpan<byte> padded, int length, out Start start)
    {
        ref var bytes = ref MemoryMarshal.GetReference(padded);
        var masked = Math.Min(length, 16);
        start = new Start(
            Unsafe.ReadUnaligned<ulong>(ref bytes) & FirstMask[masked],
            Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, 8)) & SecondMask[masked]);
        var hash = Mix((start.First * 0x9E3779B97F4A7C15) ^ BitOperations.RotateLeft(start.Second * 0xC2B2AE3D27D4EB4F, 31));
        for (var at = 16; at < length; at += 8)
        {
            hash = Mix(hash ^ (Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, at)) & FirstMask[Math.Min(length - at, 8)]));
        }

        return hash;
    }

    private static ulong Mask(int bytes) => bytes <= 0 ? 0 : ulong.MaxValue >> ((8 - Math.Min(bytes, 8)) * 8);

    private static ulong Mix(ulong value)
    {
        value ^= value >> 32;
        value *= 0xC4CEB9FE1A85EC53;
        return value ^ (value >> 29);
    }
}
