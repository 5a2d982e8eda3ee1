using System.Text;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Categories;

namespace OnlineSafety.Monitoring.Tests.Sources;

public sealed class CategoryFileTests
{
    [Theory]
    [InlineData("11,Gambling\n0x2a,\"Games, online\"\n")]
    [InlineData("\uFEFFCategory;ID\nGambling;11\n\"Games, online\";0x2a\n")]
    [InlineData("number\tname\n11\tGambling\n0x2a\tGames, online\n")]
    public void NumbersAndNamesAreReadWithAndWithoutAHeader(string csv) =>
        Assert.Equal([KeyValuePair.Create("11", "Gambling"), KeyValuePair.Create("0x2a", "Games, online")], Read(csv));

    [Theory]
    [InlineData("", "no category")]
    [InlineData("number,name\n", "no category")]
    [InlineData("11\n", "Line 1")]
    [InlineData("11,Gambling\n12,\n", "Line 2")]
    [InlineData("11,Gambling\n11,Games\n", "Line 2")]
    public void WhatIsWrongIsSaidWithItsLine(string csv, string message) =>
        Assert.Contains(message, Assert.Throws<SetupException>(() => Read(csv)).Message, StringComparison.Ordinal);

    private static IReadOnlyList<KeyValuePair<string, string>> Read(string csv)
    {
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(csv));
        return CategoryFile.Read(input);
    }
}
