using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Classification.Overlays;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Sources.Overlays;

/// <summary>Whether an entry would take effect, asked before it is listed: by the console and by the commands.</summary>
internal static class OverlayCheck
{
    // The compiler names the place in a pack; here there is one phrase, and whoever typed it sees it.
    private const string EndOfPlace = "): ";

    /// <param name="rules">Of the edition by which the school is judged.</param>
    /// <exception cref="SetupException">It means nothing under these rules, or no school can exclude it; says why.</exception>
    public static OverlayEntry Require(RuleSet rules, OverlayKind kind, string words, string theme, DateTimeOffset now)
    {
        var entry = new OverlayEntry(Guid.Empty, kind, words, theme, Severity.Low, "", DateTimeOffset.MinValue, DateTimeOffset.MaxValue);
        if (CompiledOverlay.Problem(rules, entry) is { } problem)
        {
            var said = problem.IndexOf(EndOfPlace, StringComparison.Ordinal) is >= 0 and var place ? problem[(place + EndOfPlace.Length)..] : problem;
            throw new SetupException($"That cannot be: {SetupText.Shown(said)}.");
        }

        return kind != OverlayKind.Add && GraveExclusion.Of(rules, entry with { Id = Guid.NewGuid() }, now) is { } grave ? throw new SetupException(SetupText.Shown(grave)) : entry;
    }
}
