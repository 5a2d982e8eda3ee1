using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace OnlineSafety.Monitoring.Access.Sealing;

/// <summary>A value was sealed by a key that the school has no more: it was destroyed, or a backup was restored without it.</summary>
internal sealed class KeyGoneException(string message) : CryptographicException(message);

/// <summary>
/// Seals and opens what is stored of one school, and hashes whom it is about. Sealed form: 0xFF, which no UTF-8 text holds | form (1: as it is, 2: packed) | key id |
/// <see cref="SealedBytes"/>. Threads may share it.
/// </summary>
internal sealed class SchoolSeal
{
    private const byte Marker = 0xFF;
    private const byte Whole = 1;
    private const byte Packed = 2;
    private const int HeaderLength = 18;
    private const int LongestField = 32;

    /// <summary>Shorter values are sealed as they are: packing would take longer than writing them.</summary>
    private const int LeastPacked = 512;

    // Sealed text, in columns that are text: U+FDD0, a code point that Unicode keeps free of meaning.
    private const char TextMarker = '\uFDD0';

    private const int HashDigits = 32;

    /// <summary>What is shown in the place of words whose key was destroyed.</summary>
    public const string Gone = "(its key was destroyed)";

    private readonly Dictionary<Guid, SchoolKey> _keys;
    private readonly SchoolKey _current;
    private readonly byte[] _index;

    /// <param name="keys">In the order in which they were made, at least one: the first makes the hashes, which must stay what they are.</param>
    /// <param name="current">One of them: seals.</param>
    /// <param name="mayBePlain">Some of what is stored may be as it was before sealing began.</param>
    public SchoolSeal(Guid school, IReadOnlyList<SchoolKey> keys, Guid current, bool mayBePlain = false)
    {
        School = school;
        _keys = keys.ToDictionary(key => key.Id);
        _current = _keys[current];
        _index = keys[0].IndexKey;
        MayBePlain = mayBePlain;
    }

    // Its key was never stored: what is asked for by its hashes is nowhere.
    private SchoolSeal(Guid school, SchoolKey key)
        : this(school, [key], key.Id) => IsClosed = true;

    /// <summary>Of a school that left: finds nobody, opens only what was never sealed, and seals nothing.</summary>
    public static SchoolSeal OfClosed(Guid school) => new(school, SchoolKey.Make());

    public Guid School { get; }

    /// <summary>The school left: its keys were destroyed.</summary>
    public bool IsClosed { get; }

    /// <summary>Rows of before the upgrade may not be sealed yet: whoever looks for a person by hash asks for <see cref="Forms"/>.</summary>
    public bool MayBePlain { get; }

    public IReadOnlyCollection<Guid> KeyIds => _keys.Keys;

    public Guid CurrentKey => _current.Id;

