using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace OnlineSafety.Monitoring.Normalization;

/// <summary>Finds a name's number from its UTF-8 without a string. ASCII case is ignored: exports and query strings vary it.</summary>
internal sealed class KeyIndex
{
    private readonly (byte[] Key, int Value)[] _table;
    private readonly int _mask;

    public KeyIndex(IReadOnlyCollection<KeyValuePair<string, int>> names)
    {
        var size = 8;
        while (size < names.Count * 2)
        {
            size *= 2;
        }

        _mask = size - 1;
        _table = new (byte[], int)[size];
        foreach (var (name, value) in names)
        {
            var key = Encoding.UTF8.GetBytes(name);
            var at = Hash(key) & _mask;
            while (_table[at].Key is not null)
            {
                at = (at + 1) & _mask;
            }

            _table[at] = (key, value);
        }
    }

    /// <summary>The number, or -1.</summary>
    public int Find(ReadOnlySpan<byte> name)
    {
        for (var at = Hash(name) & _mask; _table[at].Key is { } key; at = (at + 1) & _mask)
        {
            if (Utf8Text.EqualsIgnoreCase(key, name))
            {
                return _table[at].Value;
            }
        }

        return -1;
    }

    // Length, both ends and nothing between: names that share them share a bucket and no more, and how many do is up to the mapping, not the sender.
    // Setting bit 5 folds case and also a few signs onto each other.
    private static int Hash(ReadOnlySpan<byte> name)
    {
        const uint Fold = 0x20202020;
        uint head, tail;
        if (name.Length >= sizeof(uint))
        {
            head = BinaryPrimitives.ReadUInt32LittleEndian(name);
            tail = BinaryPrimitives.ReadUInt32LittleEndian(name[^sizeof(uint)..]);
        }
        else
        {
            head = name.IsEmpty ? 0 : (uint)(name[0] | (name[name.Length / 2] << 8));
            tail = name.IsEmpty ? 0u : name[^1];
        }

        var hash = ((head | Fold) * 2654435761u) ^ BitOperations.RotateLeft((tail | Fold) * 2246822519u, 13) ^ ((uint)name.Length * 3266489917u);
        return (int)((hash ^ (hash >> 15)) & int.MaxValue);
    }
}
