using System.Text.Json;
using OnlineSafety.Monitoring.Normalization.Fields;
using OnlineSafety.Monitoring.Normalization.Shapes;

namespace OnlineSafety.Monitoring.Normalization.Language;

/// <summary>Reads conditions: <c>{"field": name or names, one test}</c>.</summary>
internal static class ConditionReader
{
    private static readonly (string Name, Test Test)[] Needles =
    [
        ("equals", Test.Equals),
        ("startsWith", Test.StartsWith),
        ("endsWith", Test.EndsWith),
        ("contains", Test.Contains),
    ];

    public static Condition[] ReadAll(List<Place> places, NameTable names) =>
        [.. places.Select(place => place.Flag("not") ? Read(place, names).Inverted() : Read(place, names))];

    public static ColumnCheck ReadCheck(Place place)
    {
        if (Enum.TryParse<ColumnCheck>(place.Text(), ignoreCase: true, out var check) && check != ColumnCheck.None)
        {
            return check;
        }

        place.OneOf("integer", "epoch", "date", "clock", "timestamp", "address", "url", "method", "slashed");
        return ColumnCheck.None;
    }

    private static Condition Read(Place place, NameTable names)
    {
        place.Only("field", "equals", "startsWith", "endsWith", "contains", "between", "blank", "looks", "not");
        var from = new Selector(names.SlotsOf(place.Texts("field"), place));
        if (from.IsEmpty)
        {
            place.Fail("'field' is missing");
        }

        foreach (var (name, test) in Needles)
        {
            if (place.Find(name) is { } needles)
            {
                return new Condition(from, test, [.. needles.Texts().Select(Utf8Text.Of)], 0, 0, ColumnCheck.None);
            }
        }

        if (place.Find("looks") is { } looks)
        {
            return new Condition(from, Test.Looks, [], 0, 0, ReadCheck(looks));
        }

        if (place.Find("between") is { } between)
        {
            return ReadBetween(from, between);
        }

        if (place.Find("blank") is null)
        {
            place.Fail("needs one test: equals, startsWith, endsWith, contains, between, blank or looks");
        }

        return new Condition(from, place.Flag("blank") ? Test.Blank : Test.Present, [], 0, 0, ColumnCheck.None);
    }

    private static Condition ReadBetween(Selector from, Place place)
    {
        var bounds = place.Items();
        if (bounds.Count == 2 && bounds.TrueForAll(bound => bound.Value.ValueKind == JsonValueKind.Number)
            && bounds[0].Value.TryGetInt64(out var low) && bounds[1].Value.TryGetInt64(out var high))
        {
            return new Condition(from, Test.Between, [], low, high, ColumnCheck.None);
        }

        place.Fail("must be a list of two whole numbers: lowest and highest");
        return new Condition(from, Test.Between, [], 0, 0, ColumnCheck.None);
    }
}
