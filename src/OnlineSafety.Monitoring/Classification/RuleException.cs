using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>The taxonomy, rule packs or category maps cannot be used. Lists every error, each with its file and the place in it.</summary>
internal sealed class RuleException(IReadOnlyList<string> errors)
    : Exception($"The classification rules have {Counted.Of(errors.Count, "error")}:{Environment.NewLine}{string.Join(Environment.NewLine, errors)}")
{
    public IReadOnlyList<string> Errors { get; } = errors;
}
