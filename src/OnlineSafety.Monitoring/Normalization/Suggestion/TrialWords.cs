using System.Globalization;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization.Suggestion;

/// <summary>What the trial of a proposal came to, in words.</summary>
internal static class TrialWords
{
    public static string Outcome(Proposal proposal)
    {
        var trial = proposal.Trial;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Tried on the same records: {trial.Read:N0} of {proposal.Records:N0} read, {Counted.Of(trial.Control, "heartbeat")}, {trial.Unclaimed:N0} of no known shape, {trial.Unreadable:N0} broken; {Counted.Of(trial.Events, "event")}.");
    }

    /// <summary>What became of the fields, and of which.</summary>
    public static IEnumerable<(string What, string Which)> Fields(Trial trial)
    {
        if (trial.Events > 0)
        {
            yield return ("filled", string.Join(", ", trial.Filled.OrderByDescending(field => field.Value).ThenBy(field => field.Key, StringComparer.Ordinal)
                .Select(field => string.Create(CultureInfo.InvariantCulture, $"{field.Key} {field.Value * 100 / trial.Events}%"))));
        }

        if (trial.NeverFilled.Count > 0)
        {
            yield return ("never filled", string.Join(", ", trial.NeverFilled));
        }

        if (trial.Unmapped.Count > 0)
        {
            yield return ("kept as sent, used by no field", string.Join(", ", trial.Unmapped.Keys));
        }
    }
}
