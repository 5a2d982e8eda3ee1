namespace OnlineSafety.Monitoring.Classification.Model;

/// <summary>A model as its file holds it (schemas/model.schema.json).</summary>
internal sealed record LearnedModelFile
{
    public required string Model { get; init; }

    public required string Version { get; init; }

    public required string Language { get; init; }

    public required string Licence { get; init; }

    /// <summary>How it was trained: the same recipe and files give the same bytes.</summary>
    public required RecipeSettings Recipe { get; init; }

    public required TrainingRecord Training { get; init; }

    /// <summary>The score (probability that a text is of some theme) from which the model is heard where a rule says the same.</summary>
    public required double Agree { get; init; }

    /// <summary>The gravity (probability that a text asks for high or critical) from which what a rule says may rise to high.</summary>
    public required double Raise { get; init; }

    /// <summary>The score from which it opens a review alone.</summary>
    public required double Open { get; init; }

    /// <summary>The gravity from which what it opens alone is high.</summary>
    public required double OpenHigh { get; init; }

    /// <summary>What one unit of a weight is worth, in log-odds.</summary>
    public required double Unit { get; init; }

    /// <summary><c>none</c>, then the canonical themes; weights name them by their place, and gravity by the place behind the last.</summary>
    public required string[] Themes { get; init; }

    /// <summary>By place of the theme, and of gravity: what a text of no known word weighs.</summary>
    public required int[] Bias { get; init; }

    /// <summary>By the name that stands in for them: words that are all read alike and never weigh alone, such as names of groups of people.</summary>
    public required Dictionary<string, string[]> StandIns { get; init; }

    /// <summary>By word: theme and weight, theme and weight ...</summary>
    public required Dictionary<string, int[]> Words { get; init; }

    /// <summary>By two words, one after the other.</summary>
    public required Dictionary<string, int[]> Pairs { get; init; }
}

/// <summary>The numbers of a recipe.</summary>
internal sealed record RecipeSettings
{
    /// <summary>Seed of the order in which cases are seen.</summary>
    public required int Seed { get; init; }

    /// <summary>How often each case is seen.</summary>
    public required int Epochs { get; init; }

    /// <summary>Step of the first correction of a weight (AdaGrad).</summary>
    public required double Rate { get; init; }

    /// <summary>Penalty on the square of the weights.</summary>
    public required double L2 { get; init; }

    /// <summary>0: every case counts the same; 1: every theme does.</summary>
    public required double Balance { get; init; }

    /// <summary>Texts in which a word must stand to be a feature.</summary>
    public required int WordsFrom { get; init; }

    public required int PairsFrom { get; init; }

    /// <summary>Weights of fewer units are left out.</summary>
    public required int LeastWeight { get; init; }

    /// <summary>Most of the benign cases, as a share, that the model alone may open, each judged by a model that has not seen it.</summary>
    public required double BenignOpened { get; init; }

    /// <summary>Most of them that it may read as grave so surely that it opens them at high.</summary>
    public required double BenignOpenedHigh { get; init; }

    /// <summary>Most of them that it may read as grave so surely that a rule which says the same rises to high.</summary>
    public required double BenignRaised { get; init; }

    /// <summary>Most of them that it may read as risky where that counts only beside a rule which says the same.</summary>
    public required double BenignAgreed { get; init; }
}

/// <summary>What a model was trained on, and what it was worth on cases that it had not seen.</summary>
internal sealed record TrainingRecord
{
    public required TrainingFile[] Files { get; init; }

    /// <summary>Cases with words, by theme.</summary>
    public required Dictionary<string, int> Cases { get; init; }

    public required int Folds { get; init; }

    /// <summary>By name: figures of the folds, each case judged by a model that has not seen it.</summary>
    public required Dictionary<string, double> Metrics { get; init; }
}

/// <summary>A file of cases.</summary>
/// <param name="Name">Without its folder.</param>
/// <param name="Sha256">Of its bytes, in hexadecimal.</param>
/// <param name="Cases">Cases in it that have words.</param>
internal sealed record TrainingFile(string Name, string Sha256, int Cases);
