using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Web.Alerts;

/// <summary>Reasons in plain words. Pure.</summary>
internal static class ReasonWords
{
    /// <summary>What a step did: "On its own: critical", "Also: Terrorist material, critical", "Raised to high".</summary>
    public static string Effect(Reason reason, Func<string, string> title) => reason.Effect.Split(' ') switch
    {
        ["also", var theme, var severity] => $"Also: {title(theme)}, {severity}",
        [_, var severity] when Words.TryRead<Severity>(severity, out var own) => own == Severity.None ? "Noted" : $"On its own: {severity}",
        [""] => "",
        ["noted"] or ["unmapped"] => "Noted",
        ["excluded"] => "Not counted",
        _ => char.ToUpperInvariant(reason.Effect[0]) + reason.Effect[1..],
    };

    /// <summary>Themes that effects name.</summary>
    public static IEnumerable<string> Themes(IEnumerable<Reason> reasons) =>
        reasons.Select(reason => reason.Effect.Split(' ')).Where(words => words is ["also", _, _]).Select(words => words[1]);

    /// <summary>Reasons that say the same once, in their order: with what the first did, and what most would change.</summary>
    public static IReadOnlyList<(Reason Reason, int Places)> Together(IReadOnlyList<Reason> reasons) =>
        [.. reasons.GroupBy(reason => reason.Explanation, StringComparer.Ordinal)
            .Select(alike => (alike.First() with { Without = alike.MinBy(reason => reason.Without?.Severity ?? Severity.Critical)!.Without }, alike.Count()))];

    /// <summary>What would be without something: the end of a sentence that begins with "Without it".</summary>
    public static string Would(Counterfactual without, string theme, string severity, Func<string, string> title) => (without.Theme == theme, Words.Of(without.Severity)) switch
    {
        (_, "none") => "there would be no alert",
        (true, var other) when other == severity => "the result would be the same",
        (true, var other) => $"this would be {other} instead of {severity}",
        (false, var other) => $"this would be {other}, about {title(without.Theme)}",
    };

    /// <summary>Whether it would change nothing.</summary>
    public static bool IsSame(Counterfactual without, string theme, string severity) => without.Theme == theme && Words.Of(without.Severity) == severity;

    /// <summary>The field that a reason looked at, as a reader knows it.</summary>
    public static string Field(string field) => field switch
    {
        "searchQuery" => "Searched for",
        "text" => "Words",
        "url" => "Address, as text",
        "app" => "App",
        "vendorReason" => "Reason given by the product",
        "category" => "Category of the product",
        _ => field,
    };

    /// <summary>What kind of a reason it is, of which only the rule's id would tell.</summary>
    public static string Kind(string rule) => rule.Split('.')[0] switch
    {
        "learned" => "Likeness to many examples",
        "modifier" or "correlate" => "What makes it graver or less grave",
        "vendor" => "What the product says",
        "list" => "A list of sites",
        "school" => "The school's own rule",
        _ => "Words",
    };

    /// <summary>What was searched, written, opened or used, by field: where words of it count those alone, and never the same words twice.</summary>
    public static IReadOnlyList<(string Field, string Text)> Texts(EventView e)
    {
        List<(string Field, string Text)> all = [.. new (string Field, string? Text)[] { ("searchQuery", e.SearchQuery), ("text", e.Text), ("url", e.Url), ("app", e.App) }
            .Where(field => field.Text is { Length: > 0 } && !(field.Field == "text" && IsSame(field.Text, e.SearchQuery))).Select(field => (field.Field, field.Text!))];
        List<(string Field, string Text)> counted = [.. all.Where(field => In(field.Field, e.Reasons).Count > 0)];
        return counted.Count > 0 ? counted : [.. all.Take(1)];
    }

    /// <summary>Whether a product sent the same words as a search and as a text.</summary>
    public static bool IsSame(string? text, string? search) => text is not null && search is not null && string.Equals(text.Trim(), search.Trim(), StringComparison.OrdinalIgnoreCase);

    /// <summary>What somebody searched or wrote; empty: the product sent no words.</summary>
    public static string Said(EventView e) => (string.IsNullOrEmpty(e.SearchQuery) ? e.Text : e.SearchQuery) ?? "";

    /// <summary>The field of <see cref="Said"/>.</summary>
    public static string SaidField(EventView e) => string.IsNullOrEmpty(e.SearchQuery) ? "text" : "searchQuery";

    /// <summary>Reasons whose words stand in that field.</summary>
    public static IReadOnlyList<Reason> In(string field, IReadOnlyList<Reason> reasons) => [.. reasons.Where(reason => reason.Field == field && reason.Start >= 0)];
}
