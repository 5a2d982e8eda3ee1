using System.Globalization;
using System.Text.RegularExpressions;
using OnlineSafety.Monitoring.Normalization.Shapes;
using OnlineSafety.Monitoring.Normalization.Shapes.Mail;

namespace OnlineSafety.Monitoring.Normalization.Language;

/// <summary>Reads <c>shape</c>: how the text of a record is taken apart.</summary>
internal static class ShapeReader
{
    private static readonly string[] Types = ["separated", "words", "csv", "kv", "cef", "leef", "regex", "query", "form", "json", "ndjson"];

    /// <summary>Shapes with layouts name their columns first; the others learn their names from the fields, so they are built last.</summary>
    public static Func<Shape> Read(Place place, NameTable names)
    {
        var type = place.Text("type", required: true);
        names.OnlyColumns &= place.Find("layouts") is not null || type == "regex";
        switch (type)
        {
            case "separated":
                place.Only("type", "separators", "wrap", "strip", "layouts");
                var separators = place.Texts("separators").Select(Utf8Text.Of).ToArray();
                return ReadLine(place, new SeparatorSplitter(separators, Utf8Text.Of(place.Text("wrap"))), 1, names);
            case "words":
                place.Only("type", "strip", "layouts");
                return ReadLine(place, new SpaceSplitter(), 0, names);
            case "csv":
                place.Only("type", "separator", "requires", "strip", "layouts");
                return place.Find("layouts") is null ? ReadTable(place, names) : ReadRows(place, names);
            case "kv":
                return ReadPairs(place, names);
            case "cef":
                return ReadCef(place, names);
            case "leef":
                return ReadLeef(place, names);
            case "regex":
                return ReadRegex(place, names);
            case "query" or "form":
                place.Only("type", "requires");
                var parameters = RequiredNames(place, names);
                return () => new QueryShape(names.Index, parameters) { Names = names.Names };
            case "json" or "ndjson":
                place.Only("type", "records");
                return ReadJson(place, names);
            case "mail":
                place.Only("type", "requires", "starts", "separators");
                return ReadMail(place, names);
            default:
                (place.Find("type") ?? place).OneOf(Types);
                return () => new QueryShape(names.Index, []) { Names = names.Names };
        }
    }

    private static Func<Shape> ReadLine(Place place, Splitter splitter, int looseMinimum, NameTable names)
    {
        var (layouts, prefixes) = ReadPositions(place, looseMinimum, names);
        return () => new LineShape(splitter, layouts, prefixes) { Names = names.Names };
    }

    private static Func<Shape> ReadRows(Place place, NameTable names)
    {
        var (layouts, prefixes) = ReadPositions(place, 1, names);
        var separator = SeparatorOf(place, ",");
        return () => new CsvRowsShape(separator, layouts, prefixes) { Names = names.Names };
    }

    private static (Layout[] Layouts, byte[][] Prefixes) ReadPositions(Place place, int looseMinimum, NameTable names)
    {
        var layouts = place.Items("layouts").ConvertAll(layout => ReadLayout(layout, looseMinimum, names));
        if (layouts.Count == 0)
        {
            place.Fail("'layouts' is missing: at least one list of columns");
            layouts.Add(new Layout([], 0, 0));
        }

        return ([.. layouts], [.. place.Texts("strip").Select(Utf8Text.Of)]);
    }

    private static Layout ReadLayout(Place place, int looseMinimum, NameTable names)
    {
        place.Only("columns", "checks", "loose", "last", "least");
        var columns = place.Texts("columns");
        var least = place.Integer("least", 0, 1, Math.Max(columns.Count, 1));
        var checks = new Dictionary<string, ColumnCheck>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in place.Members("checks"))
        {
            checks[name] = ConditionReader.ReadCheck(value);
        }

        var loose = place.Texts("loose");
        var last = place.Texts("last");
        if (least > 0 && loose.Count > 0)
        {
            place.Fail("'least' and 'loose' exclude each other: which columns are missing could not be told");
        }

        foreach (var name in checks.Keys.Concat(loose).Concat(last))
        {
            if (!columns.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                place.Fail($"'{name}' is no column of this layout");
            }
        }

