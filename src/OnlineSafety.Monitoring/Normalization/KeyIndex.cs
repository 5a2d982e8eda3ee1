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

    private static int Hash(ReadOnlySpan<byte> name)
    {
        var hash = 2166136261u;
        foreach (var b in name)
        {
            // Setting bit 5 folds case and also a few signs onto each other: they only share a bucket.
            hash = (hash ^ (uint)(b | 0x20)) * 16777619u;
        }

        return (int)(hash ^ (hash >> 15));
    }
}
