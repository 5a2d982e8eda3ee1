using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.Tests.Retention;

public sealed class RetentionGateTests
{
    private static readonly DateTimeOffset Ran = new(2026, 11, 25, 3, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(24, true)]
    [InlineData(7 * 24, true)]
    [InlineData((7 * 24) + 1, false)]
    [InlineData(24 * 365, false)]
    [InlineData(-1, true)]
    [InlineData(-48, false)]
    public void AClockThatJumpedIsNotBelieved(int hours, bool believed) =>
        Assert.Equal(believed, RetentionGate.Distrust(Ran, Ran.AddHours(hours), Ran.AddHours(hours)) is null);

    [Fact]
    public void ADatabaseThatTellsAnotherTimeThanItsHostIsNotBelieved()
    {
        Assert.Contains("this host", RetentionGate.Distrust(Ran, Ran.AddHours(24), Ran.AddHours(22.9))!, StringComparison.Ordinal);
        Assert.Null(RetentionGate.Distrust(Ran, Ran.AddHours(24), Ran.AddHours(23.1)));
    }

    [Theory]
    [InlineData(20, 20, true)]
    [InlineData(21, 21, false)]
    [InlineData(25, 100, true)]
    [InlineData(26, 100, false)]
    [InlineData(1_000, 1_000_000, true)]
    public void MoreThanAShareOfWhatIsKeptWaitsForAPerson(long due, long kept, bool may) => Assert.Equal(may, RetentionGate.TooMuch(due, kept, 25) is null);
}
