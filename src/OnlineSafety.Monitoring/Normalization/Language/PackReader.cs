using OnlineSafety.Monitoring.Normalization.Fields;
using OnlineSafety.Monitoring.Normalization.Shapes;

namespace OnlineSafety.Monitoring.Normalization.Language;

/// <summary>Reads a vendor's <c>mapping.json</c>.</summary>
internal static class PackReader
{
    public static Mapping[] Read(string vendor, Place root, SharedTables shared)
    {
        root.Only("product", "title", "source", "coverage", "mappings");
        if (!string.Equals(root.Text("product", required: true), vendor, StringComparison.Ordinal))
        {
            root.Fail($"'product' must be the folder's name, {vendor}");
        }

        var mappings = new List<Mapping>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var place in root.Items("mappings"))
        {
            var id = place.Text("id", required: true);
            if (!ids.Add(id))
            {
                place.Fail($"two mappings are called '{id}'");
            }

            mappings.AddRange(ReadMapping(place, id, shared.Web).Select(mapping => mapping with { Coverage = root.Text("coverage") }));
        }

        return [.. mappings];
    }

    /// <summary>One compiled mapping for each shape it names: the same columns may be written in several ways.</summary>
    private static IEnumerable<Mapping> ReadMapping(Place place, string id, WebTables web)
    {
        place.Only("id", "version", "status", "source", "ask", "notes", "shape", "when", "control", "blanks", "ignore", "fields");
        var names = new NameTable();
        var shapes = ReadShapes(place, names);
        var fields = new FieldReader(names, web).Read(place);
        var when = ConditionReader.ReadAll(place.Items("when"), names);
        var control = ConditionReader.ReadAll(place.Items("control"), names);
        var ignored = names.SlotsOf(place.Texts("ignore"), place);
        var blanks = place.Find("blanks") is { } words ? words.Texts() : ["-"];
        var status = ReadStatus(place);
        var template = new Mapping
        {
            Id = id,
            Version = place.Integer("version", 1, 1, int.MaxValue, required: true),
            Status = status,
            Source = place.Text("source", required: true),
            Ask = place.Text("ask", required: status == MappingStatus.Unverified),
            Shape = shapes[0](),
            When = when,
            Control = control,
            Blanks = [.. blanks.Select(Utf8Text.Of)],
            Ignored = [.. Enumerable.Range(0, names.Names.Count).Select(ignored.Contains)],
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
        switch (place.Text("status", required: true))
        {
            case "documented":
                return MappingStatus.Documented;
            case "inferred":
                return MappingStatus.Inferred;
            case "unverified":
                return MappingStatus.Unverified;
            default:
                place.Find("status")?.Fail("must be documented, inferred or unverified");
                return MappingStatus.Documented;
        }
    }
}
