using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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

    // By length up to 16: what of the first and of the second eight bytes belongs to the word.
    private static readonly ulong[] FirstMask = [.. Enumerable.Range(0, 17).Select(length => Mask(length))];
    private static readonly ulong[] SecondMask = [.. Enumerable.Range(0, 17).Select(length => Mask(length - 8))];

    private readonly ulong[] _filter;
    private readonly ulong _filterMask;
    private readonly Slot[] _slots;
    private readonly Start[] _starts;
    private readonly byte[][] _words;
    private readonly ulong _slotMask;

    public Lexicon(IReadOnlyList<string> words)
    {
        var bits = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(words.Count * 24, 1024));
        _filter = new ulong[bits / 64];
        _filterMask = (ulong)bits - 1;
        _slots = new Slot[BitOperations.RoundUpToPowerOf2((uint)((words.Count * 2) + 2))];
        _slotMask = (ulong)_slots.Length - 1;
        _starts = new Start[words.Count + 1];
        _words = new byte[words.Count + 1][];
        _words[0] = [];
        var padded = new byte[words.Select(Encoding.UTF8.GetByteCount).DefaultIfEmpty().Max() + Padding];
        for (var i = 0; i < words.Count; i++)
        {
            padded.AsSpan().Clear();
            var length = Encoding.UTF8.GetBytes(words[i], padded);
            Add(i + 1, padded, length);
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

        var hash = Hash(buffer.Slice(start, length + Padding), length, out var word);
        var bit = hash & _filterMask;
        return (_filter[bit >> 6] & (1UL << (int)(bit & 63))) == 0 ? 0 : Find(hash, word, buffer.Slice(start, length));
    }

    private int Find(ulong hash, in Start start, ReadOnlySpan<byte> word)
    {
        for (var at = hash >> 40; ; at++)
        {
            ref readonly var slot = ref _slots[at & _slotMask];
            if (slot.Word == 0)
            {
                return 0;
            }

            // No word holds a NUL, so up to 16 bytes the masked bytes are the word and tell its length.
            if (slot.Tag == (uint)(hash >> 24) && _starts[slot.Word] == start && (word.Length <= 16 || word.SequenceEqual(_words[slot.Word])))
            {
                return slot.Word;
            }
        }
    }

    private void Add(int number, ReadOnlySpan<byte> padded, int length)
    {
        var hash = Hash(padded[..(length + Padding)], length, out _starts[number]);
        _words[number] = padded[..length].ToArray();
        var bit = hash & _filterMask;
        _filter[bit >> 6] |= 1UL << (int)(bit & 63);
        var at = hash >> 40;
        while (_slots[at & _slotMask].Word != 0)
        {
            at++;
        }

        _slots[at & _slotMask] = new Slot((uint)(hash >> 24), number);
    }

    private readonly record struct Slot(uint Tag, int Word);

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
