using System.Security.Cryptography;

namespace OnlineSafety.Monitoring.Classification.Model.Sentences;

/// <summary>
/// An encoder with the scores from which it is heard. Its weights are checked when it is made, and unfolded when a text first asks for them: most commands never do.
/// Immutable and thread-safe: all workers share one.
/// </summary>
internal sealed class LearnedSentences
{
    private const string File = "sentences";

    private readonly Lazy<SentenceEncoder> _encoder;

    private LearnedSentences(SentenceFile file, ReadOnlyMemory<byte> manifest, byte[] weights)
    {
        (Settings, Manifest, Version) = (file, manifest, $"{file.Encoder}@{file.Version}");
        byte[]? folded = weights;
        _encoder = new Lazy<SentenceEncoder>(() =>
        {
            var encoder = EncoderFile.Read(folded);
            folded = null;
            return encoder.Shape.Themes == file.Themes.Length ? encoder : throw new InvalidDataException("The encoder has other themes than the file beside it.");
        });
    }

    /// <summary>The scores, and how they were found.</summary>
    public SentenceFile Settings { get; }

    /// <summary>Id and version, as reasons name it.</summary>
    public string Version { get; }

    /// <summary>The bytes of its file, which name the weights by their hash.</summary>
    public ReadOnlyMemory<byte> Manifest { get; }

    public SentenceEncoder Encoder => _encoder.Value;

    /// <summary>Makes one from its two files; null when something is wrong with them, which goes to <paramref name="errors"/>.</summary>
    public static LearnedSentences? Parse(ReadOnlyMemory<byte> manifest, byte[] weights, RuleErrors errors)
    {
        if (RuleJson.Read<SentenceFile>(File, manifest, errors) is not { } file)
        {
            return null;
        }

        if (!string.Equals(Convert.ToHexStringLower(SHA256.HashData(weights)), file.Sha256, StringComparison.Ordinal))
        {
            errors.Add(File, "sha256", "the weights are not those that it was measured with. Put both files back as they were shipped, or remove both");
            return null;
        }

        var numbers = file.Ask is > 0 and < 1 && file.Temperature > 0 && file.Agree > 0 && file.Agree <= file.Open && file.Open <= file.OpenHigh && file.OpenHigh <= 1
            && file.Raise is > 0 and <= 1 && file.LeastGravity is >= 0 and <= 1;
        if (!numbers)
        {
            errors.Add(File, "open", "'ask', 'agree', 'raise', 'open', 'openHigh' and 'leastGravity' are probabilities, and alone it must be surer than beside a rule");
        }

        return numbers ? new LearnedSentences(file, manifest, weights) : null;
    }

    /// <summary>Says when it cannot be heard together with a model: both must mean the same by each place.</summary>
    public void Check(LearnedModelFile model, RuleErrors errors)
    {
        if (!Settings.Themes.SequenceEqual(model.Themes, StringComparer.Ordinal))
        {
            errors.Add(File, "themes", "the encoder does not have the model's themes in the model's order: train both on the same cases");
        }
    }
}
