using OnlineSafety.Monitoring.Classification.Model.Sentences;

namespace OnlineSafety.Monitoring.Training;

/// <summary>How to train an encoder (schemas/models/en.sentences.recipe.json). Written by people.</summary>
internal sealed record EncoderRecipe(string Encoder, string Version, string Language, string Licence, double Ask, SentenceSettings Settings);
