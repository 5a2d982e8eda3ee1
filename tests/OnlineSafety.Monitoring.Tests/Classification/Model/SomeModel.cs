using System.Text;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Classification.Model;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Tests.Classification.Model;

/// <summary>Small models by hand, and rules that have one.</summary>
internal static class SomeModel
{
    public const int Suicide = 1;
    public const int Drugs = 2;

    public static Taxonomy Taxonomy => RuleFiles.Shipped.Taxonomy;

    /// <summary>A model that knows nothing; add words with <c>with</c>.</summary>
    public static LearnedModelFile File { get; } = new()
    {
        Model = "en",
        Version = "1",
        Language = "en",
        Licence = "none",
        Recipe = new RecipeSettings
        {
            Seed = 1, Epochs = 10, Rate = 0.5, L2 = 0.1, Balance = 0.5, WordsFrom = 1, PairsFrom = 1, LeastWeight = 1, BenignOpened = 0, BenignOpenedHigh = 0, BenignRaised = 0, BenignAgreed = 0,
        },
        Training = new TrainingRecord { Files = [], Cases = [], Folds = 0, Metrics = [] },
        Agree = 0.6,
        Raise = 0.9,
        Open = 0.95,
        OpenHigh = 1,
        Unit = 0.1,
        Themes = ["none", "suicide", "drugs"],
        Bias = [0, -10, -10, -10],
        StandIns = [],
        Words = [],
        Pairs = [],
    };

    /// <summary>A model that is sure of a theme as soon as a text has a word.</summary>
    public static LearnedModelFile SureOf(string theme, params string[] words) => File with
    {
        Themes = ["none", theme],
        Bias = [0, -10, -10],
        Words = words.ToDictionary(w => w, _ => (int[])[1, 127]),
    };

    /// <summary>A model that is sure of a theme, and that it is grave, as soon as a text has a word.</summary>
    public static LearnedModelFile SureOfGrave(string theme, params string[] words) => SureOf(theme, words) with
    {
        OpenHigh = 0.95,
        Words = words.ToDictionary(w => w, _ => (int[])[1, 127, 2, 127]),
    };

    /// <summary>A model that agrees that something is grave, but is too unsure to open anything.</summary>
    public static LearnedModelFile UnsureOf(string theme, string word, double raise = 0.9) => SureOfGrave(theme, word) with { Open = 1, OpenHigh = 1, Raise = raise };

    public static LearnedModel Compile(LearnedModelFile file)
    {
        var errors = new RuleErrors();
        var model = LearnedModel.Compile("model", file, Taxonomy, errors);
        errors.Throw();
        return model!;
    }

    public static Verdict Read(LearnedModelFile file, string text) => new ModelReader(Compile(file)).Read(Encoding.UTF8.GetBytes(text));

    /// <summary>What a text weighs for one theme of the file.</summary>
    public static float Weigh(LearnedModelFile file, int theme, string text)
    {
        var weighed = new float[file.Themes.Length + 1];
        new ModelReader(Compile(file)).Weigh(Encoding.UTF8.GetBytes(text), weighed);
        return weighed[theme];
    }

    /// <summary>The shipped rules with a model, or with none, on one event.</summary>
    public static Assessment Assess(LearnedModelFile? file, string text, ActivityKind kind = ActivityKind.Typed, EventField field = EventField.Text, RuleSet? rules = null, Action<EventDraft>? more = null)
    {
        var draft = new EventDraft { Kind = kind };
        draft.Set(field, Encoding.UTF8.GetBytes(text));
        more?.Invoke(draft);
        return new Assessor((rules ?? RuleFiles.Shipped).With(file is null ? null : Compile(file))).Assess(draft, "smoothwall", new AssessContext(PersonRole.Pupil, "KS3"));
    }

    /// <summary>One rule, of this severity, that finds "wobble".</summary>
    public static RuleSet Rule(string theme, string severity, string agree = "") => RuleSet.Parse(
        RuleFiles.Taxonomy,
        [("p.json", Encoding.UTF8.GetBytes(
            $$"""
            {"pack":"p","version":"1","language":"en","rules":[{"id":"r","theme":"{{theme}}","severity":"{{severity}}",{{(agree.Length > 0 ? $"\"agree\":\"{agree}\"," : "")}}
             "all":[["wobble"]],"unless":["jelly"],"explain":"It wobbles.","positive":["wobble"],"negative":[]}]}
            """))],
        []);
}
