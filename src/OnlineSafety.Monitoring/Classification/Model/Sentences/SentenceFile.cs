namespace OnlineSafety.Monitoring.Classification.Model.Sentences;

/// <summary>What goes with an encoder's weights, as its file holds it (schemas/sentences.schema.json).</summary>
internal sealed record SentenceFile
{
    public required string Encoder { get; init; }

    public required string Version { get; init; }

    public required string Language { get; init; }

    public required string Licence { get; init; }

    /// <summary>SHA-256 of the weights' file, in hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary><c>none</c>, then canonical themes, as the model's table has them.</summary>
    public required string[] Themes { get; init; }

    public required SentenceSettings Recipe { get; init; }

    public required TrainingRecord Training { get; init; }

    /// <summary>The score that the table of words must give a text before it is read as a whole: that takes milliseconds, and most texts are ordinary.</summary>
    public required double Ask { get; init; }

    /// <summary>By what log-odds are divided, so that scores are probabilities.</summary>
    public required double Temperature { get; init; }

    /// <summary>As in <see cref="LearnedModelFile"/>, of both together.</summary>
    public required double Agree { get; init; }

    public required double Raise { get; init; }

    public required double Open { get; init; }

    /// <summary>The score from which what both open alone is high, where the gravity is at least <see cref="LeastGravity"/>.</summary>
    public required double OpenHigh { get; init; }

    public required double LeastGravity { get; init; }
}

/// <summary>The numbers of an encoder's recipe.</summary>
internal sealed record SentenceSettings
{
    public required int Seed { get; init; }

    /// <summary>How often each case is seen.</summary>
    public required int Epochs { get; init; }

    /// <summary>Cases of one step.</summary>
    public required int Batch { get; init; }

    /// <summary>Largest step (AdamW), which is reached after a sixteenth of the steps and then falls to nothing.</summary>
    public required double Rate { get; init; }

    /// <summary>One sub-area in so many is not learned, and chooses the scores from which the voice is heard.</summary>
    public required int HeldOut { get; init; }

    /// <summary>How much the table of words counts beside the encoder.</summary>
    public required double WordsShare { get; init; }

    /// <summary>Most of the benign cases held out, as shares: as in <see cref="RecipeSettings"/>.</summary>
    public required double BenignOpened { get; init; }

    public required double BenignOpenedHigh { get; init; }

    public required double BenignRaised { get; init; }

    public required double BenignAgreed { get; init; }
}
