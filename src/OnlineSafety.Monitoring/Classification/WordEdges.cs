using System.Buffers.Binary;
using System.Text;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>Says no for certain, or perhaps, to whether a word begins or ends with a grave one, or holds one: by four letters of it.</summary>
internal sealed class WordEdges
{
    /// <summary>Grave words of fewer letters are not told of.</summary>
    public const int Letters = 4;

    private const int Bits = 16;

    private readonly ulong[] _starts = new ulong[(1 << Bits) / 64];
    private readonly ulong[] _ends = new ulong[(1 << Bits) / 64];

    public WordEdges(IEnumerable<string> words)
    {
        foreach (var word in words.Select(Encoding.UTF8.GetBytes).Where(word => word.Length >= Letters))
        {
            Add(_starts, word);
            Add(_ends, word.AsSpan(word.Length - Letters));
        }
    }

    /// <summary>Whether it may begin or end with one.</summary>
    /// <param name="word">At least four bytes.</param>
    public bool MayHave(ReadOnlySpan<byte> word) => Has(_starts, word) || Has(_ends, word[^Letters..]);

    /// <summary>Whether one may stand anywhere in it.</summary>
    public bool MayHold(ReadOnlySpan<byte> word)
    {
        var any = false;
        for (var at = 0; at <= word.Length - Letters; at++)
        {
            any |= Has(_starts, word[at..]);
        }

        return any;
    }

    private static void Add(ulong[] bits, ReadOnlySpan<byte> word) => bits[Place(word) >> 6] |= 1UL << (Place(word) & 63);

    private static bool Has(ulong[] bits, ReadOnlySpan<byte> word) => (bits[Place(word) >> 6] & (1UL << (Place(word) & 63))) != 0;

    private static int Place(ReadOnlySpan<byte> word) => (int)((BinaryPrimitives.ReadUInt32LittleEndian(word) * 0x9E3779B1) >> (32 - Bits));
}
