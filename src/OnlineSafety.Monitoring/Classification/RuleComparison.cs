using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>A case that other rules judge otherwise.</summary>
internal sealed record MovedCase(string Id, Assessment Before, Assessment After);

/// <summary>What would move if other rules, or another edition, judged the same cases. Nothing is stored or overwritten.</summary>
/// <param name="Cases">How many cases were judged.</param>
/// <param name="Moved">Those whose C, theme or severity differs.</param>
/// <param name="ThemesLeft">Themes of the one taxonomy that the other has not.</param>
/// <param name="ThemesNew">Themes of the other that the one has not.</param>
internal sealed record RuleComparison(int Cases, IReadOnlyList<MovedCase> Moved, IReadOnlyList<string> ThemesLeft, IReadOnlyList<string> ThemesNew)
{
    /// <exception cref="System.Text.Json.JsonException">A line is no case.</exception>
    public static RuleComparison Of(RuleSet before, RuleSet after, IEnumerable<EvaluationCase> cases)
    {
        var (one, other, draft) = (new Assessor(before), new Assessor(after), new EventDraft());
        var (count, moved) = (0, new List<MovedCase>());
        foreach (var shown in cases)
        {
            count++;
            shown.Fill(draft);
            var (was, becomes) = (one.Assess(draft, shown.Vendor, shown.Context), other.Assess(draft, shown.Vendor, shown.Context));
            if ((was.Risk, was.Theme, was.Severity) != (becomes.Risk, becomes.Theme, becomes.Severity))
            {
                moved.Add(new MovedCase(shown.Id, was, becomes));
            }
        }

        return new RuleComparison(count, moved, Without(before.Taxonomy, after.Taxonomy), Without(after.Taxonomy, before.Taxonomy));
    }

    private static List<string> Without(Taxonomy one, Taxonomy other) =>
        [.. one.Themes.Select(theme => theme.Code).Where(code => !other.Themes.Any(theme => theme.Code == code))];
}
