using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>A span of whole days, both ends included.</summary>
internal sealed record CalendarSpan(DateOnly First, DateOnly Last, string Kind, string Note)
{
    public bool Holds(DateOnly day) => day >= First && day <= Last;
}

/// <summary>The calendar that a school gave, as <c>schemas/calendar.schema.json</c> describes it.</summary>
internal sealed class CalendarFile
{
    private const int MostSpans = 500;
    private static readonly string[] ClosureKinds = ["half-term", "inset", "closed"];
    private readonly Dictionary<DayOfWeek, SchoolHours?> _weekdays = [];
    private readonly SchoolHours _hours = SchoolHours.Usual;
    private readonly LessonTimes _lessons;

    private CalendarFile(JsonObject root)
    {
        Only(root, "the calendar", "$schema", "$comment", "hours", "weekdays", "lessons", "terms", "closures");
        if (root["hours"] is { } hours)
        {
            _hours = Hours(hours, "hours");
        }

        foreach (var (name, value) in root["weekdays"] as JsonObject ?? [])
        {
            var day = Enum.TryParse<DayOfWeek>(name, ignoreCase: true, out var parsed) && char.IsAsciiLetterLower(name[0])
                ? parsed
                : throw new SetupException($"\"{SetupText.Shown(name)}\" under weekdays is no weekday in small letters.");
            _weekdays[day] = value is null ? null : Hours(value, name);
        }

        _lessons = LessonTimes.Parse(root["lessons"], HoursOf);
        Terms = Spans(root, "terms", (entry, at) => Text(entry, "name", at), _ => "");
        Closures = Spans(root, "closures", (entry, at) => Kind(entry, at), entry => entry["note"]?.GetValue<string>() ?? "");
        if (Terms.Count == 0)
        {
            throw new SetupException("The calendar names no term.");
        }
    }

    /// <summary>Terms; <see cref="CalendarSpan.Kind"/> is the name.</summary>
    public IReadOnlyList<CalendarSpan> Terms { get; }

    public IReadOnlyList<CalendarSpan> Closures { get; }

    /// <summary>Reads a calendar.</summary>
    /// <exception cref="SetupException">It is not one; says where.</exception>
    public static CalendarFile Parse(string json)
    {
        try
        {
            return new CalendarFile(Root(json));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new SetupException($"The calendar is not as schemas/calendar.schema.json says: {Where(error)}");
        }
    }

    /// <summary>The same calendar with one more term, or the beginning of one.</summary>
    /// <param name="json">Null: there is none yet.</param>
    /// <exception cref="SetupException">The term is none, or meets another.</exception>
    public static string WithTerm(string? json, string name, DateOnly first, DateOnly last)
    {
        var root = json is null ? new JsonObject() : Root(json);
        if (root["terms"] is not JsonArray terms)
        {
            root["terms"] = terms = [];
        }

        terms.Add(new JsonObject { ["name"] = name, ["first"] = Day(first), ["last"] = Day(last) });
        var changed = root.ToJsonString();
        Parse(changed);
        return changed;
    }

    /// <summary>The same calendar with one more closure.</summary>
    /// <exception cref="SetupException">The closure is none.</exception>
    public static string WithClosure(string json, DateOnly first, DateOnly last, string kind, string note)
    {
        var root = Root(json);
        if (root["closures"] is not JsonArray closures)
        {
            root["closures"] = closures = [];
        }

        var closure = new JsonObject { ["first"] = Day(first), ["last"] = Day(last), ["kind"] = kind };
        if (note.Length > 0)
        {
            closure["note"] = note;
        }

        closures.Add(closure);
        var changed = root.ToJsonString();
        Parse(changed);
        return changed;
    }

    /// <summary>The same calendar without the closures of these days; null: there is none.</summary>
    public static string? WithoutClosure(string json, DateOnly first, DateOnly last)
    {
        var root = Root(json);
        return root["closures"] is JsonArray closures && closures.RemoveAll(entry => entry?["first"]?.GetValue<string>() == Day(first) && entry["last"]?.GetValue<string>() == Day(last)) > 0
            ? root.ToJsonString()
            : null;
    }

    public SchoolHours? HoursOf(DayOfWeek day) =>
        _weekdays.TryGetValue(day, out var own) ? own : day is DayOfWeek.Saturday or DayOfWeek.Sunday ? null : _hours;

    /// <summary>None where the calendar names none.</summary>
    public IReadOnlyList<Lesson> LessonsOf(DayOfWeek day) => _lessons.Of(day);

    /// <exception cref="SetupException">It is none.</exception>
    public static DateOnly Day(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        ? day
        : throw new SetupException($"\"{SetupText.Shown(text)}\" is not a day. Write it as 2026-09-03.");

    private static string Where(Exception error) => error is JsonException { LineNumber: { } line, BytePositionInLine: { } place }
        ? $"in line {line + 1}, near letter {place + 1}, a comma, quotation mark or bracket is missing, or there is one too many."
        : "a value in it is of another kind: text where a list belongs, or a number where text does.";

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static JsonObject Root(string json) => JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { MaxDepth = 8 }) as JsonObject
        ?? throw new SetupException("The calendar is not a JSON object.");

    private static List<CalendarSpan> Spans(JsonObject root, string list, Func<JsonObject, string, string> kind, Func<JsonObject, string> note)
    {
        var spans = new List<CalendarSpan>();
        foreach (var item in root[list] as JsonArray ?? [])
        {
            var at = $"{list}[{spans.Count}]";
            var entry = item as JsonObject ?? throw new SetupException($"{at} is not an object.");
            Only(entry, at, "name", "first", "last", "kind", "note");
            var span = new CalendarSpan(Day(Text(entry, "first", at)), Day(Text(entry, "last", at)), kind(entry, at), SetupText.Optional(note(entry), "note", 200));
            spans.Add(span.Last < span.First ? throw new SetupException($"The {list[..^1]} from {Day(span.First)} to {Day(span.Last)} ends before it begins.") : span);
            if (spans.Count > MostSpans)
            {
                throw new SetupException($"The calendar has more than {MostSpans} {list}.");
            }
        }

        return spans;
    }

    private static string Kind(JsonObject entry, string at) => Text(entry, "kind", at) is var kind && ClosureKinds.Contains(kind, StringComparer.Ordinal)
        ? kind
        : throw new SetupException($"{at}: a closure is one of {string.Join(", ", ClosureKinds)}.");

    private static SchoolHours Hours(JsonNode node, string at)
    {
        var entry = node as JsonObject ?? throw new SetupException($"{at} is not an object.");
        Only(entry, at, "opens", "closes");
        var hours = new SchoolHours(Time(entry, "opens", at), Time(entry, "closes", at));
        return hours.Closes > hours.Opens ? hours : throw new SetupException($"{at} closes before it opens.");
    }

    private static TimeOnly Time(JsonObject entry, string name, string at) =>
        TimeOnly.TryParseExact(Text(entry, name, at), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time
            : throw new SetupException($"{at}: {name} is a time such as 08:45.");

    private static string Text(JsonObject entry, string name, string at) =>
        entry[name]?.GetValue<string>() is { Length: > 0 } text ? SetupText.Optional(text, $"{name} of {at}", 100) : throw new SetupException($"{at} has no {name}.");

    private static void Only(JsonObject entry, string at, params ReadOnlySpan<string> allowed)
    {
        foreach (var (name, _) in entry)
        {
            if (!allowed.Contains(name))
            {
                throw new SetupException($"\"{SetupText.Shown(name)}\" is not known in {at}; allowed: {string.Join(", ", allowed)}.");
            }
        }
    }
}
