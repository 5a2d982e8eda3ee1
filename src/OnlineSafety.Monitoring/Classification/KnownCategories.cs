using System.Text;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>A vendor's category as one worker has met it.</summary>
/// <param name="Category">What it stands for; null when no map knows it.</param>
/// <param name="Unmapped">The name, when no map knows it.</param>
internal sealed record MetCategory(Category? Category, string Unmapped)
{
    /// <summary>The assessment of an event that says nothing but this unknown name; made when first needed.</summary>
    public Events.Assessment? Alone { get; set; }
}

/// <summary>
/// Remembers what a few hundred names stand for, by their very bytes: products send the same ones line after line. One slot a hash, so it
/// never grows, whatever is sent. One per worker, not thread-safe.
/// </summary>
internal sealed class KnownCategories(CategoryMap map)
{
    private const int Slots = 512;
    private const int LongestName = 128;

    private readonly (string Vendor, byte[] Name, MetCategory Met)[] _slots = new (string, byte[], MetCategory)[Slots];

    public MetCategory Find(string vendor, ReadOnlySpan<byte> name)
    {
        var hash = (uint)name.Length;
        foreach (var b in name)
        {
            hash = ((hash << 5) | (hash >> 27)) ^ (b * 0x9E3779B1);
        }

        ref var slot = ref _slots[(hash ^ (hash >> 16)) % Slots];
        if (slot.Met is { } met && name.SequenceEqual(slot.Name) && slot.Vendor == vendor)
        {
            return met;
        }

        var category = map.Find(vendor, name);
        met = new MetCategory(category, category is null ? Encoding.UTF8.GetString(name) : "");
        if (name.Length <= LongestName)
        {
            slot = (vendor, name.ToArray(), met);
        }

        return met;
    }
}
