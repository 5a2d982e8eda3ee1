using OnlineSafety.Monitoring.Access.Audit;

namespace OnlineSafety.Monitoring.Tests.Access.Audit;

public sealed class NumberRangesTests
{
    [Theory]
    [InlineData(new long[0], "")]
    [InlineData(new long[] { 7 }, "7")]
    [InlineData(new long[] { 3, 1, 2, 44, 2, 10, 11 }, "1-3,10-11,44")]
    public void NumbersAreWrittenAsRanges(long[] numbers, string expected) => Assert.Equal(expected, NumberRanges.Text(numbers));

    [Theory]
    [InlineData("1-3,10-11,44", 2, true)]
    [InlineData("1-3,10-11,44", 44, true)]
    [InlineData("1-3,10-11,44", 4, false)]
    [InlineData("1-3,10-11,44", 1011, false)]
    [InlineData("", 1, false)]
    [InlineData("new,acknowledged", 1, false)]
    [InlineData("-3", 2, false)]
    [InlineData("1-", 1, false)]
    public void ARangeSaysWhatItHolds(string ranges, long number, bool expected) => Assert.Equal(expected, NumberRanges.Contains(ranges, number));

    [Fact]
    public void WhatIsWrittenIsReadBack()
    {
        var numbers = new Random(7).GetItems(Enumerable.Range(1, 300).Select(n => (long)n).ToArray(), 120);
        var text = NumberRanges.Text(numbers);

        Assert.Equal(numbers.Order().Distinct(), Enumerable.Range(1, 300).Select(n => (long)n).Where(n => NumberRanges.Contains(text, n)));
    }

    [Theory]
    [InlineData("1-40,44", "1-6,8-11,13-40,44")]
    [InlineData("13-40,44", "13-40,44")]
    [InlineData("5,7-9,12", "5,8-9")]
    [InlineData("7", "")]
    [InlineData("6-8", "6,8")]
    [InlineData("1-20", "1-6,8-11,13-20")]
    [InlineData("7,eventsDays", "eventsDays")]
    [InlineData("7f-12", "7f-12")]
    [InlineData("", "")]
    public void NumbersAreLeftOutAndNothingElse(string text, string left) =>
        Assert.Equal(left, NumberRanges.Without(text, [7, 12]));
}
