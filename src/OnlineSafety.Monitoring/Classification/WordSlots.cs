using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>What a word is looked up by: a hash of all of it, and its first 16 bytes, those behind a shorter one zero.</summary>
internal readonly record struct WordKey(ulong Hash, ulong First, ulong Second)
{
    /// <summary>Readable bytes that must follow a word.</summary>
    public const int Padding = 16;

    /// <summary>No word holds a NUL: up to so many bytes the first 16 are the word, and tell its length.</summary>
    public const int Whole = 15;

    // At a length up to 16 what belongs to the word of its second eight bytes, and 8 further on of its first.
    private static readonly ulong[] Masks = [.. Enumerable.Range(0, 25).Select(place => Mask(Math.Clamp(place - 8, 0, 8)))];

    /// <summary>Not 0 when it is another word than one that begins so.</summary>
    public ulong DiffersFrom(ulong first, ulong second) => (First ^ first) | (Second ^ second);

    /// <param name="padded">The word and the bytes behind it, so that reading 8 bytes at a time never leaves it: what is no part of the word is masked.</param>
    /// <param name="length">Its bytes. Up to 16 no branch depends on them.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordKey Of(ReadOnlySpan<byte> padded, int length)
    {
        ref var bytes = ref MemoryMarshal.GetReference(padded[..(length + Padding)]);
        var masked = Math.Min(length, 16);
        var first = Unsafe.ReadUnaligned<ulong>(ref bytes) & Masks[masked + 8];
        var second = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, 8)) & Masks[masked];
        var hash = Mix((first * 0x9E3779B97F4A7C15) ^ BitOperations.RotateLeft(second * 0xC2B2AE3D27D4EB4F, 31));
        for (var at = 16; at < length; at += 8)
        {
            hash = Mix(hash ^ (Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, at)) & Mask(Math.Min(length - at, 8))));
        }

        return new WordKey(hash, first, second);
    }

    /// <summary>The key of a word that stands alone.</summary>
    public static WordKey Of(byte[] word) => Of([.. word, .. new byte[Padding]], word.Length);

    // The first bytes of eight. In two steps, because a shift by 64 is none.
    private static ulong Mask(int bytes) => (1UL << (bytes * 4) << (bytes * 4)) - 1;

    private static ulong Mix(ulong value)
    {
        value ^= value >> 32;
        value *= 0xC4CEB9FE1A85EC53;
        return value ^ (value >> 29);
    }
}

/// <summary>Words and the number of each in one open table; behind it one more slot, which stays empty.</summary>
internal sealed class WordSlots
{
    private readonly Slot[] _slots;
    private readonly uint _mask;
    private readonly byte[][] _long; // words that are more than their first bytes

    /// <param name="words">Of equal ones the first counts.</param>
    public WordSlots(IReadOnlyList<(WordKey Key, byte[] Word, int Number)> words)
    {
        _mask = BitOperations.RoundUpToPowerOf2((uint)((words.Count * 3 / 2) + 2)) - 1;
        _slots = new Slot[_mask + 2];
        var entries = new List<byte[]>();
        foreach (var (key, word, number) in words)
        {
            Add(key, word, number, entries);
        }

        _long = [.. entries];
    }

    /// <summary>
    /// The slot in which a word is looked for first; that behind all others, which is empty, when it is known not to be here
    /// (<paramref name="missing"/> is not 0).
    /// </summary>
    public ref readonly Slot First(in WordKey key, ulong missing)
    {
        var away = (uint)((long)(missing | (0 - missing)) >> 63);
        return ref _slots[(Place(key) & _mask & ~away) | ((_mask + 1) & away)];
    }

    /// <summary>The number of a word, 0 when it is not here.</summary>
    public int Find(in WordKey key, ReadOnlySpan<byte> word)
    {
        for (var at = Place(key); ; at++)
        {
            ref readonly var slot = ref _slots[at & _mask];
            if (slot.Number == 0 || (key.DiffersFrom(slot.First, slot.Second) == 0 && (word.Length <= WordKey.Whole || word.SequenceEqual(_long[slot.Long]))))
            {
                return slot.Number;
            }
        }
    }

    private static uint Place(in WordKey key) => (uint)(key.Hash >> 40);

    private void Add(in WordKey key, byte[] word, int number, List<byte[]> entries)
    {
        for (var at = Place(key); ; at++)
        {
            ref var slot = ref _slots[at & _mask];
            if (slot.Number == 0)
            {
                slot = new Slot(key.First, key.Second, number, entries.Count);
                if (word.Length > WordKey.Whole)
                {
                    entries.Add(word);
                }

                return;
            }

            if (key.DiffersFrom(slot.First, slot.Second) == 0 && (word.Length <= WordKey.Whole || word.AsSpan().SequenceEqual(entries[slot.Long])))
            {
                return;
            }
        }
    }

    /// <param name="First">The first eight bytes of the word.</param>
    /// <param name="Second">The next eight.</param>
    /// <param name="Number">Its number; 0: empty.</param>
    /// <param name="Long">Of a word that is longer: where all of it stands.</param>
    public readonly record struct Slot(ulong First, ulong Second, int Number, int Long);
}
