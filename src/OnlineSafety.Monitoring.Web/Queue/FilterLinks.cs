using OnlineSafety.Monitoring.Alerts.Reading;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Web.Pages;

namespace OnlineSafety.Monitoring.Web.Queue;

/// <summary>The links by which the queue is narrowed. Pure.</summary>
internal static class FilterLinks
{
    public static FilterView Of(QueueFilter filter, IReadOnlyList<QueueCount> counts)
    {
        var narrow = filter is not { Severity: null, Risk: null, Theme: null, Mine: false };
        List<FilterGroup> groups = [.. Groups(filter, counts).Where(group => group.Links.Count > 0)];
        return new FilterView(filter.Scope == QueueScope.Resolved ? "resolved" : "open", narrow, [.. Tabs(filter, [.. counts.Where(c => Fits(filter, c))])], groups)
        {
            Narrowed = filter is { Severity: null, Risk: null, Theme: null } ? "" : Narrowed(filter, counts, string.Join(", ", groups.SelectMany(group => group.Links).Where(link => link.Chosen).Select(link => link.Label))),
            Whole = QueueAddress.Of(QueueFilter.Open with { Scope = filter.Scope, Mine = filter.Mine }),
            Mine = filter.Mine,
        };
    }

    // A short list is not taken for all that there is.
    private static string Narrowed(QueueFilter filter, IReadOnlyList<QueueCount> counts, string chosen)
    {
        var part = counts.Where(count => IsIn(filter.Scope, count) && (!filter.Mine || count.Mine)).ToList();
        var some = filter.Scope == QueueScope.Resolved ? "Only some of the resolved alerts are shown"
            : $"Only {British.Number(part.Where(count => Fits(filter, count)).Sum(count => count.Alerts))} of {Counted.Of(part.Sum(count => count.Alerts), "alert")} are shown";
        return chosen.Length > 0 ? $"{some}: {chosen}." : some + ".";
    }

    private static bool IsIn(QueueScope scope, QueueCount count) => (scope, count.Waiting) is not ((QueueScope.Waiting, false) or (QueueScope.InHand, true));

    private static IEnumerable<FilterLink> Tabs(QueueFilter filter, IReadOnlyList<QueueCount> counts)
    {
        yield return Tab("All open", QueueScope.Open, counts.Sum(c => c.Alerts));
        yield return Tab("Waiting", QueueScope.Waiting, counts.Where(c => c.Waiting).Sum(c => c.Alerts));
        yield return Tab("In hand", QueueScope.InHand, counts.Where(c => !c.Waiting).Sum(c => c.Alerts));
        yield return new FilterLink("Mine", QueueAddress.Of(filter with { Scope = QueueScope.Open, Mine = true }), filter.Mine, counts.Where(c => c.Mine).Sum(c => c.Alerts));
        yield return Tab("Resolved", QueueScope.Resolved, alerts: null);

        FilterLink Tab(string label, QueueScope scope, int? alerts) =>
            new(label, QueueAddress.Of(filter with { Scope = scope, Mine = false }), !filter.Mine && filter.Scope == scope, alerts);
    }

    // Each figure is what its link leads to: what is chosen in the other groups counts.
    private static bool Fits(QueueFilter filter, QueueCount count) =>
        (filter.Severity is not { } severity || count.Severity == Words.Of(severity))
        && (filter.Risk is not { } risk || count.Risk == Words.Of(risk))
        && (filter.Theme is not { } theme || count.Themes.Any(one => one.Code == theme));

    // What is over is not counted: its filters stand without figures.
    private static IEnumerable<FilterGroup> Groups(QueueFilter filter, IReadOnlyList<QueueCount> counts)
    {
        var over = filter.Scope == QueueScope.Resolved;
        var seen = counts.Where(c => IsIn(filter.Scope, c) && (!filter.Mine || c.Mine)).ToList();
        yield return new FilterGroup("Severity", [.. new[] { Severity.Critical, Severity.High, Severity.Medium, Severity.Low }
            .Select(severity => Link(Label(Words.Of(severity)), filter.Severity == severity, filter with { Severity = severity }, filter with { Severity = null },
                seen.Where(c => Fits(filter with { Severity = severity }, c))))
            .Where(Worth)]);
        yield return new FilterGroup("Risk", [.. new[] { Risk.Content, Risk.Contact, Risk.Conduct, Risk.Commerce }
            .Select(risk => Link(RiskWords.Of(Words.Of(risk)), filter.Risk == risk, filter with { Risk = risk }, filter with { Risk = null }, seen.Where(c => Fits(filter with { Risk = risk }, c))))
            .Where(Worth)]);
        // An alert stands under each of its themes.
        yield return new FilterGroup("Theme", [.. seen.SelectMany(c => c.Themes).Distinct()
            .Select(theme => Link(theme.Title, filter.Theme == theme.Code, filter with { Theme = theme.Code }, filter with { Theme = null }, seen.Where(c => Fits(filter with { Theme = theme.Code }, c))))
            .Where(link => link.Chosen || (!over && link.Alerts > 0))
            .OrderByDescending(link => link.Alerts).ThenBy(link => link.Label, StringComparer.Ordinal)]);

        FilterLink Link(string label, bool chosen, QueueFilter into, QueueFilter outOf, IEnumerable<QueueCount> alike) =>
            new(label, QueueAddress.Of(chosen ? outOf : into), chosen, over ? null : alike.Sum(c => c.Alerts));

        bool Worth(FilterLink link) => over || link.Chosen || link.Alerts > 0;
    }

    private static string Label(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}
