namespace OnlineSafety.Monitoring.Alerts;

/// <summary>How often alerts were worth a person's time: public JSON of <c>alerts precision</c>. Names of rules, themes and products, and counts.</summary>
public sealed record PrecisionView
{
    /// <summary>Alerts resolved in the span.</summary>
    public required int Resolved { get; init; }

    public required IReadOnlyList<OutcomeCount> Outcomes { get; init; }

    /// <summary>All alerts as one.</summary>
    public required PrecisionRow All { get; init; }

    /// <summary>By rule that spoke for the alert's gravest event; an alert counts with each of them.</summary>
    public required IReadOnlyList<PrecisionRow> Rules { get; init; }

    /// <summary>By the alert's most specific theme.</summary>
    public required IReadOnlyList<PrecisionRow> Themes { get; init; }

    /// <summary>By product; an alert counts with each that reported it.</summary>
    public required IReadOnlyList<PrecisionRow> Vendors { get; init; }
}

public sealed record OutcomeCount(string Outcome, int Count);

/// <param name="Right">Resolved as a concern or a low-level concern.</param>
/// <param name="Wrong">Resolved as benign or as a false alert.</param>
/// <param name="NotCounted">Duplicates, tests, and those about which too little was known.</param>
/// <param name="Precision">Right of right and wrong, 0 to 1; null when there is neither.</param>
public sealed record PrecisionRow(string Name, int Right, int Wrong, int NotCounted, double? Precision);

/// <summary>A resolved alert, as far as it is counted.</summary>
internal sealed record JudgedAlert(string Outcome, string Theme, IReadOnlyList<string> Vendors, IReadOnlyList<string> Rules);

/// <summary>Counts what people made of alerts. Pure.</summary>
internal static class AlertPrecision
{
    public static PrecisionView Of(IReadOnlyCollection<JudgedAlert> alerts) => new()
    {
        Resolved = alerts.Count,
        Outcomes = [.. AlertOutcome.All.Select(outcome => new OutcomeCount(outcome, alerts.Count(alert => alert.Outcome == outcome)))],
        All = Row("all", alerts),
        Rules = By(alerts, alert => alert.Rules),
        Themes = By(alerts, alert => [alert.Theme]),
        Vendors = By(alerts, alert => alert.Vendors),
    };

    // What costs most time for nothing first.
    private static List<PrecisionRow> By(IEnumerable<JudgedAlert> alerts, Func<JudgedAlert, IReadOnlyList<string>> names) => [.. alerts
        .SelectMany(alert => names(alert).Distinct(StringComparer.Ordinal).Select(name => (Name: name, Alert: alert)))
        .GroupBy(named => named.Name, named => named.Alert, StringComparer.Ordinal)
        .Select(group => Row(group.Key, [.. group]))
        .OrderByDescending(row => row.Wrong).ThenByDescending(row => row.Right).ThenBy(row => row.Name, StringComparer.Ordinal)];

    private static PrecisionRow Row(string name, IReadOnlyCollection<JudgedAlert> alerts)
    {
        var right = alerts.Count(alert => alert.Outcome is AlertOutcome.Concern or AlertOutcome.LowLevelConcern);
        var wrong = alerts.Count(alert => alert.Outcome is AlertOutcome.BenignCurriculum or AlertOutcome.FalseAlert);
        return new PrecisionRow(name, right, wrong, alerts.Count - right - wrong, right + wrong == 0 ? null : Math.Round((double)right / (right + wrong), 3));
    }
}
