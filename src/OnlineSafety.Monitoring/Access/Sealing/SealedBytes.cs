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
        if (sealedBytes.Length < Overhead)
        {
            throw new CryptographicException("Sealed bytes are too short.");
        }

        var plain = new byte[sealedBytes.Length - Overhead];
        aes.Decrypt(sealedBytes[..NonceLength], sealedBytes[Overhead..], sealedBytes.Slice(NonceLength, TagLength), plain, associated);
        return plain;
    }
}
