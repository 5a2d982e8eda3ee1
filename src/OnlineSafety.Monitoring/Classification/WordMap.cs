using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>64 bytes of a folded text, one bit a byte.</summary>
/// <param name="Words">Letters and digits.</param>
/// <param name="Stretched">The byte and the two behind it are the same.</param>
/// <param name="Stops">A sentence ends here.</param>
/// <param name="Tears">Signs that may be inside a word.</param>
internal readonly record struct WordBits(ulong Words, ulong Digits, ulong Stretched, ulong Stops, ulong Tears);

/// <summary>A word of a plain text: the bytes from one up to another.</summary>
internal struct PlainWord
{
    public int Start;
    public int End;

    /// <summary>Its number in the lexicon, once it was looked up; 0: unknown.</summary>
    public int Word;

    /// <summary>A sentence ended before it.</summary>
    public bool NewSentence;

    /// <summary>Letters beside digits, or three alike: it may be written otherwise than it is meant.</summary>
    public bool Odd;

    /// <summary>A sign that may be inside a word stands beside it.</summary>
    public bool Torn;
}

/// <summary>
/// Folds a text of plain ASCII and marks its words, 32 bytes at a time. Nearly every search term and URL is such a text; one with
/// anything that may be a disguise or a letter of another script is left to the reader that looks at every character.
/// </summary>
internal sealed class WordMap
{
    /// <summary>Bytes that one <see cref="WordBits"/> tells of.</summary>
    public const int Block = 64;

    /// <summary>Bytes that must be free behind the text in the folded buffer.</summary>
    public const int Padding = Block + Lexicon.Padding;

    private const ulong Last = 1UL << (Block - 1);

    // Words of ordinary text in a block.
    private const int Usual = 12;

    private WordBits[] _blocks = new WordBits[16];
    private PlainWord[] _words = new PlainWord[64];
    private int _count;

    private ReadOnlySpan<WordBits> Blocks => _blocks.AsSpan(0, _count);

