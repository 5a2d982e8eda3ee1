using System.Buffers;

namespace OnlineSafety.Monitoring.IntakeLog;

/// <summary>LEB128 numbers, as used by the segment format.</summary>
internal static class Varint
{
    public static void Write(ArrayBufferWriter<byte> output, ulong value)
    {
        var span = output.GetSpan(10);
        var used = 0;
        while (value >= 0x80)
        {
            span[used++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[used++] = (byte)value;
        output.Advance(used);
    }

    public static ulong Zigzag(long value) => (ulong)((value << 1) ^ (value >> 63));

    public static long Unzigzag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    /// <summary>Reads from the front; every fault is an <see cref="InvalidDataException"/>.</summary>
    internal ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;

        public int Position { get; private set; }

        public readonly int Remaining => _bytes.Length - Position;

        public byte Byte() => Bytes(1)[0];

        public ReadOnlySpan<byte> Bytes(int length)
        {
            if (length > Remaining)
            {
                throw new InvalidDataException("A segment ends too early.");
            }

            var slice = _bytes.Slice(Position, length);
            Position += length;
            return slice;
        }

        public ulong Number()
        {
            ulong value = 0;
            for (var shift = 0; shift < 64; shift += 7)
            {
                var next = Byte();
                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                {
                    return value;
                }
            }

            throw new InvalidDataException("A number in a segment is too long.");
        }

        /// <summary>A number that counts things, which can never be more than <paramref name="limit"/>.</summary>
        public int Count(int limit)
        {
            var value = Number();
            return value <= (ulong)limit ? (int)value : throw new InvalidDataException("A count in a segment is impossible.");
        }
    }
}
