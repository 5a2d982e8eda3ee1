using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.People;

namespace OnlineSafety.Monitoring.Tests.People;

public sealed class YearGroupTests
{
    [Theory]
    [InlineData("Year 9", "9")]
    [InlineData("  year   09 ", "9")]
    [InlineData("Yr 9", "9")]
    [InlineData("Y9", "9")]
    [InlineData("9", "9")]
    [InlineData("Year 10", "10")]
    [InlineData("Reception", "reception")]
    [InlineData("Year 9 North", "year 9 north")]
    [InlineData("9A", "9a")]
    [InlineData("Yellow", "yellow")]
    [InlineData("0", "0")]
    [InlineData(" ", null)]
    [InlineData(null, null)]
    public void AYearIsTheSameHoweverItIsWritten(string? written, string? year) => Assert.Equal(year, YearGroup.Of(written));

    [Fact]
    public void OnlyAPupilHasOne()
    {
        Assert.Equal("9", new Subject(PersonRole.Pupil, "Year 9", "KS3", Staff: null, "ada").YearGroup);
        Assert.Null(new Subject(PersonRole.Staff, "Year 9", "KS3", Staff: null, "ada").YearGroup);
        Assert.Null(Subject.Nobody.YearGroup);
    }
}
