using System.Numerics;
using System.Runtime.CompilerServices;
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
    public const int Padding = WordKey.Padding;

    /// <summary>Longer words are no words of ours.</summary>
    public const int LongestWord = 48;

    /// <summary>Stands among the words for all that are written backwards; no text can hold it.</summary>
    public const string Backwards = "<";

    // Two bits in one word of the filter: with this many bits for each entry, and more by rounding up, some two unknown words in a hundred pass.
    private const int FilterBits = 10;

    private readonly ulong[] _filter;
    private readonly uint _filterMask;

    // Nearly every known word of a text is one of these: so they lie close together, and the many other ways to write one apart.
    private readonly WordSlots _own;
    private readonly WordSlots _forms;
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
        _filter = new ulong[BitOperations.RoundUpToPowerOf2((uint)Math.Max((words.Count + forms.Count) * FilterBits, 1024)) / 64];
        _filterMask = (uint)_filter.Length - 1;
        _entries = [.. words.Select(Encoding.UTF8.GetBytes)];
        _own = Slots(_entries.Select((word, i) => (word, i + 1)));
        _forms = Slots(forms.Select(form => (Encoding.UTF8.GetBytes(form.Form), form.Word)));
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

        return Look(buffer, start, length);
    }

    /// <summary>
    /// Looks up all words of a plain text. One after the other without a branch between them, so that the processor works on several at once: who asks
    /// of one word and decides by the answer waits for the memory each time.
    /// </summary>
    /// <param name="buffer">The folded text, and behind it readable bytes as for <see cref="Find"/>.</param>
    /// <param name="words">Where they stand in it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void FindAll(ReadOnlySpan<byte> buffer, Span<PlainWord> words)
    {
        foreach (ref var word in words)
        {
            var length = word.End - word.Start;
            word.Word = length > LongestWord ? 0 : Look(buffer, word.Start, length);
        }
    }

    /// <summary>As <see cref="Find"/>, but only a word as it is, not another way to write one: disguises do not add up.</summary>
    public int FindOwn(ReadOnlySpan<byte> buffer, int start, int length)
    {
        if (length > LongestWord)
        {
            return 0;
        }

        var key = WordKey.Of(buffer[start..], length);
        return Missing(key) != 0 ? 0 : _own.Find(key, buffer.Slice(start, length));
    }

    /// <summary>The number of a folded word, 0 when no phrase uses it. Where rules are made; texts are read with <see cref="Find"/>.</summary>
    public int NumberOf(string word)
    {
        var buffer = new byte[Encoding.UTF8.GetByteCount(word) + Padding];
        return Find(buffer, 0, Encoding.UTF8.GetBytes(word, buffer));
    }

    /// <summary>The word of a number.</summary>
    public ReadOnlySpan<byte> Word(int number) => _entries[number - 1];

    // Which words are known cannot be foreseen, and a wrong guess costs more than all the rest: so what the filter turns away goes, without a branch, to an
    // empty slot; and a known word is nearly always in the first that it is looked for in.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Look(ReadOnlySpan<byte> buffer, int start, int length)
    {
        var key = WordKey.Of(buffer[start..], length);
        var missing = Missing(key);
        ref readonly var slot = ref _own.First(key, missing);
        var other = (key.DiffersFrom(slot.First, slot.Second) != 0) | (length > WordKey.Whole);
        return ((slot.Number != 0) & other) | (((uint)slot.Number | missing) == 0) ? Search(key, buffer.Slice(start, length)) : slot.Number;
    }

    // A word itself stays that, whatever else it may be another way to write of.
    private int Search(in WordKey key, ReadOnlySpan<byte> word) => _own.Find(key, word) is var own and not 0 ? own : _forms.Find(key, word);

    private WordSlots Slots(IEnumerable<(byte[] Word, int Number)> words)
    {
        var keyed = words.Select(word => (Key: WordKey.Of(word.Word), word.Word, word.Number)).ToList();
        keyed.ForEach(word => _filter[FilterPlace(word.Key)] |= Bits(word.Key));
        return new WordSlots(keyed);
    }

    // Not 0 when no word and no other way to write one has this key.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Missing(in WordKey key) => ~_filter[FilterPlace(key)] & Bits(key);

    private uint FilterPlace(in WordKey key) => (uint)(key.Hash >> 12) & _filterMask;

    private static ulong Bits(in WordKey key) => (1UL << (int)(key.Hash & 63)) | (1UL << (int)((key.Hash >> 6) & 63));
}
