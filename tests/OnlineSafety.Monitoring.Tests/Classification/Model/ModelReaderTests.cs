using System.Text;
using OnlineSafety.Monitoring.Classification.Model;

namespace OnlineSafety.Monitoring.Tests.Classification.Model;

public sealed class ModelReaderTests
{
    private static readonly LearnedModelFile Known = SomeModel.File with
    {
        Bias = [0, 0, 0, 0],
        StandIns = new() { ["#name"] = ["anna", "ben"] },
        Words = new() { ["kill"] = [1, 10], ["pills"] = [1, 20, 2, 30] },
        Pairs = new() { ["kill #name"] = [1, 40], ["kill pills"] = [1, 80] },
    };

    [Theory]
    [InlineData("kill", 10, 4)]
    [InlineData("killer", 0, 4)]
    [InlineData("k1ll", 10, 4)] // read as the plain word
    [InlineData("k i l l", 10, 4)]
    [InlineData("kill anna", 10 + 40, 4)]
    [InlineData("kill Ben", 10 + 40, 4)]
    [InlineData("anna", 0, 4)] // what stands for a word never weighs alone
    [InlineData("kill pills", 10 + 20 + 80, 4)]
    [InlineData("kill. pills", 10 + 20, 4)] // no pair across sentences
    [InlineData("kill kill", 2 * 10, 4)]
    [InlineData("a kill b c d e f g h", 10, 9)] // the longer the text the less a word counts
    public void ATextWeighsTheSumOfWhatIsKnownOfIt(string text, int units, int words) =>
        Assert.Equal(units * 0.1 / Math.Sqrt(words), SomeModel.Weigh(Known, SomeModel.Suicide, text), 4);

    [Fact]
    public void EachThemeHasItsOwnWeights() => Assert.Equal(30 * 0.1 / 2, SomeModel.Weigh(Known, SomeModel.Drugs, "pills"), 4);

    [Fact]
    public void TheLikeliestThemeIsSaidFromTheScoreOfAgreementOnAndOpensFromThatOfOpening()
    {
        var file = SomeModel.File with { Words = new() { ["some"] = [1, 10], ["more"] = [1, 40], ["sure"] = [1, 100] } };
        Assert.Equal(Verdict.Silent, SomeModel.Read(file, "some"));
        var (agrees, opens) = (SomeModel.Read(file, "more"), SomeModel.Read(file, "sure"));
        Assert.Equal((SomeModel.Taxonomy.IndexOf("suicide"), false), (agrees.Theme, agrees.Opens));
        Assert.InRange(agrees.Score, 0.6, 0.95);
        Assert.True(opens.Opens);
    }

    [Fact]
    public void ALongTextIsReadInStretchesAndOpensNothing()
    {
        var file = SomeModel.File with { Words = new() { ["sure"] = [1, 127] }, Unit = 0.5 };
        var hay = string.Concat(Enumerable.Repeat("hay ", 40));
        Assert.True(SomeModel.Read(file, $"{hay}sure sure sure").Opens);
        foreach (var text in new[] { $"{hay}sure sure sure {hay}", $"sure sure sure {hay}{hay}{hay}", $"{hay}{hay}{hay}sure sure sure" })
        {
            var verdict = SomeModel.Read(file, text);
            Assert.Equal((true, false), (verdict.Speaks, verdict.Opens));
        }
    }

    private static long AllocatedBy(Action read)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            read();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    [Fact]
    public void AnyBytesAreReadWithoutAllocating()
    {
        var reader = new ModelReader(SomeModel.Compile(Known));
        var bytes = new byte[400];
        new Random(5).NextBytes(bytes);
        var text = Encoding.UTF8.GetBytes("kill all pills, killjoys and anna, with words unknown to anybody; " + new string('x', 300));
        reader.Read(bytes);
        reader.Read(text);
        reader.Read([]);
        // The runtime may allocate once while it compiles a loop anew; what a reading allocates shows in every round.
        Assert.Contains(0, Enumerable.Range(0, 5).Select(_ => AllocatedBy(() =>
        {
            reader.Read(bytes);
            reader.Read(text);
        })).ToList());
    }

    [Fact]
    public void TheWeightiestWordsAreNamedAndNoneThatTheModelDoesNotKnow()
    {
        var model = SomeModel.Compile(Known);
        var text = "my friend Killian said kill Anna and pills"u8;
        var (list, start, end) = new WeightyWords(model, text, sentences: null).Of(SomeModel.Taxonomy.IndexOf("suicide"), text);
        Assert.Equal("kill #name +1.4, pills +0.7, kill +0.4", list);
        Assert.Equal("kill Anna", Encoding.UTF8.GetString(text[start..end]));
    }
}
