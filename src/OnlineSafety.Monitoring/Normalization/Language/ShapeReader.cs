using OnlineSafety.Monitoring.Normalization.Shapes;
using OnlineSafety.Monitoring.Normalization.Shapes.Mail;

namespace OnlineSafety.Monitoring.Normalization.Language;

/// <summary>Reads <c>shape</c>: how the text of a record is taken apart.</summary>
internal static class ShapeReader
{
    /// <summary>Shapes with layouts name their columns first; the others learn their names from the fields, so they are built last.</summary>
    public static Func<Shape> Read(Place place, NameTable names)
    {
        var type = place.Text("type", required: true);
        names.OnlyColumns &= place.Find("layouts") is not null;
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
                return place.Find("layouts") is null ? ReadTable(place, names) : ReadLine(place, new CsvSplitter(SeparatorOf(place)), 1, names);
            case "kv":
                place.Only("type", "requires");
                var keys = RequiredNames(place, names);
                return () => new KeyValueShape(names.Index, keys) { Names = names.Names };
            case "query":
                place.Only("type", "requires");
                var parameters = RequiredNames(place, names);
                return () => new QueryShape(names.Index, parameters) { Names = names.Names };
            case "json":
                place.Only("type", "records");
                return ReadJson(place, names);
            case "mail":
                place.Only("type", "requires", "starts", "separators");
                return ReadMail(place, names);
            default:
                place.Fail("'type' must be one of separated, words, csv, kv, query, json, mail");
                return () => new QueryShape(names.Index, []) { Names = names.Names };
        }
    }

    private static Func<Shape> ReadLine(Place place, Splitter splitter, int looseMinimum, NameTable names)
    {
        var layouts = place.Items("layouts").ConvertAll(layout => ReadLayout(layout, looseMinimum, names));
        if (layouts.Count == 0)
        {
            place.Fail("'layouts' is missing: at least one list of columns");
            layouts.Add(new Layout([], 0));
        }

        byte[][] prefixes = [.. place.Texts("strip").Select(Utf8Text.Of)];
        return () => new LineShape(splitter, [.. layouts], prefixes) { Names = names.Names };
    }

    private static Layout ReadLayout(Place place, int looseMinimum, NameTable names)
    {
        place.Only("columns", "checks", "loose", "last");
        var columns = place.Texts("columns");
        var checks = new Dictionary<string, ColumnCheck>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in place.Members("checks"))
        {
            checks[name] = ConditionReader.ReadCheck(value);
        }

        var loose = place.Texts("loose");
        var last = place.Texts("last");
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
            looseMinimum);
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

        var separator = SeparatorOf(place);
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

    private static byte SeparatorOf(Place place)
    {
        var separator = place.Text("separator", ",");
        if (separator.Length == 1 && char.IsAscii(separator[0]) && separator[0] is not ('"' or '\r' or '\n'))
        {
            return (byte)separator[0];
        }

        place.Fail("'separator' must be one ASCII sign");
        return (byte)',';
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
        var lists = new List<byte[][]>();
        foreach (var path in place.Texts("records").DefaultIfEmpty("$"))
        {
            if (!string.Equals(path, "$", StringComparison.Ordinal) && !path.StartsWith("$.", StringComparison.Ordinal))
            {
                place.Fail("'records' are paths such as $.events, or $ for the root");
                continue;
            }

            lists.Add([.. path.Split('.').Skip(1).Select(Utf8Text.Of)]);
        }

        return () => new JsonShape([.. lists], StepOf(names, isRoot: false), StepOf(names, isRoot: true)) { Names = names.Names };
    }

    private static JsonStep StepOf(NameTable names, bool isRoot)
    {
        var paths = new List<(string[] Keys, int Slot)>();
        for (var slot = 0; slot < names.Names.Count; slot++)
        {
            var name = names.Names[slot];
            if (name.StartsWith('^') == isRoot)
            {
                paths.Add((name.TrimStart('^').Split('.'), slot));
            }
        }

        return Branch(paths, 0, -1);
    }

    private static JsonStep Branch(List<(string[] Keys, int Slot)> paths, int depth, int slot)
    {
        var children = new List<JsonStep>();
        var index = new List<KeyValuePair<string, int>>();
        foreach (var group in paths.Where(path => path.Keys.Length > depth).GroupBy(path => path.Keys[depth], StringComparer.OrdinalIgnoreCase))
        {
            var below = group.ToList();
            var ends = below.FindIndex(path => path.Keys.Length == depth + 1);
            index.Add(KeyValuePair.Create(group.Key, children.Count));
            children.Add(Branch(below, depth + 1, ends < 0 ? -1 : below[ends].Slot));
        }

        return new JsonStep(new KeyIndex(index), [.. children], slot);
    }
}
