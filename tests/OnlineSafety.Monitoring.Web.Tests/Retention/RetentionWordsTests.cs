using OnlineSafety.Monitoring.Web.Retention;

namespace OnlineSafety.Monitoring.Web.Tests.Retention;

public sealed class RetentionWordsTests
{
    [Theory]
    [InlineData("2,557 days", "7 years")]
    [InlineData("730 days", "2 years")]
    [InlineData("365 days", "1 year")]
    [InlineData("1,096 days", "3 years")]
    [InlineData("400 days", "400 days")]
    [InlineData("30 days", "30 days")]
    [InlineData("730 days after closing", "730 days after closing")]
    public void WholeYearsAreSaidAsYears(string keeps, string words) => Assert.Equal(words, RetentionWords.Keeps(keeps));
}
