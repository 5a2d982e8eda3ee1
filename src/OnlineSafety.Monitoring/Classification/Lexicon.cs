using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>
/// Every folded word that a phrase uses, with its number (from 1; 0 is "no phrase uses it"). A bit filter turns away most words of
/// ordinary text after one hash; a hit is compared byte by byte, so a collision can never make a match.
/// </summary>
internal sealed class Lexicon
{
    /// <summary>Readable bytes that must follow a word in the buffer given to <see cref="Find"/>.</summary>
    public const int Padding = 16;

    /// <summary>Longer words are no words of ours.</summary>
    public const int LongestWord = 48;

    private readonly ulong[] _filter;
    private readonly ulong _filterMask;
    private readonly Slot[] _slots;
    private readonly byte[][] _words;
    private readonly ulong _slotMask;

    public Lexicon(IReadOnlyList<string> words)
    {
        var bits = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(words.Count * 24, 1024));
        _filter = new ulong[bits / 64];
        _filterMask = (ulong)bits - 1;
        _slots = new Slot[BitOperations.RoundUpToPowerOf2((uint)(words.Count * 2 + 2))];
        _slotMask = (ulong)_slots.Length - 1;
        _words = new byte[words.Count + 1][];
        _words[0] = [];
        Span<byte> padded = stackalloc byte[LongestWord + Padding];
        for (var i = 0; i < words.Count; i++)
        {
            padded.Clear();
            var length = Encoding.UTF8.GetBytes(words[i], padded);
            Add(i + 1, Hash(padded, 0, length), padded[..length].ToArray());
        }
    }

    public int Count => _words.Length - 1;

    /// <summary>The number of the word at <paramref name="start"/>, 0 when no phrase uses it.</summary>
    public int Find(ReadOnlySpan<byte> buffer, int start, int length)
    {
        if (length > LongestWord)
        {
            return 0;
        }

        var hash = Hash(buffer, start, length);
        var bit = hash & _filterMask;
        if ((_filter[bit >> 6] & (1UL << (int)(bit & 63))) == 0)
        {
            return 0;
        }

        for (var at = hash >> 32; ; at++)
        {
            ref readonly var slot = ref _slots[at & _slotMask];
            if (slot.Word == 0)
            {
                return 0;
            }

            // Up to eight bytes the mixing can be undone, so equal hashes of equal length are equal words.
            if (slot.Hash == hash && slot.Length == length && (length <= 8 || buffer.Slice(start, length).SequenceEqual(_words[slot.Word])))
            {
                return slot.Word;
            }
        }
    }

    private void Add(int word, ulong hash, byte[] bytes)
    {
        _words[word] = bytes;
        var bit = hash & _filterMask;
        _filter[bit >> 6] |= 1UL << (int)(bit & 63);
        var at = hash >> 32;
        while (_slots[at & _slotMask].Word != 0)
        {
            at++;
        }

        _slots[at & _slotMask] = new Slot(hash, word, bytes.Length);
    }

    private readonly record struct Slot(ulong Hash, int Word, int Length);

    // Eight bytes at a time; the last, partial eight are masked, which is why the buffer must be readable past the word.
    private static ulong Hash(ReadOnlySpan<byte> buffer, int start, int length)
    {
        var hash = (ulong)length * 0x9E3779B97F4A7C15;
        while (length > 8)
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(buffer[start..]));
            start += 8;
            length -= 8;
        }

        var last = BinaryPrimitives.ReadUInt64LittleEndian(buffer[start..]) & (ulong.MaxValue >> ((8 - length) * 8));
        return Mix(hash ^ last);
    }

    private static ulong Mix(ulong value)
    {
        value *= 0xFF51AFD7ED558CCD;
        value ^= value >> 32;
        value *= 0xC4CEB9FE1A85EC53;
        return value ^ (value >> 29);
    }
}
