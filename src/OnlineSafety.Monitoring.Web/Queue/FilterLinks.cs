using OnlineSafety.Monitoring.Alerts.Reading;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Web.Pages;

namespace OnlineSafety.Monitoring.Web.Queue;

/// <summary>The links by which the queue is narrowed. Pure.</summary>
internal static class FilterLinks
{
    private const int MostThemes = 8;

    public static FilterView Of(QueueFilter filter, IReadOnlyList<QueueCount> counts)
    {
        var narrow = filter is not { Severity: null, Risk: null, Theme: null, Mine: false };
        return new FilterView(filter.Scope == QueueScope.Resolved ? "resolved" : "open", narrow, [.. Tabs(filter, counts)], [.. Groups(filter, counts).Where(group => group.Links.Count > 0)]);
    }

    private static IEnumerable<FilterLink> Tabs(QueueFilter filter, IReadOnlyList<QueueCount> counts)
    {
        yield return Tab("All open", QueueScope.Open, counts.Sum(c => c.Alerts));
        yield return Tab("Waiting", QueueScope.Waiting, counts.Where(c => c.Waiting).Sum(c => c.Alerts));
        yield return Tab("In hand", QueueScope.InHand, counts.Where(c => !c.Waiting).Sum(c => c.Alerts));
        yield return new FilterLink("Mine", QueueAddress.Of(QueueFilter.Open with { Mine = true }), filter.Mine, counts.Where(c => c.Mine).Sum(c => c.Alerts));
        yield return Tab("Resolved", QueueScope.Resolved, alerts: null);

        FilterLink Tab(string label, QueueScope scope, int? alerts) =>
            new(label, QueueAddress.Of(filter with { Scope = scope, Mine = false }), !filter.Mine && filter.Scope == scope, alerts);
    }

    // What is over is not counted: its filters stand without figures.
    private static IEnumerable<FilterGroup> Groups(QueueFilter filter, IReadOnlyList<QueueCount> counts)
    {
        var over = filter.Scope == QueueScope.Resolved;
        var seen = counts.Where(c => (filter.Scope, c.Waiting) is not ((QueueScope.Waiting, false) or (QueueScope.InHand, true)) && (!filter.Mine || c.Mine)).ToList();
        yield return new FilterGroup("Severity", [.. new[] { Severity.Critical, Severity.High, Severity.Medium, Severity.Low }
            .Select(severity => Link(Label(Words.Of(severity)), filter.Severity == severity, filter with { Severity = severity }, filter with { Severity = null },
                seen.Where(c => c.Severity == Words.Of(severity))))
            .Where(Worth)]);
        yield return new FilterGroup("Risk", [.. new[] { Risk.Content, Risk.Contact, Risk.Conduct, Risk.Commerce }
            .Select(risk => Link(RiskWords.Of(Words.Of(risk)), filter.Risk == risk, filter with { Risk = risk }, filter with { Risk = null }, seen.Where(c => c.Risk == Words.Of(risk))))
            .Where(Worth)]);
        yield return new FilterGroup("Theme", [.. seen.GroupBy(c => (c.ThemeCode, c.Theme)).OrderByDescending(theme => theme.Sum(c => c.Alerts)).ThenBy(theme => theme.Key.Theme, StringComparer.Ordinal)
            .Select(theme => Link(theme.Key.Theme, filter.Theme == theme.Key.ThemeCode, filter with { Theme = theme.Key.ThemeCode }, filter with { Theme = null }, theme))
            .Where((link, place) => link.Chosen || (place < MostThemes && !over))]);

        FilterLink Link(string label, bool chosen, QueueFilter into, QueueFilter outOf, IEnumerable<QueueCount> alike) =>
            new(label, QueueAddress.Of(chosen ? outOf : into), chosen, over ? null : alike.Sum(c => c.Alerts));

        bool Worth(FilterLink link) => over || link.Chosen || link.Alerts > 0;
    }

    private static string Label(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}
