using System.Diagnostics.CodeAnalysis;
using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>What is counted of every event; nothing here says who.</summary>
internal readonly record struct CounterKey(DateTimeOffset Hour, DeviceAction Action, string Category, string Theme, PersonRole Role, string Year, string Device);

/// <summary>Counts of one range of a stream. They belong to that range, so that a replay replaces and never adds.</summary>
internal sealed class Counters
{
    /// <summary>Vendor categories told apart in one range; further ones are counted as "(other)". Products have a few hundred.</summary>
    private const int Categories = 4096;

    /// <summary>Bytes of a category's name.</summary>
    private const int LongestName = 200;
    private const string Other = "(other)";

    private readonly Dictionary<CounterKey, int> _counts = [];
    private readonly Dictionary<byte[], string> _names = new(Utf8Comparer.Instance);
    private readonly Dictionary<byte[], string>.AlternateLookup<ReadOnlySpan<byte>> _nameOf;

    public Counters() => _nameOf = _names.GetAlternateLookup<ReadOnlySpan<byte>>();

    public IReadOnlyDictionary<CounterKey, int> Counts => _counts;

    /// <param name="names">Taken out of the category; null: it stays.</param>
    public void Add(EventDraft draft, string theme, PersonRole role, string year, string device, NameMask? names = null)
    {
        var at = draft.OccurredAt.UtcTicks;
        var hour = new DateTimeOffset(at - (at % TimeSpan.TicksPerHour), TimeSpan.Zero);
        var category = draft.CategoryCount > 0 ? Name(draft.Category(0)) : "";
        category = names?.Of(category) ?? category;
        ref var count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(
            _counts, new CounterKey(hour, draft.Action, category, theme, role, year, device), out _);
        count++;
    }

    public void Clear()
    {
        _counts.Clear();
        if (_names.Count >= Categories)
        {
            // Names are kept from range to range only to save making them: what one product invented must not leave none for the others.
            _names.Clear();
        }
    }

    /// <summary>The string of a UTF-8 name, made once.</summary>
    private string Name(ReadOnlySpan<byte> sent)
    {
        var utf8 = Utf8Text.Cap(sent, LongestName);
        if (_nameOf.TryGetValue(utf8, out var name))
        {
            return name;
        }

        if (_names.Count >= Categories)
        {
            return Other;
        }

        name = PostgresText.Of(Encoding.UTF8.GetString(utf8));
        _nameOf[utf8] = name;
        return name;
    }

    private sealed class Utf8Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static Utf8Comparer Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }
    }
}

/// <summary>Postgres text takes every character but NUL and half a surrogate pair.</summary>
internal static class PostgresText
{
    /// <summary>At most <paramref name="longest"/> UTF-16 units, never half a pair at the end.</summary>
    public static string Cut(string text, int longest) =>
        text.Length <= longest ? text : text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)];

    public static string Of(string text) => text.Contains('\0', StringComparison.Ordinal) ? text.Replace('\0', '\uFFFD') : text;
}