        return new Layout(
            [.. columns.Select(name => new Column(
                names.SlotOf(name, place),
                checks.GetValueOrDefault(name),
                loose.Contains(name, StringComparer.OrdinalIgnoreCase),
                last.Contains(name, StringComparer.OrdinalIgnoreCase)))],
            looseMinimum,
            least);
    }

    private static Func<Shape> ReadTable(Place place, NameTable names)
    {
        var groups = new List<int[]>();
        foreach (var group in place.Items("requires"))
        {
            groups.Add(names.SlotsOf(group.Texts(), group));
        }

        if (groups.Count == 0)
        {
            place.Fail("'requires' is missing: the header names that tell this table from others");
        }

        var separator = SeparatorOf(place, ",");
        return () => new CsvShape(separator, names.Index, [.. groups]) { Names = names.Names };
    }

    private static Func<Shape> ReadMail(Place place, NameTable names)
    {
        var required = place.Items("requires").ConvertAll(group => names.SlotsOf(group.Texts(), group));
        if (required.Count == 0)
        {
            place.Fail("'requires' is missing: the labels, columns or ^fields that tell this mail from others");
        }

        var starts = names.SlotsOf(place.Texts("starts"), place);
        byte[][] separators = [.. place.Texts("separators").Where(text => text.Length > 0).Select(Utf8Text.Of)];
        var told = false;
        return () =>
        {
            if (!told && !names.Names.Contains(MailShape.Whole, StringComparer.Ordinal))
            {
                told = true;

                // A sentence between labels may hold the worst of it.
                place.Fail($"no field reads '{MailShape.Whole}', all the text of the event: put it into 'text'");
            }

            var index = names.Index;
            return new MailShape(index, new MailPlan(index, starts, separators), [.. required]) { Names = names.Names };
        };
    }

    private static byte SeparatorOf(Place place, string otherwise)
    {
        var separator = place.Text("separator", otherwise);
        if (separator.Length == 1 && char.IsAscii(separator[0]) && separator[0] is not ('"' or '\r' or '\n'))
        {
            return (byte)separator[0];
        }

        (place.Find("separator") ?? place).Fail("must be one ASCII sign, and no quote");
        return (byte)otherwise[0];
    }

    private static int[] RequiredNames(Place place, NameTable names)
    {
        var required = names.SlotsOf(place.Texts("requires"), place);
        if (required.Length == 0)
        {
            place.Fail("'requires' is missing: the names that tell this record from others");
        }

        return required;
    }

    private static Func<Shape> ReadJson(Place place, NameTable names)
    {
        var paths = place.Find("records") switch
        {
            { IsArray: true } list => list.Items(),
            { } one => [one],
            null => [],
        };
        RecordStep[][] lists = paths.Count == 0 ? [[]] : [.. paths.Select(JsonPaths.Records)];
        return () => new JsonShape(lists, JsonPaths.Tree(names.Names, above: false), JsonPaths.Tree(names.Names, above: true)) { Names = names.Names };
    }

    private static Func<Shape> ReadPairs(Place place, NameTable names)
    {
        place.Only("type", "requires", "separator", "lead", "keys");
        var required = RequiredNames(place, names);
        var upper = place.Find("keys") is { } keys && keys.OneOf("any", "upper") == "upper";
        var style = new PairStyle(SeparatorOf(place, " "), Quotes: true, Escapes: false, upper);
        var lead = place.Find("lead") is { } named ? names.SlotOf(named.Text(), named) : -1;
        return () => new KeyValueShape(style, names.Index, required, lead) { Names = names.Names };
    }

    private static Func<Shape> ReadCef(Place place, NameTable names)
    {
        place.Only("type");
        var header = HeaderSlots(place, names, CefShape.HeaderNames, kept: 3);
        return () => new CefShape(names.Index, header) { Names = names.Names };
    }

    private static Func<Shape> ReadLeef(Place place, NameTable names)
    {
        place.Only("type", "separators");
        var header = HeaderSlots(place, names, LeefShape.HeaderNames, kept: 1);
        byte[][] separators = [.. place.Texts("separators").DefaultIfEmpty("\t").Select(Utf8Text.Of)];
        if (place.Find("separators") is null)
        {
            // A relay writes a tab as #011; PAN-OS's own example puts pipes.
            separators = ["\t"u8.ToArray(), "#011"u8.ToArray(), "|"u8.ToArray()];
        }

        return () => new LeefShape(separators, names.Index, header) { Names = names.Names };
    }

    /// <summary>The last parts of a header say what happened; those before it only whose format it is, and are nothing to keep.</summary>
    private static int[] HeaderSlots(Place place, NameTable names, string[] header, int kept)
    {
        names.NeverKept.AddRange(header[..^kept]);
        return names.SlotsOf(header, place);
    }

    private static Func<Shape> ReadRegex(Place place, NameTable names)
    {
        place.Only("type", "pattern");
        var text = place.Text("pattern", required: true);
        Regex pattern;
        try
        {
            pattern = new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            // Look-around and back-references are what a pattern without backtracking cannot have.
            (place.Find("pattern") ?? place).Fail($"is no pattern that runs without backtracking: {e.Message}");
            pattern = new Regex("", RegexOptions.NonBacktracking);
        }

        var groups = pattern.GetGroupNumbers()
            .Select(number => (Number: number, Name: pattern.GroupNameFromNumber(number)))
            .Where(group => !int.TryParse(group.Name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(group => (group.Number, names.SlotOf(group.Name, place)))
            .ToArray();
        if (groups.Length == 0)
        {
            (place.Find("pattern") ?? place).Fail("has no named group: (?<user>\\S+) makes what it matches known as user");
        }

        return () => new RegexShape(pattern, groups) { Names = names.Names };
    }
}
