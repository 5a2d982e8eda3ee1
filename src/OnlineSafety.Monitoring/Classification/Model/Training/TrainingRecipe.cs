namespace OnlineSafety.Monitoring.Classification.Model.Training;

/// <summary>How to train a model (schemas/model-recipe.schema.json). Written by people, unlike the model.</summary>
internal sealed record TrainingRecipe
{
    public required string Model { get; init; }

    public required string Version { get; init; }

    public required string Language { get; init; }

    public required string Licence { get; init; }

    public required RecipeSettings Settings { get; init; }

    /// <summary>As in the model. Read and weighed alike are all names of people and groups: else a few cases would teach that a name is a danger.</summary>
    public required Dictionary<string, string[]> StandIns { get; init; }

    /// <summary>Reads the file; throws <see cref="RuleException"/> that lists what is wrong.</summary>
    public static TrainingRecipe Parse(string name, ReadOnlyMemory<byte> json)
    {
        var errors = new RuleErrors();
        var recipe = RuleJson.Read<TrainingRecipe>(name, json, errors);
        errors.Throw();
        return recipe!;
    }
}
