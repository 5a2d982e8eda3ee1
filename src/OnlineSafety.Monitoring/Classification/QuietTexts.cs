using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>
/// Short texts in which no rule can apply, by their very bytes: products send the same addresses, groups and reasons line after line, and each is read once.
/// A fixed piece of memory: a new text takes the place of another. One per worker, not thread-safe.
/// </summary>
internal sealed class QuietTexts
{
    private const int Slots = 512;
    private const int SlotBytes = 128;

    // The kind of question, the length of the host and that of the text; then the host and the text.
    private const int Head = 3;

    private readonly byte[] _slots = new byte[Slots * SlotBytes];

    // Of each slot some bits of the hash of its text and host: most texts are turned away by them, and these stay near the processor, which the slots do not.
    private readonly ushort[] _marks = new ushort[Slots];

    /// <summary>Whether it was added, and what has come since did not take its place.</summary>
    public bool Has(EventField field, RulesAsked asked, ReadOnlySpan<byte> text, ReadOnlySpan<byte> host)
    {
        if (text.Length + host.Length > SlotBytes - Head)
        {
            return false;
        }

        var (number, mark) = PlaceOf(text, host);
        if (_marks[number] != mark)
        {
            return false;
        }

        var slot = Slot(number);
        return slot[0] == Kind(field, asked) && slot[1] == host.Length && slot[2] == text.Length
            && slot.Slice(Head, host.Length).SequenceEqual(host) && slot.Slice(Head + host.Length, text.Length).SequenceEqual(text);
    }

    /// <summary>Remembers a text of a field, and its host, in which none of the rules asked for can apply. Long ones are not remembered.</summary>
    public void Add(EventField field, RulesAsked asked, ReadOnlySpan<byte> text, ReadOnlySpan<byte> host)
    {
        if (text.Length + host.Length > SlotBytes - Head)
        {
            return;
        }

        var (number, mark) = PlaceOf(text, host);
        _marks[number] = mark;
        var slot = Slot(number);
        (slot[0], slot[1], slot[2]) = (Kind(field, asked), (byte)host.Length, (byte)text.Length);
        host.CopyTo(slot[Head..]);
        text.CopyTo(slot[(Head + host.Length)..]);
    }

    private static (int Number, ushort Mark) PlaceOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> host)
    {
        var hash = Spread(Spread((ulong)text.Length, text), host);
        return ((int)(hash >> 40) % Slots, (ushort)(hash >> 20));
    }

    private Span<byte> Slot(int number) => _slots.AsSpan(number * SlotBytes, SlotBytes);

    // Never 0, which is an empty slot.
    private static byte Kind(EventField field, RulesAsked asked) => (byte)(1 + ((int)field * 4) + (int)asked);

    private static ulong Step(ulong hash, ulong bytes)
    {
        hash = (hash ^ bytes) * 0x9E3779B97F4A7C15;
        return hash ^ (hash >> 32);
    }

    /// <summary>Mixes bytes into a hash, eight at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Spread(ulong hash, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= sizeof(ulong))
        {
            var last = BinaryPrimitives.ReadUInt64LittleEndian(bytes[^sizeof(ulong)..]);
            for (; bytes.Length > sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            {
                hash = Step(hash, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            }

            // The last eight. Unless their number is a multiple of eight, some of them were in the step before.
            return Step(hash, last);
        }

        foreach (var b in bytes)
        {
            hash = (hash << 7) ^ (hash >> 57) ^ b;
        }

        return hash * 0x9E3779B97F4A7C15;
    }
}
