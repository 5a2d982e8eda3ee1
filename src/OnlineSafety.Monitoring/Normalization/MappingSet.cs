using System.Collections.Frozen;
using OnlineSafety.Monitoring.Normalization.Language;

namespace OnlineSafety.Monitoring.Normalization;

/// <summary>
/// All mappings of an installation, compiled. A pack is a vendor folder with its <c>mapping.json</c>; the folder
/// <see cref="Everyone"/> holds what all packs share: search engines, secret parameters and what relays write by themselves.
/// </summary>
internal sealed class MappingSet
{
    /// <summary>Folder of the shared tables.</summary>
    public const string Everyone = "any";

    private readonly FrozenDictionary<string, Mapping[]> _packs;
    private readonly SharedTables _shared;

    private MappingSet(FrozenDictionary<string, Mapping[]> packs, SharedTables shared, Mapping[] everyones)
    {
        _packs = packs;
        _shared = shared;
        Everyones = everyones;
        var columns = packs.Values.SelectMany(pack => pack).Where(mapping => mapping.Shape is Shapes.CsvShape).SelectMany(mapping => mapping.Shape.Names);
        Headers = new HeaderRows(new KeyIndex([.. shared.ColumnNames.Concat(columns).Distinct(StringComparer.OrdinalIgnoreCase).Select(name => KeyValuePair.Create(name, 0))]));
    }

    /// <summary>Recognises rows of column names.</summary>
    public HeaderRows Headers { get; }

    /// <summary>What any product may send as a sign of life: tried when its own mappings claim nothing, and for that alone.</summary>
    public Mapping[] Everyones { get; }

    /// <summary>Product words that have a pack, sorted.</summary>
    public IEnumerable<string> Products => _packs.Keys.Order(StringComparer.Ordinal);

    /// <summary>The mappings of a product in the order they are tried; empty for an unknown product.</summary>
    public Mapping[] Find(string product) => _packs.TryGetValue(product, out var pack) ? pack : [];

    /// <summary>True for a line that a syslog relay writes by itself.</summary>
    public bool IsControlLine(ReadOnlySpan<byte> message) => _shared.IsControlLine(message);

    /// <summary>Where the message stands in a line in which a relay says that it came several times.</summary>
    public Range Unwrapped(ReadOnlySpan<byte> message) => _shared.Unwrapped(message);

    /// <summary>Compiles one mapping file, for a source that reads by a mapping of its own. It sees the shared tables as the packs do.</summary>
    /// <param name="product">Product word of the source; the file's <c>product</c> must be the same. Null: whatever the file says.</param>
    /// <param name="json">A whole <c>mapping.json</c>.</param>
    /// <exception cref="MappingException">Something is wrong: every error is listed.</exception>
    public Mapping[] Compile(string? product, ReadOnlyMemory<byte> json)
    {
        var errors = new List<MappingError>();
        var pack = Place.TryOpen(product ?? "", json, errors) is { } root ? PackReader.Read(product, root, _shared) : [];
        return errors.Count > 0 ? throw new MappingException(errors) : pack;
    }

    /// <summary>Reads and compiles mapping files.</summary>
    /// <param name="files">Vendor folder name (it is the product word of sources) and content of its <c>mapping.json</c>.</param>
    /// <exception cref="MappingException">Something is wrong in one or several files: every error is listed.</exception>
    public static MappingSet Parse(IEnumerable<(string Vendor, ReadOnlyMemory<byte> Json)> files)
    {
        var errors = new List<MappingError>();
        var roots = new List<(string Vendor, Place Root)>();
        foreach (var (vendor, json) in files)
        {
            if (Place.TryOpen(vendor, json, errors) is { } root)
            {
                roots.Add((vendor, root));
            }
        }

        Place[] all = [.. roots.Where(file => string.Equals(file.Vendor, Everyone, StringComparison.Ordinal)).Select(file => file.Root)];
        var shared = SharedTables.Read(all);
        var packs = new Dictionary<string, Mapping[]>(StringComparer.OrdinalIgnoreCase);
        foreach (var (vendor, root) in roots.Where(file => !string.Equals(file.Vendor, Everyone, StringComparison.Ordinal)))
        {
            if (!packs.TryAdd(vendor, PackReader.Read(vendor, root, shared)))
            {
                root.Fail("the vendor has two mapping files");
            }
        }

        Mapping[] everyones = [.. all.SelectMany(root => PackReader.ReadMappings(root, shared, CategoryNames.None))];
        return errors.Count > 0
            ? throw new MappingException(errors)
            : new MappingSet(packs.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase), shared, everyones);
    }
}