    /// <summary>Puts <paramref name="text"/> in lower case into <paramref name="folded"/>; false when it is not plain.</summary>
    public bool TryRead(ReadOnlySpan<byte> text, Span<byte> folded)
    {
        // The vectors below read up to 32 bytes behind the last block's first half, and write whole blocks.
        var room = folded[..(text.Length + Padding)];
        text.CopyTo(room);
        room[text.Length..].Clear();
        _count = (text.Length + Block - 1) / Block;
        if (_count > _blocks.Length)
        {
            _blocks = new WordBits[_count * 2];
        }

        ref var start = ref MemoryMarshal.GetReference(room);
        for (var i = 0; i < _count; i++)
        {
            if (!TryReadBlock(ref Unsafe.Add(ref start, i * Block), out _blocks[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// The words of the text last read, in order, when it was plain; not yet looked up. Where each begins and ends is told apart, so no step depends
    /// on how long one is.
    /// </summary>
    public Span<PlainWord> Words()
    {
        var most = Usual;
        foreach (ref readonly var block in Blocks)
        {
            // One that goes on from the block before counts twice.
            most += BitOperations.PopCount(block.Words & ~(block.Words << 1));
        }

        if (_words.Length < most)
        {
            _words = new PlainWord[most * 2];
        }

        var words = _words;
        var (begun, ended, newSentence) = (0, 0, false);
        var before = default(WordBits);
        for (var i = 0; i < _count; i++)
        {
            ref readonly var block = ref _blocks[i];
            var (offset, fresh) = (i * Block, begun);
            var next = i + 1 < _count ? _blocks[i + 1] : default;
            var goesOn = block.Words & ((block.Words << 1) | (before.Words >> (Block - 1)));
            var begins = block.Words & ~goesOn;
            var ends = block.Words & ~((block.Words >> 1) | (next.Words << (Block - 1)));
            begun += PutStarts(words.AsSpan(begun), begins, offset);
            for (var left = ends & ((block.Tears >> 1) | (next.Tears << (Block - 1))); left != 0; left &= left - 1)
            {
                words[ended + CountUpTo(left, ends) - 1].Torn = true;
            }

            for (var left = begins & ((block.Tears << 1) | (before.Tears >> (Block - 1))); left != 0; left &= left - 1)
            {
                words[fresh + CountUpTo(left, begins) - 1].Torn = true;
            }

            var changes = (block.Digits ^ ((block.Digits << 1) | (before.Digits >> (Block - 1)))) & goesOn;
            for (var left = changes | (block.Stretched & block.Words); left != 0; left &= left - 1)
            {
                words[fresh + CountUpTo(left, begins) - 1].Odd = true;
            }

            ended += PutEnds(words.AsSpan(ended), ends, offset);
            newSentence = Mark(words.AsSpan(fresh, begun - fresh), begins, block.Stops, newSentence);
            before = block;
        }

        return words.AsSpan(0, begun);
    }

    // As many as a block usually has are put without a question; what is too much is put over by the next block.
    private static int PutStarts(Span<PlainWord> words, ulong begins, int offset)
    {
        var left = begins;
        foreach (ref var word in words[..Usual])
        {
            word = new PlainWord { Start = offset + BitOperations.TrailingZeroCount(left) };
            left &= left - 1;
        }

        for (var i = Usual; left != 0; left &= left - 1)
        {
            words[i++] = new PlainWord { Start = offset + BitOperations.TrailingZeroCount(left) };
        }

        return BitOperations.PopCount(begins);
    }

    private static int PutEnds(Span<PlainWord> words, ulong ends, int offset)
    {
        var left = ends;
        foreach (ref var word in words[..Usual])
        {
            word.End = offset + BitOperations.TrailingZeroCount(left) + 1;
            left &= left - 1;
        }

        for (var i = Usual; left != 0; left &= left - 1)
        {
            words[i++].End = offset + BitOperations.TrailingZeroCount(left) + 1;
        }

        return BitOperations.PopCount(ends);
    }

    // Marks each word that is the first behind a stop; returns whether the next that begins is one.
    private static bool Mark(Span<PlainWord> words, ulong begins, ulong stops, bool newSentence)
    {
        if (newSentence && words.Length > 0)
        {
            (words[0].NewSentence, newSentence) = (true, false);
        }

        for (var left = stops; left != 0; left &= left - 1)
        {
            var next = CountUpTo(left, begins);
            if (next == words.Length)
            {
                return true;
            }

            words[next].NewSentence = true;
        }

        return newSentence;
    }

    // How many of some bits stand before or at the first of others.
    private static int CountUpTo(ulong first, ulong bits) => BitOperations.PopCount(bits & (first ^ (first - 1)));

    private static bool TryReadBlock(ref byte start, out WordBits bits)
    {
        var low = Half(ref start);
        var high = Half(ref Unsafe.Add(ref start, Vector256<byte>.Count));
        var words = Join(low.Letters | low.Digits, high.Letters | high.Digits);
        var odd = Join(low.Odd, high.Odd);
        var dollars = Join(low.Dollars, high.Dollars);
        bits = new WordBits(words, Join(low.Digits, high.Digits), Stretch(Join(low.Same, high.Same)), Join(low.Stops, high.Stops), Join(low.Tears, high.Tears));

        // A sign counts only when a word byte follows or, of one of them, stands before it; an apostrophe only when one stands before it. What lies
        // beyond the block is not looked up: then the slow reader decides.
        return (low.Wide | high.Wide) == 0 && (odd == 0 || ((odd & (((words | odd) >> 1) | Last)) | (dollars & ((words << 1) | 1))) == 0);
    }

    // Three alike need two neighbouring pairs; at the end of a block the second pair is not known and taken for granted.
    private static ulong Stretch(ulong same) => same & ((same >> 1) | Last);

    private static ulong Join(uint low, uint high) => ((ulong)high << 32) | low;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Classes Half(ref byte at)
    {
        var here = Vector256.LoadUnsafe(ref at);
        var next = Vector256.LoadUnsafe(ref at, 1);
        var folded = Lower(here);
        var stops = Vector256.Equals(here, Vector256.Create((byte)'.')) | Vector256.Equals(here, Vector256.Create((byte)'?'))
            | Vector256.Equals(here, Vector256.Create((byte)';')) | Vector256.Equals(here, Vector256.Create((byte)'\n'));
        var dollars = Vector256.Equals(here, Vector256.Create((byte)'$'));
        var odd = Vector256.Equals(here, Vector256.Create((byte)'@')) | dollars
            | Vector256.Equals(here, Vector256.Create((byte)'!')) | Vector256.Equals(here, Vector256.Create((byte)'|'))
            | Vector256.Equals(here, Vector256.Create((byte)'*')) | Vector256.Equals(here, Vector256.Create((byte)'\''))
            | Vector256.Equals(here, Vector256.Create((byte)'`'));
        var (letters, digits) = (Within(folded, (byte)'a', (byte)'z'), Within(folded, (byte)'0', (byte)'9'));
        // The signs of TornWords.IsTearing, but for those outside ASCII.
        var parting = Vector256.Equals(here, Vector256.Create((byte)'/')) | Vector256.Equals(here, Vector256.Create((byte)'?'))
            | Vector256.Equals(here, Vector256.Create((byte)'&')) | Vector256.Equals(here, Vector256.Create((byte)'=')) | Vector256.Equals(here, Vector256.Create((byte)':'));
        folded.StoreUnsafe(ref at);
        return new Classes(
            letters.ExtractMostSignificantBits(),
            digits.ExtractMostSignificantBits(),
            Vector256.Equals(folded, Lower(next)).ExtractMostSignificantBits(),
            (stops & Vector256.LessThanOrEqual(next, Vector256.Create((byte)' '))).ExtractMostSignificantBits(),
            odd.ExtractMostSignificantBits(),
            dollars.ExtractMostSignificantBits(),
            (Vector256.GreaterThan(here, Vector256.Create((byte)' ')) & ~(letters | digits | parting)).ExtractMostSignificantBits(),
            here.ExtractMostSignificantBits());
    }

    private static Vector256<byte> Lower(Vector256<byte> bytes) =>
        bytes | (Within(bytes, (byte)'A', (byte)'Z') & Vector256.Create((byte)0x20));

    private static Vector256<byte> Within(Vector256<byte> bytes, byte from, byte to) =>
        Vector256.LessThanOrEqual(bytes - Vector256.Create(from), Vector256.Create((byte)(to - from)));

    private readonly record struct Classes(uint Letters, uint Digits, uint Same, uint Stops, uint Odd, uint Dollars, uint Tears, uint Wide);
}
