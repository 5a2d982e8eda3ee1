using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>What of an alert's reasons may be known without a right to the reasons, which quote what a child typed.</summary>
internal static class AlertRules
{
    /// <summary>Ids of the rules, each once, in order.</summary>
    public static string[] Of(IReadOnlyList<Reason> reasons)
    {
        var rules = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var reason in reasons)
        {
            if (reason.Rule.Length > 0)
            {
                rules.Add(reason.Rule);
            }
        }

        return [.. rules];
    }
}
