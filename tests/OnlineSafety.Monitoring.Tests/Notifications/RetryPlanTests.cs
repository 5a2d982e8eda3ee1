using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Email;

namespace OnlineSafety.Monitoring.Tests.Notifications;

public sealed class RetryPlanTests
{
    private static LedgerEntry Entry(int attempts, TimeSpan age) =>
        new(Guid.NewGuid(), Guid.NewGuid(), "alert", "raised", Guid.NewGuid(), null, null, Guid.NewGuid(), DateTimeOffset.UnixEpoch, attempts, age);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 5)]
    [InlineData(3, 15)]
    [InlineData(4, 30)]
    [InlineData(200, 30)]
    public void EachFailureWaitsLongerUpToHalfAnHour(int attempts, int minutes)
    {
        var retry = Assert.IsType<Outcome.Retry>(RetryPlan.After(MailFault.Busy, Entry(attempts, TimeSpan.FromHours(1))));

        Assert.InRange(retry.After, TimeSpan.FromMinutes(minutes * 0.9), TimeSpan.FromMinutes(minutes * 1.1));
        Assert.Equal("busy", retry.Code);
    }

    /// <summary>A relay that comes back is to find the alerts of its outage within minutes.</summary>
    [Theory]
    [InlineData("timeout")]
    [InlineData("connect")]
    [InlineData("tls")]
    [InlineData("authentication")]
    public void InTheFirstHoursAnAlertWaitsForARelayInTroubleForNoMoreThanFiveMinutes(string code)
    {
        var fault = MailFaults.Of(code);

        Assert.All(Enumerable.Range(1, 100), attempts => Assert.InRange(Wait(attempts, TimeSpan.FromHours(6) - TimeSpan.FromSeconds(1), "alert"), TimeSpan.FromSeconds(54), TimeSpan.FromMinutes(5)));
        Assert.InRange(Wait(9, TimeSpan.FromHours(6), "alert"), TimeSpan.FromMinutes(27), TimeSpan.FromMinutes(33));
        Assert.InRange(Wait(9, TimeSpan.FromHours(1), "digest"), TimeSpan.FromMinutes(27), TimeSpan.FromMinutes(33));

        TimeSpan Wait(int attempts, TimeSpan age, string kind) => Assert.IsType<Outcome.Retry>(RetryPlan.After(fault, Entry(attempts, age) with { Kind = kind })).After;
    }

    [Fact]
    public void RowsThatFailedTogetherDoNotComeBackTogether()
    {
        var waits = Enumerable.Range(0, 50).Select(_ => ((Outcome.Retry)RetryPlan.After(MailFault.Connect, Entry(1, TimeSpan.Zero))).After).Distinct();

        Assert.True(waits.Count() > 10);
    }

    [Fact]
    public void RowsOfOneMailComeBackTogetherAsSoonAsTheNewestMay()
    {
        var outcomes = RetryPlan.After(MailFault.Busy, [Entry(9, TimeSpan.FromHours(3)), Entry(1, TimeSpan.Zero), Entry(300, TimeSpan.FromDays(5))]);

        Assert.InRange(Assert.IsType<Outcome.Retry>(outcomes[0]).After, TimeSpan.FromSeconds(54), TimeSpan.FromSeconds(66));
        Assert.Equal(outcomes[0], outcomes[1]);
        Assert.Equal(new Outcome.Failed("busy"), outcomes[2]);
    }

    [Fact]
    public void OnlyWhatTheRelayMayHaveStaysOneMail()
    {
        Assert.All([MailFault.Unanswered, MailFault.Timeout], fault => Assert.True(Retried(fault).AsTheSameMail));
        Assert.All([MailFault.Busy, MailFault.Connect], fault => Assert.False(Retried(fault).AsTheSameMail));

        static Outcome.Retry Retried(MailFault fault) => Assert.IsType<Outcome.Retry>(RetryPlan.After(fault, Entry(1, TimeSpan.Zero)));
    }

    [Fact]
    public void AfterFiveDaysItIsGivenUp()
    {
        Assert.IsType<Outcome.Retry>(RetryPlan.After(MailFault.Connect, Entry(300, TimeSpan.FromDays(5) - TimeSpan.FromSeconds(1))));
        Assert.Equal(new Outcome.Failed("connect"), RetryPlan.After(MailFault.Connect, Entry(300, TimeSpan.FromDays(5))));
    }

    [Fact]
    public void OnlyWhatSpeaksOfTheRecipientIsGivenUpAtOnce()
    {
        var permanent = Enum.GetValues<MailFault>().Where(f => RetryPlan.After(f, Entry(1, TimeSpan.Zero)) is Outcome.Failed);

        Assert.Equal([MailFault.RecipientRefused, MailFault.Address], permanent);
    }

    [Fact]
    public void AnUnansweredDotIsNeverTriedAgainQuicklyBecauseTheRelayMayHaveTheMail() =>
        Assert.Equal([MailFault.Connect, MailFault.Cut], Enum.GetValues<MailFault>().Where(MailFaults.IsQuicklyRetried));

    [Fact]
    public void EveryFaultHasACodeOfItsOwn() =>
        Assert.Equal(Enum.GetValues<MailFault>().Length, Enum.GetValues<MailFault>().Select(MailFaults.CodeOf).Distinct(StringComparer.Ordinal).Count());
}
