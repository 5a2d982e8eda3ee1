using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification.Model.Training;

/// <summary>
/// The texts that rules carry as their own cases: taught, and never judged, as the rules were written to find them. Texts of hints are left out: they
/// may mean one thing or the other, and a model that had learned them would be no second voice.
/// </summary>
internal static class RuleTexts
{
    /// <summary>The texts of rule packs, by pack.</summary>
    /// <exception cref="RuleException">A pack cannot be read.</exception>
    public static List<TaughtFile> Of(IEnumerable<(string Name, string Sha256, ReadOnlyMemory<byte> Json)> packs, Taxonomy taxonomy)
    {
        var errors = new RuleErrors();
        var read = packs.Select(p => (p.Name, p.Sha256, File: RuleJson.Read<RulePackFile>(p.Name, p.Json, errors))).ToList();
        errors.Throw();

        // What one rule must not find another may have to.
        var found = read.SelectMany(p => p.File!.Rules.SelectMany(r => r.Positive)).ToHashSet(StringComparer.Ordinal);
        return [.. read.Select(p => new TaughtFile(p.Name, p.Sha256, [.. p.File!.Rules.SelectMany(rule => Cases(rule, found, taxonomy))]))];
    }

    private static IEnumerable<LabelledCase> Cases(RuleEntry rule, HashSet<string> found, Taxonomy taxonomy)
    {
        var theme = taxonomy.Find(rule.Theme);
        if (rule.Severity > Severity.None && theme is not null)
        {
            foreach (var text in rule.Positive.Where(IsTyped))
            {
                yield return Case(rule.Id, text, new Label(Words.Of(theme.Risk), theme.ParentCode), rule.Severity);
            }
        }

        foreach (var text in rule.Negative.Where(text => IsTyped(text) && !found.Contains(text)))
        {
            yield return Case(rule.Id, text, new Label(Words.Of(Risk.None), Assessment.NoTheme), Severity.None);
        }
    }

    private static bool IsTyped(string text) => !text.StartsWith("http", StringComparison.Ordinal);

    private static LabelledCase Case(string rule, string text, Label label, Severity least) =>
        new(new EvaluationCase(rule, "search", "", "", "", text, "", "", ""), label, [], least, rule);
}
