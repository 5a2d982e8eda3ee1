using System.Security.Cryptography;

namespace OnlineSafety.Monitoring.Access.Sealing;

/// <summary>
/// AES-256-GCM. Sealed form: nonce (12 bytes) | tag (16 bytes) | ciphertext. Nonces are random: a key seals one school, or one day of it, far below the 2^32 messages
/// that NIST SP 800-38D section 8.3 allows with random nonces.
/// </summary>
internal static class SealedBytes
{
    public const int Overhead = NonceLength + TagLength;
    public const int TagLength = 16;
    private const int NonceLength = 12;

    public static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> associated)
    {
        var result = new byte[Overhead + plain.Length];
        using var aes = new AesGcm(key, TagLength);
        Seal(aes, plain, associated, result);
        return result;
    }

    /// <exception cref="CryptographicException">Wrong key, or the bytes or the header were changed.</exception>
    public static byte[] Open(ReadOnlySpan<byte> key, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associated)
    {
        using var aes = new AesGcm(key, TagLength);
        return Open(aes, sealedBytes, associated);
    }

    /// <param name="into">Exactly <see cref="Overhead"/> longer than <paramref name="plain"/>.</param>
    public static void Seal(AesGcm aes, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> associated, Span<byte> into)
    {
        var nonce = into[..NonceLength];
        RandomNumberGenerator.Fill(nonce);
        aes.Encrypt(nonce, plain, into[Overhead..], into.Slice(NonceLength, TagLength), associated);
    }

    /// <inheritdoc cref="Open(ReadOnlySpan{byte}, ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>
    public static byte[] Open(AesGcm aes, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associated)
    {
        ThrowIfTooShort(sealedBytes);
        var plain = new byte[sealedBytes.Length - Overhead];
        Decrypt(aes, sealedBytes, associated, plain);
        return plain;
    }

    /// <inheritdoc cref="Open(ReadOnlySpan{byte}, ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>
    /// <param name="into">Takes what was opened at its beginning.</param>
    /// <returns>Bytes of it.</returns>
    public static int Open(ReadOnlySpan<byte> key, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associated, Span<byte> into)
    {
        ThrowIfTooShort(sealedBytes);
        using var aes = new AesGcm(key, TagLength);
        var length = sealedBytes.Length - Overhead;
        Decrypt(aes, sealedBytes, associated, into[..length]);
        return length;
    }

    private static void Decrypt(AesGcm aes, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associated, Span<byte> plain) =>
        aes.Decrypt(sealedBytes[..NonceLength], sealedBytes[Overhead..], sealedBytes.Slice(NonceLength, TagLength), plain, associated);

    private static void ThrowIfTooShort(ReadOnlySpan<byte> sealedBytes)
    {
        if (sealedBytes.Length < Overhead)
        {
            throw new CryptographicException("Sealed bytes are too short.");
        }
    }
}
