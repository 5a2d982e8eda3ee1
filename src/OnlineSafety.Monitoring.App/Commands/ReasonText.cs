using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Reasons in words for a terminal, each with what the result would be without it.</summary>
internal static class ReasonText
{
    /// <param name="reasons">In order.</param>
    /// <param name="theme">The result.</param>
    /// <param name="severity">The result's, as a word.</param>
    public static IEnumerable<string> Lines(IEnumerable<Reason> reasons, string theme, string severity)
    {
        foreach (var reason in reasons)
        {
            yield return $"because    {Because(reason)}{(reason.Without is { } without ? $"; without it: {Result(without, theme, severity)}" : "")}";
            foreach (var part in reason.Parts)
            {
                yield return $"             without \"{AlertText.Defanged(part.Matched)}\": {Result(part.Without, theme, severity)}";
            }
        }
    }

    private static string Because(Reason reason) => reason.Matched.Length > 0
        ? $"{reason.Explanation} [\"{AlertText.Defanged(reason.Matched)}\" in {reason.Field}; {reason.Effect}; rule {reason.Rule}@{reason.Version}]"
        : $"{reason.Explanation} [{reason.Effect}; rule {reason.Rule}@{reason.Version}]";

    private static string Result(Counterfactual without, string theme, string severity)
    {
        var other = Words.Of(without.Severity);
        return without.Theme == theme ? other == severity ? "the same" : other
            : without.Severity == Severity.None ? other
            : $"{other}, {without.Theme}";
    }
}
