using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace OnlineSafety.Monitoring.Access.Audit;

/// <summary>
/// One entry of a school's chain of access records, as stored. The database computes the hashes when it is written (<c>record_access</c> in
/// <c>0022_audit_chain.sql</c>); these are the same bytes, computed apart from it to check.
/// </summary>
internal sealed record AuditEntry
{
    public const int HashLength = 32;

    public required Guid School { get; init; }

    /// <summary>From 1, without holes.</summary>
    public required long Sequence { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary><c>service</c>, <c>operator</c> or <c>staff</c>.</summary>
    public required string ActorKind { get; init; }

    public required Guid? ActorId { get; init; }

    public required string ActorName { get; init; }

    public required string Action { get; init; }

    /// <summary>Null when what the entry is about was erased; <see cref="DetailHash"/> then stands for it.</summary>
    public required string? Object { get; init; }

    /// <summary>Null when none was asked, or it was erased.</summary>
    public required string? Reason { get; init; }

    /// <summary>Goes with <see cref="Object"/>: without it nobody can try out what the object was.</summary>
    public required byte[]? Salt { get; init; }

    public required byte[] DetailHash { get; init; }

    public required byte[] PreviousHash { get; init; }

    public required byte[] Hash { get; init; }

    public bool Erased => Salt is null;

    /// <summary>Hash before the first entry of a school.</summary>
    public static ReadOnlyMemory<byte> Genesis { get; } = new byte[HashLength];

    /// <summary>SHA-256 of salt, object and reason; null when they were erased.</summary>
    public byte[]? ComputedDetailHash()
    {
        if (Salt is null || Object is null)
        {
            return null;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Salt);
        Append(hash, Object);
        if (Reason is null)
        {
            AppendNumber(hash, -1);
        }
        else
        {
            Append(hash, Reason);
        }

        return hash.GetHashAndReset();
    }

    /// <summary>SHA-256 of who, when, what, the hash of the detail and the hash of the entry before.</summary>
    public byte[] ComputedHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> bytes = stackalloc byte[32];
        hash.AppendData("OSA1"u8);
        School.TryWriteBytes(bytes, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(bytes[16..], Sequence);
        BinaryPrimitives.WriteInt64BigEndian(bytes[24..], PostgresMicroseconds(At));
        hash.AppendData(bytes);
        Append(hash, ActorKind);
        if (ActorId is { } actor)
        {
            bytes[0] = 1;
            actor.TryWriteBytes(bytes[1..], bigEndian: true, out _);
            hash.AppendData(bytes[..17]);
        }
        else
        {
            bytes[0] = 0;
            hash.AppendData(bytes[..1]);
        }

        Append(hash, ActorName);
        Append(hash, Action);
        hash.AppendData(DetailHash);
        hash.AppendData(PreviousHash);
        return hash.GetHashAndReset();
    }

    // Its length first: two texts beside each other cannot be read as two others.
    private static void Append(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        AppendNumber(hash, bytes.Length);
        hash.AppendData(bytes);
    }

    private static void AppendNumber(IncrementalHash hash, int number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        hash.AppendData(bytes);
    }

    // timestamptz_send: microseconds since the year 2000, which is all that Postgres keeps of a time.
    private static long PostgresMicroseconds(DateTimeOffset time) =>
        (time.UtcTicks - new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks) / TimeSpan.TicksPerMicrosecond;
}
