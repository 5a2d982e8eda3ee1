using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Reading;
using OnlineSafety.Monitoring.Web.Alerts;

namespace OnlineSafety.Monitoring.Web.Tests.Alerts;

public sealed class HourViewTests
{
    private static readonly DateTimeOffset Nine = new(2026, 11, 26, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void WhenTheLogIsGoneTheCopyThatWasKeptWithTheCaseStandsInItsPlace()
    {
        var gone = new LogHour(LogSight.Gone, Nine, Nine, []);
        var view = HourView.Of(new StoredHour([Event("1", 5)], [Event("1", 5), Event("2", 9), Event("3", 1)], []), gone);

        Assert.Equal(["2", "1", "3"], view.Events.Select(e => e.Event));
        Assert.Equal(2, view.Kept);
    }

    [Fact]
    public void WhatTheLogStillHoldsIsNotSaidToComeFromTheCopy()
    {
        var whole = new LogHour(LogSight.Whole, Nine, Nine, [Event("1", 5), Event("2", 9)]);

        Assert.Equal(0, HourView.Of(new StoredHour([], [Event("2", 9)], []), whole).Kept);
    }

    private static EventView Event(string id, int minute) => new()
    {
        Event = id, ReceivedAt = Nine.AddMinutes(minute), OccurredAt = Nine.AddMinutes(minute), Kind = "visit", Action = "allowed", Risk = "none", Theme = "", Severity = "none", Vendor = "senso", Review = "",
    };
}
