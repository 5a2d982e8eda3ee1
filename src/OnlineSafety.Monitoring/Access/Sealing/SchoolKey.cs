using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace OnlineSafety.Monitoring.Access.Sealing;

/// <summary>A key of a school, unwrapped, with what seals by it.</summary>
internal sealed class SchoolKey(Guid id, byte[] key)
{
    public const int Length = 32;

    private static readonly byte[] Purpose = "school key v1"u8.ToArray();

    // An AesGcm is not for two threads at once, and making one costs more than a short value does to seal.
    private readonly ConcurrentBag<AesGcm> _idle = [];
    private readonly byte[] _sealing = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, Length, info: "onlinesafety seal"u8.ToArray());

    public Guid Id { get; } = id;

    /// <summary>By which the school's hashes are made: of no use for opening what is sealed.</summary>
    public byte[] IndexKey { get; } = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, Length, info: "onlinesafety index"u8.ToArray());

    public static SchoolKey Make() => new(Guid.NewGuid(), RandomNumberGenerator.GetBytes(Length));

    public void Seal(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> associated, Span<byte> into)
    {
        var aes = Take();
        SealedBytes.Seal(aes, plain, associated, into);
        _idle.Add(aes);
    }

    /// <exception cref="CryptographicException">The bytes were changed, or are not of this place.</exception>
    public byte[] Open(ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associated)
    {
        var aes = Take();
        var plain = SealedBytes.Open(aes, sealedBytes, associated);
        _idle.Add(aes);
        return plain;
    }

    /// <summary>School and id are authenticated with it, so that a wrapped key cannot be moved to another school; the purpose keeps it apart from data keys.</summary>
    public byte[] Wrap(MasterKey master, Guid school) => SealedBytes.Seal(master.Bytes.Span, key, Associated(school, Id));

    /// <exception cref="CryptographicException">Another master key wrapped it, or it was changed or moved.</exception>
    public static SchoolKey Unwrap(MasterKey master, Guid school, Guid id, ReadOnlySpan<byte> wrapped) =>
        new(id, SealedBytes.Open(master.Bytes.Span, wrapped, Associated(school, id)));

    public static byte[] Associated(Guid school, Guid id) => [.. Purpose, .. school.ToByteArray(bigEndian: true), .. id.ToByteArray(bigEndian: true)];

    /// <summary>Never the bytes.</summary>
    public override string ToString() => $"school key {Id}";

    private AesGcm Take() => _idle.TryTake(out var aes) ? aes : new AesGcm(_sealing, SealedBytes.TagLength);
}
