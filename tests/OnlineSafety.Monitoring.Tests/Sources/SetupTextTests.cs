using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Tests.Sources;

public sealed class SetupTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("Bell\u0007")]
    [InlineData("Right\u202eto left")]
    [InlineData("Two\nlines")]
    public void ANameThatCouldTrickATerminalOrAMailIsRefused(string name) => Assert.Throws<SetupException>(() => SetupText.Name(name, "school"));

    [Fact]
    public void ANameIsTrimmedAndOtherwiseKept() => Assert.Equal("Ysgol D\u0175r", SetupText.Name("  Ysgol D\u0175r ", "school"));

    [Fact]
    public void ANameMayNotBeLongerThanItsColumn()
    {
        Assert.Equal(200, SetupText.Name(new string('a', 200), "school").Length);
        Assert.Throws<SetupException>(() => SetupText.Name(new string('a', 201), "school"));
    }
}
