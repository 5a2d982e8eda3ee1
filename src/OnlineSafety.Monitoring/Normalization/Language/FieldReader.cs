using System.Text.Json;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization.Fields;

namespace OnlineSafety.Monitoring.Normalization.Language;

/// <summary>Reads <c>fields</c>: where each field of the event comes from. The order here is the order of filling.</summary>
internal sealed class FieldReader(NameTable names, SharedTables shared, CategoryNames categoryNames)
{
    private static readonly (string Name, EventField Field)[] Texts =
    [
        ("group", EventField.Group),
        ("deviceHost", EventField.DeviceHost),
        ("deviceIp", EventField.DeviceIp),
        ("userAgent", EventField.UserAgent),
        ("searchQuery", EventField.SearchQuery),
        ("text", EventField.Text),
        ("app", EventField.App),
        ("theme", EventField.VendorTheme),
        ("reason", EventField.VendorReason),
    ];

    private static readonly string[] Known =
    [
        "time", "user", "group", "deviceHost", "deviceIp", "userAgent", "searchQuery", "url", "text", "app", "theme", "reason",
        "categories", "action", "kind", "severity", "role", "breach",
    ];

    public Field[] Read(Place mapping)
    {
        if (mapping.Find("fields") is not { } place)
        {
            mapping.Fail("'fields' is missing");
            return [];
        }

        place.Only(Known);
        var fields = new List<Field> { new TimeField(place.Find("time") is { } time ? ReadTime(time) : []) };
        foreach (var (name, field) in Texts)
        {
            if (place.Find(name) is { } text)
            {
                var ways = Alternatives(text).Select(ReadText);
                fields.Add(new TextField(field, [.. field == EventField.Text ? ways.SelectMany(WithoutNotices) : ways]));
            }
        }

        if (place.Find("user") is { } user)
        {
            fields.Add(new UserField([.. Alternatives(user).Select(ReadText)]));
        }

        // After searchQuery: a term that the product names wins over the one in the URL.
        if (place.Find("url") is { } url)
        {
            fields.Add(new UrlField([.. Alternatives(url).Select(ReadUrl)], shared.Web));
        }

        if (place.Find("categories") is { } categories)
        {
            fields.Add(new CategoriesField(FromOf(categories, "from", "separators"), Utf8Text.Of(categories.Text("separators")), categoryNames));
        }

        AddWords(place, fields);
        return [.. fields];
    }

    private void AddWords(Place place, List<Field> fields)
    {
        Add("action", Word<DeviceAction>, table => new ActionField(table));
        Add("kind", Word<ActivityKind>, table => new KindField(table));
        Add("severity", SeverityWord, table => new SeverityField(table));
        Add("role", Word<PersonRole>, table => new RoleField(table));
        Add("breach", Truth, table => new BreachField(table));

        void Add(string name, Func<Place, byte> word, Func<WordTable, Field> make)
        {
            if (place.Find(name) is { } field)
            {
                fields.Add(make(ReadTable(field, word)));
            }
        }
    }

    private WordTable ReadTable(Place place, Func<Place, byte> word)
    {
        if (place.IsText || place.IsArray)
        {
            place.Fail("needs an object with 'map', 'rules' or 'default'");
            return new WordTable(Selector.Nothing, [], [], null, null);
        }

        place.Only("from", "map", "rules", "default", "unmatched");
        var rules = new List<WordRule>();
        foreach (var rule in place.Items("rules"))
        {
            rule.Only("when", "is");
            rules.Add(new WordRule(ConditionReader.ReadAll(rule.Items("when"), names), rule.Find("is") is { } ours ? word(ours) : Missing(rule)));
        }

        // Exact words first, then those with stars: their order in the file is kept among themselves.
        var map = place.Members("map").ConvertAll(entry => WordEntry.Of(entry.Name, word(entry.Value)));
        return new WordTable(
            new Selector(names.SlotsOf(place.Texts("from"), place)),
            [.. rules],
            [.. map.Where(entry => entry is { AnyBefore: false, AnyAfter: false }), .. map.Where(entry => entry.AnyBefore || entry.AnyAfter)],
            place.Find("default") is { } absent ? word(absent) : null,
            place.Find("unmatched") is { } unmatched ? word(unmatched) : null);
    }

    private static byte Missing(Place rule)
    {
        rule.Fail("'is' is missing");
        return 0;
    }

    private static byte Word<T>(Place place)
        where T : struct, Enum
    {
        if (place.IsText && Words.TryRead<T>(place.Text(), out var value))
        {
            return (byte)(object)value;
        }

        place.OneOf([.. Enum.GetNames<T>().Select(name => name.ToLowerInvariant())]);
        return 0;
    }

    private static byte SeverityWord(Place place)
    {
        if (place.Value.ValueKind == JsonValueKind.Number && place.Value.TryGetByte(out var level) && level <= 5)
        {
            return level;
        }

        place.Fail("must be a whole number from 0 (none) to 5 (most)");
        return 0;
    }

