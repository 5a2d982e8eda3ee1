using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Tests.Notifications;

public sealed class TellingStateTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 15, 0, 0, TimeSpan.Zero);
    private static readonly SchoolCalendar Calendar = new(file: null, BankHolidays.None, TimeZoneInfo.FindSystemTimeZoneById("Europe/London"));

    [Fact]
    public void WhereMailsLeaveAndSomebodyIsAtTheDeskNothingIsSaid() => Assert.Null(TellingState.Well.Warning(Now, acts: true));

    // Whoever sets up alone has no page of alerts to look at.
    [Theory]
    [InlineData(true, "Look at Alerts yourself, and ask IT to mend it.")]
    [InlineData(false, "It is for IT to mend: Mail:RelayHost in the service's appsettings.json, then onlinesafety notify test.")]
    public void WithoutARelayNobodyIsToldAndThePageSaysSo(bool acts, string next) =>
        Assert.Equal($"No e-mail is being sent: no mail server is set up. Nobody is told of alerts. {next}", (TellingState.Well with { NoRelay = true }).Warning(Now, acts));

    [Fact]
    public void AChannelThatIsToldDoesNotMakeItWell() =>
        Assert.StartsWith("No e-mail is being sent: no mail server is set up. Only 2 channels are told", (TellingState.Well with { NoRelay = true, Channels = 2 }).Warning(Now, acts: true), StringComparison.Ordinal);

    [Theory]
    [InlineData(4, null)]
    [InlineData(20, "the mail server has taken no mail for 20 minutes")]
    [InlineData(300, "the mail server has taken no mail for 5 hours")]
    public void ARelayThatTakesNothingIsSaidAfterSomeMinutes(int minutes, string? why) =>
        Assert.Equal(why, (TellingState.Well with { WaitsSince = Now.AddMinutes(-minutes) }).WhyNoMail(Now));

    [Fact]
    public void AnEmptyDeskIsSaid() => Assert.StartsWith("Nobody is at the safeguarding lead's desk", (TellingState.Well with { AtTheDesk = 0 }).Warning(Now, acts: true), StringComparison.Ordinal);

    // A Thursday and a Friday.
    [Theory]
    [InlineData("2026-11-26T12:00:00Z", "2026-11-26T15:15:00Z", "2026-11-27T08:45:00Z")]
    [InlineData("2026-11-26T19:00:00Z", "2026-11-26T19:00:00Z", "2026-11-27T08:45:00Z")]
    [InlineData("2026-11-27T18:00:00Z", "2026-11-27T18:00:00Z", "2026-11-30T08:45:00Z")]
    public void FromWhenUntilWhenNobodyAnswersFollowsTheBells(string now, string from, string until) =>
        Assert.Equal(new UnwatchedHours(At(from), At(until)), TellingReader.Unwatched(new PolicyInForce(SchoolPolicy.Default, Calendar, 0), At(now)));

    [Fact]
    public void WhoIsOnCallAnswersAtAnyHour()
    {
        var policy = SchoolPolicy.Default with { OutOfHours = new OutOfHours(OutOfHoursChoice.OnCall, ["head"], "") };

        Assert.Null(TellingReader.Unwatched(new PolicyInForce(policy, Calendar, 0), Now));
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