    /// <summary>Field and school are authenticated with it: a value cannot be moved elsewhere.</summary>
    /// <exception cref="KeyGoneException">The school left.</exception>
    public byte[] Seal(ReadOnlySpan<byte> plain, SealedField field)
    {
        if (plain.Length < LeastPacked)
        {
            return Seal(plain, Whole, field);
        }

        var rented = ArrayPool<byte>.Shared.Rent(sizeof(int) + plain.Length);
        try
        {
            BinaryPrimitives.WriteInt32BigEndian(rented, plain.Length);
            // Quality 1 and a small window: as quick as the database's own packing, which sealed bytes would escape. What does not shrink is left.
            return BrotliEncoder.TryCompress(plain, rented.AsSpan(sizeof(int), plain.Length), out var length, quality: 1, window: 16)
                ? Seal(rented.AsSpan(0, sizeof(int) + length), Packed, field)
                : Seal(plain, Whole, field);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(rented.AsSpan(0, sizeof(int) + plain.Length));
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>What was sealed; what is not sealed yet is returned as it is.</summary>
    /// <exception cref="KeyGoneException">The school has no such key any more.</exception>
    /// <exception cref="CryptographicException">It was changed, or moved from another place.</exception>
    public byte[] Open(ReadOnlySpan<byte> stored, SealedField field)
    {
        if (!IsSealed(stored))
        {
            return stored.ToArray();
        }

        var id = new Guid(stored.Slice(2, 16), bigEndian: true);
        if (!_keys.TryGetValue(id, out var key))
        {
            throw new KeyGoneException($"What was sealed by school key {id} can no longer be opened: the school has no such key.");
        }

        Span<byte> associated = stackalloc byte[HeaderLength + 16 + LongestField];
        var opened = key.Open(stored[HeaderLength..], Associated(stored[..HeaderLength], field, associated));
        return stored[1] == Packed ? Unpack(opened) : opened;
    }

    /// <summary>The same; false when its key is gone.</summary>
    public bool TryOpen(ReadOnlySpan<byte> stored, SealedField field, out byte[] plain)
    {
        var gone = IsSealed(stored) && !_keys.ContainsKey(new Guid(stored.Slice(2, 16), bigEndian: true));
        plain = gone ? [] : Open(stored, field);
        return !gone;
    }

    /// <summary>Sealed, unless it is already: what was read and not changed is written as it was.</summary>
    public byte[] Kept(byte[] value, SealedField field) => IsSealed(value) ? value : Seal(value, field);

    public static bool IsSealed(ReadOnlySpan<byte> stored) => stored.Length >= HeaderLength && stored[0] == Marker && stored[1] is Whole or Packed;

    public byte[] SealText(string text, SealedField field) => Seal(Encoding.UTF8.GetBytes(text), field);

    /// <summary>What was sealed; <see cref="Gone"/> when its key was destroyed.</summary>
    public string ReadText(ReadOnlySpan<byte> stored, SealedField field) => TryOpen(stored, field, out var plain) ? Encoding.UTF8.GetString(plain) : Gone;

    public string OpenText(ReadOnlySpan<byte> stored, SealedField field) => Encoding.UTF8.GetString(Open(stored, field));

    /// <summary>Sealed, for a column of text.</summary>
    public string SealWords(string words, SealedField field) => TextMarker + Convert.ToBase64String(SealText(words, field));

    public string OpenWords(string stored, SealedField field) =>
        stored.StartsWith(TextMarker) ? OpenText(Convert.FromBase64String(stored[1..]), field) : stored;

    /// <inheritdoc cref="ReadText"/>
    public string ReadWords(string stored, SealedField field) =>
        stored.StartsWith(TextMarker) ? ReadText(Convert.FromBase64String(stored[1..]), field) : stored;

    /// <summary>
    /// The hash by which somebody is found: HMAC-SHA-256 under a key of the school, its first 32 digits. The kind before the colon stays readable:
    /// <c>user:5f3c...</c>. The same for the same text, in this school alone.
    /// </summary>
    public string Index(string subjectKey)
    {
        var colon = subjectKey.IndexOf(':', StringComparison.Ordinal) + 1;
        return string.Create(colon + HashDigits, (Key: subjectKey, Colon: colon, Seal: this), static (digits, from) =>
        {
            from.Key.AsSpan(0, from.Colon).CopyTo(digits);
            Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
            from.Seal.Hash(from.Key, hash);
            Convert.TryToHexStringLower(hash[..(HashDigits / 2)], digits[from.Colon..], out _);
        });
    }

    /// <summary>The same of what was found, by which a class activity is told.</summary>
    public long Index(long signature)
    {
        Span<byte> plain = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(plain, signature);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_index, plain, hash);
        return BinaryPrimitives.ReadInt64LittleEndian(hash);
    }

    /// <summary>All that a subject key may be stored as: its hash, and what it was before.</summary>
    public string[] Forms(string plain) => MayBePlain ? [Index(plain), plain] : [Index(plain)];

    private void Hash(string text, Span<byte> hash)
    {
        const int OnTheStack = 512;
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        var rented = most <= OnTheStack ? null : ArrayPool<byte>.Shared.Rent(most);
        var bytes = rented ?? stackalloc byte[OnTheStack];
        HMACSHA256.HashData(_index, bytes[..Encoding.UTF8.GetBytes(text, bytes)], hash);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }
    }

    private byte[] Seal(ReadOnlySpan<byte> content, byte form, SealedField field)
    {
        if (IsClosed)
        {
            throw new KeyGoneException($"School {School} left and its keys were destroyed: nothing is written for it until it is opened again, by onlinesafety school reopen.");
        }

        var stored = new byte[HeaderLength + SealedBytes.Overhead + content.Length];
        (stored[0], stored[1]) = (Marker, form);
        _current.Id.TryWriteBytes(stored.AsSpan(2), bigEndian: true, out _);
        Span<byte> associated = stackalloc byte[HeaderLength + 16 + LongestField];
        _current.Seal(content, Associated(stored.AsSpan(0, HeaderLength), field, associated), stored.AsSpan(HeaderLength));
        return stored;
    }

    private ReadOnlySpan<byte> Associated(ReadOnlySpan<byte> header, SealedField field, Span<byte> into)
    {
        header.CopyTo(into);
        School.TryWriteBytes(into[HeaderLength..], bigEndian: true, out _);
        field.Utf8.CopyTo(into[(HeaderLength + 16)..]);
        return into[..(HeaderLength + 16 + field.Utf8.Length)];
    }

    private static byte[] Unpack(byte[] packed)
    {
        var plain = new byte[BinaryPrimitives.ReadInt32BigEndian(packed)];
        return BrotliDecoder.TryDecompress(packed.AsSpan(sizeof(int)), plain, out var length) && length == plain.Length
            ? plain
            : throw new CryptographicException("A sealed value opens and cannot be unpacked.");
    }
}
