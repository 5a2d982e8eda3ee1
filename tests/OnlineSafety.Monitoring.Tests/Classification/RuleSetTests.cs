using System.Text;
using OnlineSafety.Monitoring.Classification;

namespace OnlineSafety.Monitoring.Tests.Classification;

public sealed class RuleSetTests
{
    [Fact]
    public void EveryErrorOfEveryFileIsListedWithItsPlace()
    {
        var pack = """
            {"pack":"p","version":"1","language":"en","rules":[
              {"id":"a","theme":"nonsense","severity":"high","all":[["kill ("]],"explain":"","positive":["x"],"negative":[]},
              {"id":"a","theme":"suicide","severity":"high","all":[["@missing"]],"explain":"","positive":[],"negative":[]}]}
            """;
        var categories = """{"vendor":"v","version":"1","categories":[{"names":["X"],"weight":"theme","themes":["nowhere"]}]}""";
        var error = Assert.Throws<RuleException>(() => RuleSet.Parse(
            RuleFiles.Taxonomy,
            [("p.json", Encoding.UTF8.GetBytes(pack)), ("broken.json", "{"u8.ToArray()), ("odd.json", """{"pack":"o","version":"1","language":"en","ruels":[]}"""u8.ToArray())],
            [("v", Encoding.UTF8.GetBytes(categories))]));
        string[] expected =
        [
            "p.json: rules[0] (a): there is no theme 'nonsense'", "p.json: rules[0] (a): 'kill (': brackets do not pair", "p.json: rules[1] (a): the id is already taken",
            "p.json: rules[1] (a): there is no set '@missing'", "p.json: rules[1] (a): a rule needs a case", "broken.json: $", "odd.json: $.ruels",
            "categories of v: categories[0]: there is no theme 'nowhere'",
        ];
        Assert.All(expected, e => Assert.Contains(error.Errors, x => x.StartsWith(e, StringComparison.Ordinal)));
        Assert.Equal(expected.Length, error.Errors.Count);
    }

    [Fact]
    public void TheVersionNamesTheRulesWhateverTheOrderOfTheFiles()
    {
        (string, ReadOnlyMemory<byte>) one = ("one", """{"pack":"1","version":"1","language":"en"}"""u8.ToArray());
        (string, ReadOnlyMemory<byte>) two = ("two", """{"pack":"2","version":"1","language":"en"}"""u8.ToArray());
        var forth = RuleSet.Parse(RuleFiles.Taxonomy, [one, two], []);
        Assert.Equal(forth.Version, RuleSet.Parse(RuleFiles.Taxonomy, [two, one], []).Version);
        Assert.NotEqual(forth.Version, RuleSet.Parse(RuleFiles.Taxonomy, [one], []).Version);
    }

    [Theory]
    [InlineData("PORNOGRAPHY")]
    [InlineData("  Pornography ")]
    [InlineData("Pornography (Russian)")]
    public void CategoryNamesAreComparedWithoutCaseBlanksAndLanguage(string name) =>
        Assert.Equal("Pornography", RuleFiles.Shipped.Categories.Find("Protex", Encoding.UTF8.GetBytes(name))?.Name);
}
