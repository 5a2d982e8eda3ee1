using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Web.Alerts;

/// <summary>Reasons in plain words. Pure.</summary>
internal static class ReasonWords
{
    /// <summary>What a step did: "Raised to high", "By itself: critical".</summary>
    public static string Effect(Reason reason)
    {
        var space = reason.Effect.LastIndexOf(' ');
        if (space > 0 && !reason.Effect[..space].Contains(' ', StringComparison.Ordinal) && Words.TryRead<Severity>(reason.Effect.AsSpan(space + 1), out var severity))
        {
            return $"By itself: {Words.Of(severity)}";
        }

        return reason.Effect.Length == 0 ? "" : char.ToUpperInvariant(reason.Effect[0]) + reason.Effect[1..];
    }

    /// <summary>What would be without something: the end of a sentence that begins with "Without it".</summary>
    public static string Would(Counterfactual without, string theme, string severity, Func<string, string> title) => (without.Theme == theme, Words.Of(without.Severity)) switch
    {
        (_, "none") => "there would be no alert",
        (true, var other) when other == severity => "the result would be the same",
        (true, var other) => $"this would be {other} instead of {severity}",
        (false, var other) => $"this would be {other}, about {title(without.Theme)}",
    };

    /// <summary>The field that a reason looked at, as a reader knows it.</summary>
    public static string Field(string field) => field switch
    {
        "searchQuery" => "Searched for",
        "text" => "Wrote",
        "url" => "Address, as text",
        "app" => "App",
        "vendorReason" => "Reason given by the product",
        "category" => "Category of the product",
        _ => field,
    };

    /// <summary>Reasons whose words stand in that field.</summary>
    public static IReadOnlyList<Reason> In(string field, IReadOnlyList<Reason> reasons) => [.. reasons.Where(reason => reason.Field == field && reason.Start >= 0)];
}
