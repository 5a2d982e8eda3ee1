using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>64 bytes of a folded text, one bit a byte.</summary>
/// <param name="Words">Letters and digits.</param>
/// <param name="Stretched">The byte and the two behind it are the same.</param>
/// <param name="Stops">A sentence ends here.</param>
internal readonly record struct WordBits(ulong Words, ulong Digits, ulong Stretched, ulong Stops);

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

    private WordBits[] _blocks = new WordBits[16];
    private int _count;

    public ReadOnlySpan<WordBits> Blocks => _blocks.AsSpan(0, _count);

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

    private static bool TryReadBlock(ref byte start, out WordBits bits)
    {
        var low = Half(ref start);
        var high = Half(ref Unsafe.Add(ref start, Vector256<byte>.Count));
        var words = Join(low.Letters | low.Digits, high.Letters | high.Digits);
        var odd = Join(low.Odd, high.Odd);
        var dollars = Join(low.Dollars, high.Dollars);
        bits = new WordBits(words, Join(low.Digits, high.Digits), Stretch(Join(low.Same, high.Same)), Join(low.Stops, high.Stops));

        // A sign counts only when a word byte follows or, of one of them, stands before it; an apostrophe only when one stands before it. What lies
        // beyond the block is not looked up: then the slow reader decides.
        return (low.Wide | high.Wide) == 0 && (odd == 0 || ((odd & (((words | odd) >> 1) | Last)) | (dollars & ((words << 1) | 1))) == 0);
    }

    // Three alike need two neighbouring pairs; at the end of a block the second pair is not known and taken for granted.
    private static ulong Stretch(ulong same) => same & ((same >> 1) | Last);

    private static ulong Join(uint low, uint high) => ((ulong)high << 32) | low;

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
        folded.StoreUnsafe(ref at);
        return new Classes(
            Within(folded, (byte)'a', (byte)'z').ExtractMostSignificantBits(),
            Within(folded, (byte)'0', (byte)'9').ExtractMostSignificantBits(),
            Vector256.Equals(folded, Lower(next)).ExtractMostSignificantBits(),
            (stops & Vector256.LessThanOrEqual(next, Vector256.Create((byte)' '))).ExtractMostSignificantBits(),
            odd.ExtractMostSignificantBits(),
            dollars.ExtractMostSignificantBits(),
            here.ExtractMostSignificantBits());
    }

    private static Vector256<byte> Lower(Vector256<byte> bytes) =>
        bytes | (Within(bytes, (byte)'A', (byte)'Z') & Vector256.Create((byte)0x20));

    private static Vector256<byte> Within(Vector256<byte> bytes, byte from, byte to) =>
        Vector256.LessThanOrEqual(bytes - Vector256.Create(from), Vector256.Create((byte)(to - from)));

    private readonly record struct Classes(uint Letters, uint Digits, uint Same, uint Stops, uint Odd, uint Dollars, uint Wide);
}
