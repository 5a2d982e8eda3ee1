using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.Tests.Retention;

public sealed class NameFormTests
{
    [Theory]
    [InlineData("Jane Smith", "jane smith")]
    [InlineData("  Jane \t Smith ", "jane smith")]
    [InlineData("ZOE\u0308", "zo\u00eb")]
    [InlineData("Ja\u200bne\u00ad", "jane")]
    [InlineData("O\u2019Neil\u2011Smith", "o'neil-smith")]
    [InlineData("", "")]
    public void EveryWayOfWritingANameIsOne(string written, string form) => Assert.Equal(form, NameForm.Of(written));

    [Fact]
    public void HalfAPairOfCharactersHasAFormToo() => Assert.Equal("ja\ufffdne", NameForm.Of("Ja" + '\ud83d' + "ne"));

    [Theory]
    [InlineData("Jane Smith", "Jane Smith|Smith, Jane|Smith Jane")]
    [InlineData("Jane Mary Smith", "Jane Mary Smith|Smith, Jane Mary|Smith Jane Mary")]
    [InlineData("Smith Jones, Jane", "Smith Jones, Jane|Jane Smith Jones|Smith Jones Jane")]
    [InlineData("j.smith", "j.smith")]
    [InlineData("Jane Smith@school.example", "Jane Smith@school.example")]
    [InlineData(", ", ", ")]
    public void ANameIsAlsoLookedForAsAListOfPeopleHasIt(string name, string ways) =>
        Assert.Equal(ways.Split('|').Order(StringComparer.Ordinal), NameForm.Ways(name).Distinct().Order(StringComparer.Ordinal));
}
