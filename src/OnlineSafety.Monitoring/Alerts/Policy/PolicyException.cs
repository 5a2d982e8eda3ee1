namespace OnlineSafety.Monitoring.Alerts.Policy;

/// <summary>A policy that cannot be taken; holds every error, each with the JSON path of its place and what to write there.</summary>
internal sealed class PolicyException(IReadOnlyList<string> errors) : Exception(string.Join(Environment.NewLine, errors))
{
    public IReadOnlyList<string> Errors { get; } = errors;
}
