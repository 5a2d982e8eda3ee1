using OnlineSafety.Monitoring.Alerts;

namespace OnlineSafety.Monitoring.Tests.Alerts;

public sealed class AlertReferenceTests
{
    [Fact]
    public void ANumberOrAnIdNamesAnAlert()
    {
        var id = Guid.NewGuid();

        Assert.True(AlertReference.TryParse("12", out var number));
        Assert.Equal(new AlertReference(null, 12), number);
        Assert.True(AlertReference.TryParse("#12", out var hash));
        Assert.Equal(number, hash);
        Assert.True(AlertReference.TryParse(id.ToString(), out var byId));
        Assert.Equal(new AlertReference(id, 0), byId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("99999999999")]
    [InlineData("twelve")]
    public void AnythingElseDoesNot(string text) => Assert.False(AlertReference.TryParse(text, out _));
}
