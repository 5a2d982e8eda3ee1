using System.Buffers.Binary;
using System.Security.Cryptography;

namespace OnlineSafety.Monitoring.IntakeLog;

/// <summary>
/// What a segment says of itself. Its canonical bytes are authenticated with the payload (AES-GCM associated data) and hashed with the
/// sealed bytes, so that the chain can be verified without any key.
/// </summary>
internal sealed record SegmentHeader(
    Guid School,
    Guid Source,
    Guid Stream,
    DateOnly Day,
    long First,
    long Last,
    DateTimeOffset ReceivedFrom,
    DateTimeOffset ReceivedTo,
    SegmentCodec Codec,
    Guid Key,
    ReadOnlyMemory<byte> PreviousHash)
{
    public const int HashLength = 32;
    public const int CanonicalLength = (4 * 16) + 4 + (4 * 8) + 2 + HashLength;

    /// <summary>Hash before the first segment of a stream.</summary>
    public static ReadOnlyMemory<byte> Genesis { get; } = new byte[HashLength];

    public int Records => (int)(Last - First + 1);

    public void WriteCanonical(Span<byte> target)
    {
        School.TryWriteBytes(target, bigEndian: true, out _);
        Source.TryWriteBytes(target[16..], bigEndian: true, out _);
        Stream.TryWriteBytes(target[32..], bigEndian: true, out _);
        Key.TryWriteBytes(target[48..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(target[64..], Day.DayNumber);
        BinaryPrimitives.WriteInt64BigEndian(target[68..], First);
        BinaryPrimitives.WriteInt64BigEndian(target[76..], Last);
        BinaryPrimitives.WriteInt64BigEndian(target[84..], Microseconds(ReceivedFrom));
        BinaryPrimitives.WriteInt64BigEndian(target[92..], Microseconds(ReceivedTo));
        BinaryPrimitives.WriteInt16BigEndian(target[100..], (short)Codec);
        PreviousHash.Span.CopyTo(target[102..]);
    }

    /// <summary>SHA-256 over the canonical header and the sealed payload.</summary>
    public byte[] Hash(ReadOnlySpan<byte> sealedPayload)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> canonical = stackalloc byte[CanonicalLength];
        WriteCanonical(canonical);
        hash.AppendData(canonical);
        hash.AppendData(sealedPayload);
        return hash.GetHashAndReset();
    }

    // Postgres keeps microseconds; the hash must come out the same after a round trip.
    private static long Microseconds(DateTimeOffset time) => time.UtcTicks / TimeSpan.TicksPerMicrosecond;
}
