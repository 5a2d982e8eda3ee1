using System.Globalization;
using System.Text.Json.Nodes;

namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>From bell to bell, in the school's local time.</summary>
internal readonly record struct Lesson(TimeOnly Starts, TimeOnly Ends);

/// <summary>
/// The lessons of a school's weekdays, where its calendar names them: <c>"lessons": { "usual": ["08:50-09:50", ...], "friday": [...] }</c>. Pure. Breaks are what lies between.
/// </summary>
internal sealed class LessonTimes
{
    private const int MostLessons = 20;
    private const string Usual = "usual";

    private readonly Dictionary<DayOfWeek, Lesson[]> _days = [];

    private LessonTimes(JsonObject lessons, Func<DayOfWeek, SchoolHours?> hoursOf)
    {
        var own = new Dictionary<DayOfWeek, Lesson[]>();
        Lesson[] usual = [];
        foreach (var (name, value) in lessons)
        {
            var times = Read(value, $"lessons.{SetupText.Shown(name)}");
            if (name == Usual)
            {
                usual = times;
            }
            else
            {
                own[WeekdayOf(name)] = times;
            }
        }

        foreach (var day in Enum.GetValues<DayOfWeek>())
        {
            var isOwn = own.TryGetValue(day, out var times);
            if (hoursOf(day) is { } hours)
            {
                _days[day] = Within(times ?? usual, hours, day, isOwn);
            }
            else if (isOwn)
            {
                throw new SetupException($"lessons.{Word(day)}: there is no school on that day. Remove them, or give the day hours under weekdays.");
            }
        }
    }

    /// <summary>None where none are known.</summary>
    public IReadOnlyList<Lesson> Of(DayOfWeek day) => _days.GetValueOrDefault(day, []);

    /// <exception cref="SetupException">They are none; says where.</exception>
    public static LessonTimes Parse(JsonNode? lessons, Func<DayOfWeek, SchoolHours?> hoursOf) => lessons is null
        ? new LessonTimes([], hoursOf)
        : new LessonTimes(lessons as JsonObject ?? throw new SetupException("lessons is not an object."), hoursOf);

    private static Lesson[] Read(JsonNode? node, string at)
    {
        var list = node as JsonArray ?? throw new SetupException($"{at} is not a list of times such as \"08:50-09:50\".");
        if (list.Count > MostLessons)
        {
            throw new SetupException($"{at} has more than {MostLessons} lessons.");
        }

        var lessons = new Lesson[list.Count];
        for (var i = 0; i < lessons.Length; i++)
        {
            var text = list[i]?.GetValue<string>() ?? "";
            lessons[i] = LessonOf(text) ?? throw new SetupException($"{at}[{i}]: \"{SetupText.Shown(text)}\" is not a lesson. Write it as 08:50-09:50.");
            if (i > 0 && lessons[i].Starts < lessons[i - 1].Ends)
            {
                throw new SetupException($"{at}[{i}] begins before the lesson before it ends.");
            }
        }

        return lessons;
    }

    private static Lesson? LessonOf(string text) =>
        text is [_, _, ':', _, _, '-', _, _, ':', _, _] && TimeOf(text.AsSpan(0, 5)) is { } starts && TimeOf(text.AsSpan(6)) is { } ends && ends > starts
            ? new Lesson(starts, ends)
            : null;

    private static TimeOnly? TimeOf(ReadOnlySpan<char> text) =>
        TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;

    private static Lesson[] Within(Lesson[] lessons, SchoolHours hours, DayOfWeek day, bool isOwn)
    {
        var outside = Array.FindIndex(lessons, lesson => lesson.Starts < hours.Opens || lesson.Ends > hours.Closes);
        return outside < 0
            ? lessons
            : throw new SetupException(isOwn
                ? $"lessons.{Word(day)}[{outside}] lies outside that day's hours, {hours.Opens:HH\\:mm} to {hours.Closes:HH\\:mm}."
                : $"lessons.usual[{outside}] lies outside the hours of {Word(day)}, {hours.Opens:HH\\:mm} to {hours.Closes:HH\\:mm}. Give {Word(day)} lessons of its own.");
    }

    private static DayOfWeek WeekdayOf(string name) =>
        Array.Find(Enum.GetValues<DayOfWeek>(), day => Word(day) == name) is var day && Word(day) == name
            ? day
            : throw new SetupException($"\"{SetupText.Shown(name)}\" under lessons is neither usual nor a weekday in small letters.");

    private static string Word(DayOfWeek day) => day.ToString().ToLowerInvariant();
}
