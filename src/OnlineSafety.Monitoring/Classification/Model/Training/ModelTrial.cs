using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification.Model.Training;

/// <summary>Figures of the rules alone and of rules and model, with the vendors' categories and without them.</summary>
internal sealed class ModelTrial(RuleSet rules)
{
    private readonly EventDraft _draft = new();
    private readonly Assessor _alone = new(rules.With(model: null));

    public CaseFigures Rules { get; } = new();

    public CaseFigures Both { get; } = new();

    public CaseFigures RulesWithoutCategory { get; } = new();

    public CaseFigures BothWithoutCategory { get; } = new();

    /// <summary>Adds cases, judged with a model that should not have seen them.</summary>
    public void Add(IEnumerable<LabelledCase> cases, LearnedModel model)
    {
        var both = new Assessor(rules.With(model));
        foreach (var one in cases)
        {
            var bare = one.Case with { VendorCategory = "" };
            Rules.Add(one, Assess(_alone, one.Case));
            Both.Add(one, Assess(both, one.Case));
            RulesWithoutCategory.Add(one, Assess(_alone, bare));
            BothWithoutCategory.Add(one, Assess(both, bare));
        }
    }

    private Assessment Assess(Assessor assessor, EvaluationCase one)
    {
        one.Fill(_draft);
        return assessor.Assess(_draft, one.Vendor, one.Context);
    }
}
