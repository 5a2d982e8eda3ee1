using System.Text.Json;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Processing.WhatIf;

/// <summary>
/// The answer, for whoever may not see a record: counts, and alerts by their number, which tells a DSL which they are and nobody else anything. Nothing of
/// the moment stands in it, so the same question gets the same bytes.
/// </summary>
internal sealed record WhatIfReport
{
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web);

    /// <summary>Numbers listed of each kind; the counts are whole.</summary>
    public const int MostListed = 1000;

    public required Judges Rules { get; init; }

    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }

    public required Sight Saw { get; init; }

    public required Tally Alerts { get; init; }

    public required IReadOnlyList<Line> ByTheme { get; init; }

    public required IReadOnlyList<Line> BySeverity { get; init; }

    /// <summary>Numbers of alerts that would not be there.</summary>
    public required IReadOnlyList<int> Vanished { get; init; }

    /// <summary>Numbers of alerts that would be graver, less grave, or of another theme.</summary>
    public required IReadOnlyList<int> Changed { get; init; }

    public required Concerns TrueConcerns { get; init; }

    public required Time Dsl { get; init; }

    /// <summary>Of fewer true concerns nothing follows, if none of them was missed.</summary>
    public const int FewestConcerns = 20;

    /// <summary>No alert that was a true concern would have been missed, and of none would people not have been told at once.</summary>
    public bool Fit => TrueConcerns.Missed.Count == 0 && TrueConcerns.Untold.Count == 0;

    /// <param name="Before">Version of the rules in use.</param>
    /// <param name="After">Version of those that were tried.</param>
    internal sealed record Judges(string Before, string After);

    /// <param name="Log">Records read again from the kept log.</param>
    /// <param name="Evidence">Records read again from evidence, where the log is gone.</param>
    /// <param name="Unreadable">Records of the span that neither holds any more; what is recorded of them stands on both sides.</param>
    /// <param name="NotCompared">Alerts of the span of which nothing could be read again.</param>
    internal sealed record Sight(Span Log, Span Evidence, long Unreadable, int NotCompared);

    internal sealed record Span(long Records, DateTimeOffset? From, DateTimeOffset? To);

    internal sealed record Tally(int Before, int After, int Appear, int Vanish, int Graver, int LessGrave, int OtherTheme);

    internal sealed record Line(string Name, int Before, int After, int Appear, int Vanish);

    /// <param name="Resolved">Alerts compared here that a DSL resolved as a concern or a low-level concern, or that somebody handed over or escalated and that are open.</param>
    /// <param name="Missed">Numbers of those that would not be there. All of them, never cut.</param>
    /// <param name="Weaker">Numbers of those that would be less grave.</param>
    internal sealed record Concerns(int Resolved, IReadOnlyList<int> Missed, IReadOnlyList<int> Weaker)
    {
        /// <summary>Numbers of those of which people were told at once and would not be. All of them; none in a report of before this was asked.</summary>
        public IReadOnlyList<int> Untold { get; init; } = [];
    }

    /// <param name="MinutesPerAlert">Assumed, not measured.</param>
    internal sealed record Time(double MinutesPerAlert, double MinutesPerWeekBefore, double MinutesPerWeekAfter);

    public JsonElement ToJson() => JsonSerializer.SerializeToElement(this, Json);
}

/// <summary>Makes the report of the alerts that were compared.</summary>
internal sealed class WhatIfSummary(IReadOnlyList<ComparedAlert> compared, IReadOnlyDictionary<Guid, RecordedAlert> recorded)
{
    public WhatIfReport Report(
        WhatIfReport.Judges rules, DateTimeOffset from, DateTimeOffset to, WhatIfReport.Sight saw, double minutesPerAlert)
    {
        // A week of school is a week of the calendar; a span shorter than a day is taken for one, or one alert would be hours a week.
        var weeks = Math.Max((to - from).TotalDays, 1) / 7;
        var (before, after) = (compared.Count(c => c.Before is not null), compared.Count(c => c.After is not null));
        var truly = compared.Where(c => c.Id is { } id && recorded.TryGetValue(id, out var alert) && alert.IsTrueConcern).ToList();
        return new WhatIfReport
        {
            Rules = rules,
            From = from,
            To = to,
            Saw = saw,
            Alerts = new WhatIfReport.Tally(
                before, after, compared.Count(c => c.Before is null), compared.Count(Vanishes), compared.Count(c => Step(c) > 0), compared.Count(LessGrave), compared.Count(OtherTheme)),
            ByTheme = Lines(alert => alert.Theme, lines => lines.OrderBy(line => line.Name, StringComparer.Ordinal)),
            BySeverity = Lines(alert => Words.Of((Severity)alert.Severity), lines => lines.OrderBy(line => line.Name, Comparer<string>.Create(GraverFirst))),
            Vanished = Numbers(compared.Where(Vanishes), WhatIfReport.MostListed),
            Changed = Numbers(compared.Where(c => Step(c) != 0 || OtherTheme(c)), WhatIfReport.MostListed),
            TrueConcerns = new WhatIfReport.Concerns(truly.Count, Numbers(truly.Where(Vanishes), int.MaxValue), Numbers(truly.Where(LessGrave), int.MaxValue))
            {
                Untold = Numbers(truly.Where(Untold), int.MaxValue),
            },
            Dsl = new WhatIfReport.Time(minutesPerAlert, Math.Round(before * minutesPerAlert / weeks, 1), Math.Round(after * minutesPerAlert / weeks, 1)),
        };
    }

    private static bool Vanishes(ComparedAlert alert) => alert.After is null;

    private static bool LessGrave(ComparedAlert alert) => Step(alert) < 0;

    private static bool Untold(ComparedAlert alert) =>
        alert is { Before: { } before, After: { } after } && (Severity)before.Severity >= AlertGrouping.TellAt && (Severity)after.Severity < AlertGrouping.TellAt;

    private static int Step(ComparedAlert alert) => alert is { Before: { } before, After: { } after } ? after.Severity - before.Severity : 0;

    private static bool OtherTheme(ComparedAlert alert) =>
        alert is { Before: { } before, After: { } after } && !string.Equals(before.Theme, after.Theme, StringComparison.Ordinal);

    private static int GraverFirst(string? one, string? other) =>
        Words.TryRead<Severity>(one, out var first) && Words.TryRead<Severity>(other, out var second) ? second.CompareTo(first) : 0;

    private WhatIfReport.Line[] Lines(Func<Alert, string> of, Func<IEnumerable<WhatIfReport.Line>, IEnumerable<WhatIfReport.Line>> ordered)
    {
        var names = compared.SelectMany(c => new[] { c.Before, c.After }).OfType<Alert>().Select(of).Distinct(StringComparer.Ordinal);
        return [.. ordered(names.Select(name => new WhatIfReport.Line(
            name,
            compared.Count(c => c.Before is { } alert && of(alert) == name),
            compared.Count(c => c.After is { } alert && of(alert) == name),
            compared.Count(c => c.Before is null && of(c.After!) == name),
            compared.Count(c => c.After is null && of(c.Before!) == name))))];
    }

    private List<int> Numbers(IEnumerable<ComparedAlert> alerts, int most) =>
        [.. alerts.Where(c => c.Id is { } id && recorded.ContainsKey(id)).Select(c => recorded[c.Id!.Value].Number).Order().Take(most)];
}
