using System.Security.Cryptography;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.IntakeLog;

/// <summary>A data key, unwrapped: one school, one day.</summary>
internal sealed record DataKey(Guid Id, byte[] Key)
{
    public override string ToString() => $"data key {Id}";
}

/// <summary>
/// AES-256-GCM. Sealed form: nonce (12 bytes) | tag (16 bytes) | ciphertext. Nonces are random: a data key seals one school's day,
/// far below the 2^32 messages that NIST SP 800-38D section 8.3 allows with random nonces.
/// </summary>
internal static class Sealing
{
    public const int Overhead = NonceLength + TagLength;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    public static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> associated)
    {
        var result = new byte[Overhead + plain.Length];
        var nonce = result.AsSpan(0, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(nonce, plain, result.AsSpan(Overhead), result.AsSpan(NonceLength, TagLength), associated);
        return result;
    }

    /// <exception cref="CryptographicException">Wrong key, or the bytes or the header were changed.</exception>
    public static byte[] Open(ReadOnlySpan<byte> key, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associated)
    {
        if (sealedBytes.Length < Overhead)
        {
            throw new CryptographicException("Sealed bytes are too short.");
        }

        var plain = new byte[sealedBytes.Length - Overhead];
        using var aes = new AesGcm(key, TagLength);
        aes.Decrypt(sealedBytes[..NonceLength], sealedBytes[Overhead..], sealedBytes.Slice(NonceLength, TagLength), plain, associated);
        return plain;
    }

    /// <summary>Wraps a data key; school, day and key id are authenticated with it, so that a wrapped key cannot be moved elsewhere.</summary>
    public static byte[] Wrap(MasterKey master, Guid school, DateOnly day, DataKey key) =>
        Seal(master.Bytes.Span, key.Key, Associated(school, day, key.Id));

    public static DataKey Unwrap(MasterKey master, Guid school, DateOnly day, Guid id, ReadOnlySpan<byte> wrapped) =>
        new(id, Open(master.Bytes.Span, wrapped, Associated(school, day, id)));

    private static byte[] Associated(Guid school, DateOnly day, Guid id)
    {
        var bytes = new byte[36];
        school.TryWriteBytes(bytes, bigEndian: true, out _);
        id.TryWriteBytes(bytes.AsSpan(16), bigEndian: true, out _);
        BitConverter.TryWriteBytes(bytes.AsSpan(32), System.Net.IPAddress.HostToNetworkOrder(day.DayNumber));
        return bytes;
    }
}
