using System.Globalization;
using OnlineSafety.Monitoring.Normalization.Shapes;

namespace OnlineSafety.Monitoring.Normalization.Language;

/// <summary>Reads paths into a JSON text: <c>$.alerts[*].events</c>, <c>$.tags[0].name</c>.</summary>
internal static class JsonPaths
{
    private const string Allowed = "a path such as $.events, $.alerts[*].events or $.data[0].items; $ is the root";

    /// <summary>The steps to the records. <c>[*]</c> may be left out: lists on the way are looked through.</summary>
    public static RecordStep[] Records(Place place)
    {
        var path = place.Text();
        if (!path.StartsWith('$'))
        {
            place.Fail($"must be {Allowed}");
            return [];
        }

        var steps = new List<RecordStep>();
        foreach (var (key, elements) in Parts(path[1..], place))
        {
            if (key.Length > 0)
            {
                steps.Add(new RecordStep(Utf8Text.Of(key), 0));
            }

            steps.AddRange(elements.Select(element => new RecordStep([], element)));
        }

        return [.. steps];
    }

    /// <summary>The paths that a mapping names as one tree.</summary>
    /// <param name="names">Names by slot.</param>
    /// <param name="above">Those of what stands above the records (<c>^name</c>), else those of the records.</param>
    public static JsonStep Tree(IReadOnlyList<string> names, bool above)
    {
        var paths = new List<(List<string> Steps, int Slot)>();
        for (var slot = 0; slot < names.Count; slot++)
        {
            if (names[slot].StartsWith('^') == above)
            {
                paths.Add((Steps(names[slot].TrimStart('^')), slot));
            }
        }

        return Branch(paths, 0, -1);
    }

    /// <summary>Keys, and elements as <c>[0]</c>.</summary>
    private static List<string> Steps(string name)
    {
        var steps = new List<string>();
        foreach (var (key, elements) in Parts(name, place: null))
        {
            steps.Add(key);
            steps.AddRange(elements.Select(element => string.Create(CultureInfo.InvariantCulture, $"[{element}]")));
        }

        return steps;
    }

    private static List<(string Key, List<int> Elements)> Parts(string path, Place? place)
    {
        var parts = new List<(string, List<int>)>();
        foreach (var (part, first) in path.Split('.').Select((part, i) => (part, i == 0)))
        {
            var bracket = part.IndexOf('[', StringComparison.Ordinal);
            var key = bracket < 0 ? part : part[..bracket];
            var elements = new List<int>();
            foreach (var inner in bracket < 0 ? [] : part[(bracket + 1)..].TrimEnd(']').Split("]["))
            {
                if (int.TryParse(inner, NumberStyles.None, CultureInfo.InvariantCulture, out var element))
                {
                    elements.Add(element);
                }
                else if (inner != "*")
                {
                    place?.Fail($"'[{inner}]' is no element of a list; must be {Allowed}");
                }
            }

            // "$" alone and "$[0]" have nothing before the first point.
            if (key.Length > 0 || first)
            {
                parts.Add((key, elements));
            }
            else
            {
                place?.Fail($"a key is empty; must be {Allowed}");
            }
        }

        return parts;
    }

    private static JsonStep Branch(List<(List<string> Steps, int Slot)> paths, int depth, int slot)
    {
        var children = new List<JsonStep>();
        var index = new List<KeyValuePair<string, int>>();
        var elements = new List<(int, JsonStep)>();
        foreach (var group in paths.Where(path => path.Steps.Count > depth).GroupBy(path => path.Steps[depth], StringComparer.OrdinalIgnoreCase))
        {
            var below = group.ToList();
            var ends = below.FindIndex(path => path.Steps.Count == depth + 1);
            var step = Branch(below, depth + 1, ends < 0 ? -1 : below[ends].Slot);
            if (group.Key.StartsWith('['))
            {
                elements.Add((int.Parse(group.Key[1..^1], CultureInfo.InvariantCulture), step));
            }
            else
            {
                index.Add(KeyValuePair.Create(group.Key, children.Count));
                children.Add(step);
            }
        }

        return new JsonStep(new KeyIndex(index), [.. children], [.. elements], slot);
    }
}
