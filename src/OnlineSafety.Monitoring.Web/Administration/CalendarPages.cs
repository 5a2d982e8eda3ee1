using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Escalation;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web.Administration;

/// <summary>A change of a school's calendar.</summary>
internal abstract record CalendarChange
{
    /// <summary>What it changes, in a sentence.</summary>
    public abstract string Words { get; }

    private static string Days(DateOnly first, DateOnly last) => first == last ? $"on {SourceWords.Day(first)}" : $"from {SourceWords.Day(first)} to {SourceWords.Day(last)}";

    public sealed record Replaced(string Json) : CalendarChange
    {
        public override string Words => "The whole calendar is replaced by the file.";
    }

    public sealed record Term(string Name, DateOnly First, DateOnly Last) : CalendarChange
    {
        public override string Words => $"{Name} is a term {Days(First, Last)}.";
    }

    public sealed record Closure(DateOnly First, DateOnly Last, string Kind, string Note) : CalendarChange
    {
        public override string Words => $"There is no school {Days(First, Last)}: {Note}.";
    }

    public sealed record Reopened(DateOnly First, DateOnly Last) : CalendarChange
    {
        public override string Words => $"There is school {Days(First, Last)} after all: the closure is removed.";
    }
}

/// <summary>The calendar of a school: shown, tried, changed.</summary>
internal sealed class CalendarPages(CalendarRegister calendars, ClockForecast forecast, SourceReader sources, TimeProvider time)
{
    public const string Address = "/administration/calendar";

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    private static readonly Dictionary<string, string> s_kinds = new(StringComparer.Ordinal)
    {
        ["closed"] = "Closed", ["inset"] = "INSET day", ["half-term"] = "Half-term",
    };

    /// <param name="written">What was refused, to be mended; null: what holds.</param>
    public async Task<CalendarView> ReadAsync(SignedInStaff who, string? written, CancellationToken cancellationToken)
    {
        var (_, zone) = await sources.SchoolAsync(who.School, who.Actor, cancellationToken);
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time.GetUtcNow(), zone).DateTime);
        var json = await calendars.ShowAsync(who.School, who.Actor, cancellationToken);
        var file = json is null ? null : CalendarFile.Parse(json);
        return new CalendarView(
            [.. (file?.Terms ?? []).Select(span => Row(span, span.Kind, today))],
            [.. (file?.Closures ?? []).OrderBy(span => span.First).Select(span => Row(span, s_kinds.GetValueOrDefault(span.Kind, span.Kind), today))],
            string.Join("; ", Hours(file)),
            written ?? (json is null ? "" : JsonNode.Parse(json)!.ToJsonString(s_indented)),
            Form(today),
            file is null ? "" : SourceWords.Day(file.Terms.Max(term => term.Last)));
    }

    /// <summary>What the change does to alerts of the reader's that wait; null: none waits.</summary>
    /// <exception cref="OnlineSafety.Monitoring.Sources.SetupException">It cannot be made.</exception>
    public async Task<IReadOnlyList<string>?> TryAsync(SignedInStaff who, CalendarChange change, CancellationToken cancellationToken)
    {
        var changed = CalendarFile.Parse(Changed(await calendars.ShowAsync(who.School, who.Actor, cancellationToken), change));
        var clocks = await forecast.OfAsync(who.School, who.Actor, policy: null, changed, cancellationToken);
        var (_, zone) = await sources.SchoolAsync(who.School, who.Actor, cancellationToken);
        return clocks.Running == 0 ? null : ClockWords.Of(clocks, time.GetUtcNow(), zone);
    }

    /// <exception cref="OnlineSafety.Monitoring.Sources.SetupException">It cannot be made.</exception>
    public Task ApplyAsync(SignedInStaff who, CalendarChange change, CancellationToken cancellationToken) => change switch
    {
        CalendarChange.Term term => calendars.AddTermAsync(who.School, term.Name, term.First, term.Last, who.Actor, cancellationToken),
        CalendarChange.Closure closure => calendars.CloseAsync(who.School, closure.First, closure.Last, closure.Kind, Named(closure), who.Actor, cancellationToken),
        CalendarChange.Reopened reopened => calendars.ReopenAsync(who.School, reopened.First, reopened.Last, who.Actor, cancellationToken),
        CalendarChange.Replaced file => calendars.ImportAsync(who.School, file.Json, who.Actor, cancellationToken),
        _ => throw new InvalidOperationException("There is no such change of a calendar."),
    };

    private static string Changed(string? json, CalendarChange change) => change switch
    {
        CalendarChange.Term term => CalendarFile.WithTerm(json, term.Name, term.First, term.Last),
        CalendarChange.Closure closure => CalendarFile.WithClosure(json ?? throw CalendarRegister.NoCalendar(), closure.First, closure.Last, closure.Kind, Named(closure)),
        CalendarChange.Reopened reopened => (json is null ? null : CalendarFile.WithoutClosure(json, reopened.First, reopened.Last)) ?? throw CalendarRegister.NoClosure(),
        CalendarChange.Replaced file => file.Json,
        _ => throw new InvalidOperationException("There is no such change of a calendar."),
    };

    private static string Named(CalendarChange.Closure closure) =>
        closure.Note.Length > 0 ? closure.Note : throw new OnlineSafety.Monitoring.Sources.SetupException("Give the closure a name, such as Snow or Training day: others must know what it is.");

    private static IEnumerable<string> Hours(CalendarFile? file) => file is null
        ? []
        : Enum.GetValues<DayOfWeek>().Select(day => (Day: day, Hours: file.HoursOf(day))).Where(day => day.Hours is not null)
            .GroupBy(day => day.Hours!.Value)
            .Select(group => $"{Days([.. group.Select(day => day.Day)])}, {group.Key.Opens:HH:mm} to {group.Key.Closes:HH:mm}");

    // Monday to Friday, where each follows the one before.
    private static string Days(List<DayOfWeek> days) =>
        days.Count > 2 && days[^1] - days[0] == days.Count - 1 ? $"{days[0]} to {days[^1]}" : string.Join(", ", days);

    private static CalendarRow Row(CalendarSpan span, string what, DateOnly today) => new(what, SourceWords.Day(span.First), SourceWords.Day(span.Last), span.Note, span.Last < today)
    {
        FirstDay = Form(span.First), LastDay = Form(span.Last),
    };

    private static string Form(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
