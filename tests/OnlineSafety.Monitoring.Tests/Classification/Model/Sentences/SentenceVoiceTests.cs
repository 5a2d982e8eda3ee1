using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Classification.Model;
using OnlineSafety.Monitoring.Classification.Model.Sentences;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Tests.Classification.Model.Sentences;

public sealed class SentenceVoiceTests
{
    private static readonly SomeEncoder s_encoder = new();

    // A table that is neither here nor there about every text, so that the encoder decides.
    private static readonly LearnedModelFile s_words = SomeModel.File with { Bias = [0, 0, 0, 0] };

    private static readonly SentenceFile s_file = new()
    {
        Encoder = "some",
        Version = "1",
        Language = "en",
        Licence = "none",
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(s_encoder.Bytes)),
        Themes = s_words.Themes,
        Recipe = new SentenceSettings
        {
            Seed = 1, Epochs = 1, Batch = 1, Rate = 1, HeldOut = 2, WordsShare = 0.5, BenignOpened = 0, BenignOpenedHigh = 0, BenignRaised = 0, BenignAgreed = 0,
        },
        Training = s_words.Training,
        Ask = 0.4,
        Temperature = 1,
        Agree = 0.001,
        Raise = 0.001,
        Open = 0.001,
        OpenHigh = 0.001,
        LeastGravity = 0,
    };

    [Fact]
    public void BothJudgeTogether()
    {
        var verdict = Read(s_file, "i feel so alone");
        var weighed = new float[4];
        new SentenceReader(EncoderFile.Read(s_encoder.Bytes)).Weigh("i feel so alone"u8, weighed);
        var themes = weighed[..3];
        Logistic.Softmax(themes);
        Assert.Equal(1 - themes[0], verdict.Score, 4);
        Assert.Equal(Logistic.Probability(weighed[3]), verdict.Gravity, 4);
        Assert.Equal(SomeModel.Taxonomy.IndexOf(s_words.Themes[themes[1] > themes[2] ? 1 : 2]), verdict.Theme);
        Assert.True(verdict.Opens && verdict.OpensHigh && verdict.Raises);
    }

    [Fact]
    public void TheTableCountsByItsShare()
    {
        var words = s_words with { Words = new() { ["alone"] = [SomeModel.Suicide, 100] } };
        Assert.True(Read(s_file, "i feel so alone", words).Score > Read(s_file, "i feel so alone").Score + 0.05);
        Assert.Equal(Read(s_file, "i feel so alone").Score, Read(s_file with { Recipe = s_file.Recipe with { WordsShare = 0 } }, "i feel so alone", words).Score, 5);
    }

    [Fact]
    public void AnOrdinaryTextIsNotReadAsAWhole()
    {
        // Two themes beside benign, each as likely: 2/3.
        Assert.True(Read(s_file with { Ask = 0.66 }, "i feel so alone").Speaks);
        Assert.False(Read(s_file with { Ask = 0.67 }, "i feel so alone").Speaks);
    }

    [Fact]
    public void OfALongTextTheTableSpeaksAlone()
    {
        var text = string.Join(' ', Enumerable.Repeat("so alone", 40));
        var words = s_words with { Agree = 0.5 };
        Assert.Equal(SomeModel.Read(words, text), Read(s_file, text, words));
        Assert.False(Read(s_file, text, words).Opens);
    }

    [Theory]
    [InlineData("so alone", false)]
    [InlineData("i feel alone", true)]
    public void OfTwoWordsTheTableSpeaksAlone(string text, bool together)
    {
        var words = s_words with { Agree = 0.5 };
        Assert.Equal(!together, Read(s_file, text, words) == SomeModel.Read(words, text));
    }

    [Fact]
    public void ItIsHeardFromItsScores()
    {
        var heard = Read(s_file, "i feel so alone");
        Assert.False(Read(s_file with { Agree = heard.Score + 0.001, Open = 1, OpenHigh = 1 }, "i feel so alone").Speaks);
        Assert.False(Read(s_file with { Open = heard.Score + 0.001, OpenHigh = 1 }, "i feel so alone").Opens);
        Assert.False(Read(s_file with { OpenHigh = heard.Score + 0.001 }, "i feel so alone").OpensHigh);
        Assert.False(Read(s_file with { LeastGravity = heard.Gravity + 0.001 }, "i feel so alone").OpensHigh);
        Assert.False(Read(s_file with { Raise = heard.Gravity + 0.001 }, "i feel so alone").Raises);
    }

    [Fact]
    public void TheSameTextIsReadOnce()
    {
        var (memo, reads) = (new SentenceMemo(), new List<string>());
        Verdict Of(string text) => memo.Of(Encoding.UTF8.GetBytes(text), reads, (list, bytes) =>
        {
            list.Add(Encoding.UTF8.GetString(bytes));
            return new Verdict(list.Count, 1, 1, true, true, true);
        });
        Assert.Equal([1, 2, 1, 2], new[] { "one", "two", "one", "two" }.Select(text => Of(text).Theme));
        Assert.Equal(["one", "two"], reads);

        // However many there are, each is answered by its own.
        var random = Enumerable.Range(0, 20_000).Select(i => $"text {i}").ToArray();
        Assert.All(random, text => Assert.Equal(Of(text).Theme, Of(text).Theme));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(8)]
    public void ReasonsNameWordsOfBothAndNoneThatTheTableDoesNotKnow(int seed)
    {
        var encoder = new SomeEncoder(seed);
        var words = s_words with { Words = new() { ["alone"] = [SomeModel.Suicide, 40], ["feel"] = [SomeModel.Suicide, 1] } };
        var model = Compile(s_file with { Sha256 = Convert.ToHexStringLower(SHA256.HashData(encoder.Bytes)) }, words, encoder);
        var text = "Killian i feel so alone"u8;
        var (list, start, end) = new WeightyWords(model, text, new SentenceVoice(model, model.Sentences!, new ModelReader(model))).Of(SomeModel.Taxonomy.IndexOf("suicide"), text);

        var reader = new SentenceReader(EncoderFile.Read(encoder.Bytes));
        reader.Weigh(text, new float[4]);
        var (alone, feel) = (WeightOf("alone", 40), WeightOf("feel", 1));
        var expected = new[] { ("alone", Weight: alone), ("feel", Weight: feel) }.Where(word => word.Weight > 0).OrderByDescending(word => word.Weight).ToArray();
        Assert.Equal(string.Join(", ", expected.Select(word => FormattableString.Invariant($"{word.Item1} +{word.Weight:0.0}"))), list);
        Assert.Equal(expected.Length > 0 ? expected[0].Item1 : "", Encoding.UTF8.GetString(text[start..end]));

        // What the encoder weighs of a word stands beside the table's share of it.
        double WeightOf(string word, int units)
        {
            var at = reader.Pieces.ToArray().ToList().FindIndex(piece => SomeEncoder.Pieces[piece.Number] == word);
            return reader.WeightOf(at, SomeModel.Suicide) - reader.WeightOf(at, LearnedModel.Benign) + (units * 0.1 * ModelReader.ShareOf(5) * 0.5);
        }
    }

    [Fact]
    public void OtherWeightsThanItsOwnAreRefused()
    {
        var errors = new RuleErrors();
        Assert.Null(LearnedSentences.Parse(Json(s_file), [.. s_encoder.Bytes, 0], errors));
        Assert.Contains("weights are not those", Assert.Throws<RuleException>(errors.Throw).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OtherThemesThanTheTablesAreRefused() =>
        Assert.Contains("themes", Assert.Throws<RuleException>(() => Compile(s_file with { Themes = ["none", "drugs", "suicide"] }, s_words)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0.5, 0.4, 0.9)]
    [InlineData(0.5, 0.9, 0.8)]
    [InlineData(0, 0.5, 0.9)]
    public void AloneItMustBeSurer(double agree, double open, double openHigh) =>
        Assert.Throws<RuleException>(() => Compile(s_file with { Agree = agree, Open = open, OpenHigh = openHigh }, s_words));

    private static Verdict Read(SentenceFile file, string text, LearnedModelFile? words = null)
    {
        var model = Compile(file, words ?? s_words);
        return new SentenceVoice(model, model.Sentences!, new ModelReader(model)).Read(Encoding.UTF8.GetBytes(text));
    }

    private static LearnedModel Compile(SentenceFile file, LearnedModelFile words, SomeEncoder? encoder = null)
    {
        var errors = new RuleErrors();
        var sentences = LearnedSentences.Parse(Json(file), (encoder ?? s_encoder).Bytes, errors);
        var model = LearnedModel.Compile("model", words, SomeModel.Taxonomy, errors, sentences);
        errors.Throw();
        return model!;
    }

    private static byte[] Json(SentenceFile file) => JsonSerializer.SerializeToUtf8Bytes(file, JsonSerializerOptions.Web);
}