    private static byte Truth(Place place)
    {
        if (place.Value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            place.Fail("must be true or false");
        }

        return (byte)(place.Value.ValueKind == JsonValueKind.True ? 1 : 0);
    }

    private Selector From(Place place) => FromOf(place, "from");

    private Selector FromOf(Place place, params ReadOnlySpan<string> allowed)
    {
        if (!place.IsObject)
        {
            return new Selector(names.SlotsOf(place.Texts(), place));
        }

        place.Only(allowed);
        return new Selector(names.SlotsOf(place.Texts("from"), place));
    }

    /// <summary>A field may be one object or a list of them, tried in order; a list of names is one object's <c>from</c>.</summary>
    private static List<Place> Alternatives(Place place) =>
        place.IsArray && place.Items() is var items && items.Exists(item => item.IsObject) ? items : [place];

    private UrlWay ReadUrl(Place place)
    {
        var text = ReadText(place, "host", "scheme");
        return new UrlWay(text, new Selector(names.SlotsOf(place.Texts("host"), place)), new Selector(names.SlotsOf(place.Texts("scheme"), place)));
    }

    private TextWay ReadText(Place place) => ReadText(place, []);

    /// <summary>Of what somebody typed or saw, what the product says of itself is no part: behind it the next name may hold the words.</summary>
    private IEnumerable<TextWay> WithoutNotices(TextWay way) =>
        (way.IsWhole ? way.From.Slots.ToArray().Select(slot => new Selector([slot])) : [way.From]).Select(from => way with { From = from, Notices = shared.Notices });

    private TextWay ReadText(Place place, params ReadOnlySpan<string> further)
    {
        if (!place.IsObject)
        {
            return new TextWay { From = From(place) };
        }

        var from = FromOf(place, ["from", "when", "after", "before", "replace", "optionalMarks", "urlPart", "urlParameter", "except", "map", .. further]);
        (byte[], byte[])? swap = null;
        if (place.Find("replace") is { } replace)
        {
            replace.Only("text", "with");
            swap = (Utf8Text.Of(replace.Text("text", required: true)), Utf8Text.Of(replace.Text("with", required: true)));
            swap = swap.Value.Item1.Length == 0 ? null : swap;
        }

        return new TextWay
        {
            From = from,
            When = ConditionReader.ReadAll(place.Items("when"), names),
            After = Utf8Text.Of(place.Text("after")),
            Before = Utf8Text.Of(place.Text("before")),
            Required = !place.Flag("optionalMarks"),
            Part = PartOf(place),
            Parameter = Utf8Text.Of(place.Text("urlParameter")),
            Replace = swap,
            Except = [.. place.Texts("except").Select(word => WordEntry.Of(word, 0))],
            Map = [.. place.Members("map").Select(entry => (WordEntry.Of(entry.Name, 0), Utf8Text.Of(entry.Value.Text()))).OrderBy(entry => entry.Item1.AnyBefore || entry.Item1.AnyAfter)],
        };
    }

    private static UrlPart PartOf(Place place)
    {
        if (place.Find("urlPart") is { } part)
        {
            return Enum.TryParse<UrlPart>(part.OneOf("host", "path", "query"), ignoreCase: true, out var known) ? known : UrlPart.None;
        }

        return place.Find("urlParameter") is null ? UrlPart.None : UrlPart.Parameter;
    }

    private TimeWay[] ReadTime(Place place)
    {
        var ways = new List<TimeWay>();
        foreach (var way in Alternatives(place))
        {
            way.Only("from", "join", "formats", "zone");
            var formats = new List<TimeFormat>();
            foreach (var format in way.Items("formats"))
            {
                if (TimeFormat.TryCompile(format.Text()) is { } compiled)
                {
                    formats.Add(compiled);
                }
                else
                {
                    format.Fail("must be iso, epoch or a pattern with day and hour, such as dd/MM/yyyy HH:mm:ss");
                }
            }

            if (formats.Count == 0)
            {
                way.Fail("'formats' is missing: how the time is written");
            }

            ways.Add(new TimeWay(names.SlotsOf(way.Texts("join"), way), new Selector(names.SlotsOf(way.Texts("from"), way)), [.. formats], ZoneOf(way)));
        }

        return [.. ways];
    }

    private static TimeZoneInfo? ZoneOf(Place way)
    {
        if (way.Find("zone") is not { } zone)
        {
            return null;
        }

        // IANA names alone: what a host calls its zones must not decide how a record is read.
        if (TimeZoneInfo.TryFindSystemTimeZoneById(zone.Text(), out var found) && found.HasIanaId)
        {
            return found;
        }

        zone.Fail("must be UTC or an IANA zone, such as Europe/London");
        return null;
    }
}
