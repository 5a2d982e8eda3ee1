using OnlineSafety.Monitoring.Normalization.Fields;
using OnlineSafety.Monitoring.Normalization.Shapes;

namespace OnlineSafety.Monitoring.Normalization.Language;

/// <summary>Reads a vendor's <c>mapping.json</c>.</summary>
internal static class PackReader
{
    /// <param name="vendor">What <c>product</c> must be; null: anything.</param>
    /// <param name="root">The file.</param>
    /// <param name="shared">What all packs share.</param>
    public static Mapping[] Read(string? vendor, Place root, SharedTables shared)
    {
        root.Only("product", "title", "source", "coverage", "categoryNames", "mappings");
        var product = root.Text("product", required: true);
        if (vendor is not null && !string.Equals(product, vendor, StringComparison.Ordinal))
        {
            (root.Find("product") ?? root).Fail($"must be the product's word, {vendor}");
        }

        var categories = new CategoryNames([.. root.Members("categoryNames").Select(entry => KeyValuePair.Create(entry.Name, entry.Value.Text()))]);
        return [.. ReadMappings(root, shared, categories).Select(mapping => mapping with { Coverage = root.Text("coverage") })];
    }

    /// <summary>The file's mappings in their order.</summary>
    public static List<Mapping> ReadMappings(Place root, SharedTables shared, CategoryNames categories)
    {
        var mappings = new List<Mapping>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        if (root.Find("mappings") is null)
        {
            root.Fail("'mappings' is missing: a list of at least one");
        }

        foreach (var place in root.Items("mappings"))
        {
            var id = place.Text("id", required: true);
            if (id.Length > 0 && !id.All(sign => char.IsAsciiLetterLower(sign) || char.IsAsciiDigit(sign) || sign is '.' or '-'))
            {
                place.Find("id")?.Fail("may hold a-z, 0-9, points and dashes, such as senso.violation");
            }

            if (!ids.Add(id))
            {
                place.Fail($"two mappings are called '{id}'");
            }

            mappings.AddRange(ReadMapping(place, id, shared, categories));
        }

        return mappings;
    }

    /// <summary>One compiled mapping for each shape it names: the same columns may be written in several ways.</summary>
    private static IEnumerable<Mapping> ReadMapping(Place place, string id, SharedTables shared, CategoryNames categories)
    {
        place.Only("id", "version", "status", "source", "ask", "notes", "trust", "shape", "when", "control", "blanks", "ignore", "keep", "fields");
        var names = new NameTable();
        var shapes = ReadShapes(place, names);
        var fields = new FieldReader(names, shared, categories).Read(place);
        var when = ConditionReader.ReadAll(place.Items("when"), names);
        var control = ConditionReader.ReadAll(place.Items("control"), names);
        var ignored = names.SlotsOf(place.Texts("ignore").Concat(names.NeverKept), place);
        var kept = names.SlotsOf(place.Texts("keep"), place);
        var blanks = place.Find("blanks") is { } words ? words.Texts() : ["-"];
        var status = ReadStatus(place);
        var template = new Mapping
        {
            Id = id,
            Version = place.Integer("version", 1, 1, int.MaxValue, required: true),
            Status = status,
            Source = place.Text("source", required: true),
            Ask = place.Text("ask", required: status == MappingStatus.Unverified),
            LowTrust = place.Find("trust")?.OneOf("full", "low") == "low",
            Shape = shapes[0](),
            When = when,
            Control = control,
            Blanks = [.. blanks.Select(Utf8Text.Of)],
            Ignored = [.. Enumerable.Range(0, names.Names.Count).Select(ignored.Contains)],
            Kept = [.. kept.Select(slot => names.Names[slot])],
            SlotNames = [.. names.Names.Select(Utf8Text.Of)],
            Fields = fields,
        };
        return shapes.Select(shape => template with { Shape = shape() });
    }

    private static List<Func<Shape>> ReadShapes(Place place, NameTable names)
    {
        var shapes = place.Find("shape") switch
        {
            { IsArray: true } list => list.Items().ConvertAll(shape => ShapeReader.Read(shape, names)),
            { } one => [ShapeReader.Read(one, names)],
            null => [],
        };
        if (shapes.Count == 0)
        {
            place.Fail("'shape' is missing");
            shapes.Add(() => new QueryShape(names.Index, []) { Names = names.Names });
        }

        // Positional shapes have said all their columns; the others find whatever names the fields ask for.
        names.IsClosed = names.OnlyColumns;
        return shapes;
    }

    private static MappingStatus ReadStatus(Place place)
    {
        if (place.Find("status") is not { } status)
        {
            place.Fail("'status' is missing");
            return MappingStatus.Documented;
        }

        return Enum.TryParse<MappingStatus>(status.OneOf("documented", "inferred", "unverified"), ignoreCase: true, out var known) ? known : MappingStatus.Documented;
    }
}
