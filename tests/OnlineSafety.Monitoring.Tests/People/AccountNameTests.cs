using OnlineSafety.Monitoring.People;

namespace OnlineSafety.Monitoring.Tests.People;

public sealed class AccountNameTests
{
    [Theory]
    [InlineData("J.Smith", "j.smith")]
    [InlineData("SCHOOL\\J.Smith", "j.smith")]
    [InlineData("j.smith@School.example", "j.smith")]
    [InlineData("FOREST\\SCHOOL\\j.smith@x", "j.smith")]
    [InlineData(" jsmith ", "jsmith")]
    [InlineData("@odd", "@odd")]
    [InlineData("", "")]
    public void DomainAndRealmGoAndCaseIsLowered(string sent, string account) => Assert.Equal(account, AccountName.Of(sent));
}
