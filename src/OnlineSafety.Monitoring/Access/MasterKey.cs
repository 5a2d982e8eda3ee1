using System.Security.Cryptography;

namespace OnlineSafety.Monitoring.Access;

/// <summary>
/// The operator's key that wraps every data key. Whoever has it and the database can read everything; it never enters the database.
/// </summary>
/// <param name="Id">First 8 hex digits of its SHA-256: tells which key wrapped a data key.</param>
/// <param name="Key">32 bytes.</param>
internal sealed record MasterKey(string Id, ReadOnlyMemory<byte> Key)
{
    public const int Length = 32;

    public static MasterKey Of(ReadOnlyMemory<byte> key)
    {
        if (key.Length != Length)
        {
            throw new ArgumentException($"A master key has {Length} bytes, this one has {key.Length}.", nameof(key));
        }

        return new MasterKey(Convert.ToHexStringLower(SHA256.HashData(key.Span).AsSpan(0, 4)), key);
    }

    // A record would print its bytes.
    public override string ToString() => $"master key {Id}";
}
