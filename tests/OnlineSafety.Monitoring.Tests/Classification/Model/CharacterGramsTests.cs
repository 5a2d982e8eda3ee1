using System.Text;
using OnlineSafety.Monitoring.Classification.Model;

namespace OnlineSafety.Monitoring.Tests.Classification.Model;

public sealed class CharacterGramsTests
{
    [Fact]
    public void AWordHasAllItsNGramsWithItsEdges() =>
        Assert.Equal(["<ki", "<kil", "<kill", "kil", "kill", "kill>", "ill", "ill>", "ll>"], Of("kill"));

    [Theory]
    [InlineData("ab")]
    [InlineData("żół")]
    [InlineData("🔪🔪🔪")]
    [InlineData("aaaaaaaaaabbbbbbbbbbccccc")]
    public void VeryShortLongAndOtherWordsHaveNone(string word) => Assert.Empty(Of(word));

    [Fact]
    public void ANGramIsReadFromItsTextAgain()
    {
        foreach (var gram in Of("kill"))
        {
            Assert.Equal(gram, CharacterGrams.Text(CharacterGrams.Parse(gram) ?? 0));
        }

        Assert.Null(CharacterGrams.Parse("ki"));
        Assert.Null(CharacterGrams.Parse("k ll"));
    }

    private static List<string> Of(string word)
    {
        var found = new List<string>();
        var scratch = new byte[CharacterGrams.Scratch];
        for (var grams = new CharacterGrams(Encoding.UTF8.GetBytes(word), scratch); grams.MoveNext();)
        {
            found.Add(CharacterGrams.Text(grams.Current));
        }

        return found;
    }
}
