using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using OnlineSafety.Monitoring.Alerts.Reading;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Web.Queue;

namespace OnlineSafety.Monitoring.Web.Tests.Queue;

public sealed class QueueAddressTests
{
    public static TheoryData<string> Addresses => new(
        "/alerts", "/alerts?show=waiting", "/alerts?show=resolved&severity=low", "/alerts?severity=critical&risk=contact&theme=self_harm&mine=yes");

    [Theory]
    [MemberData(nameof(Addresses))]
    public void EveryFilterIsAnAddressAndBack(string address) => Assert.Equal(address, QueueAddress.Of(QueueAddress.Parse(QueryOf(address))));

    [Theory]
    [InlineData("/alerts?show=nonsense&severity=none&risk=7&mine=no&after=x")]
    [InlineData("/alerts?severity=3")]
    public void WordsThatAreNotOursShowEverything(string address) => Assert.Equal(QueueFilter.Open, QueueAddress.Parse(QueryOf(address)));

    [Theory]
    [InlineData(null)]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/alerts")]
    [InlineData("/alertsx")]
    [InlineData("/alerts?a=\r\nSet-Cookie:x")]
    public void NobodyIsLedElsewhere(string? back) => Assert.Equal("/alerts", QueueAddress.Checked(back));

    [Fact]
    public void APlaceInTheQueueIsTheSamePlaceWhenReadBack()
    {
        var place = new QueuePosition(Taken: true, 3, new DateTimeOffset(2026, 11, 26, 4, 5, 6, TimeSpan.Zero).AddMicroseconds(123456), 1042);
        Assert.Equal(place, QueuePosition.TryParse(place.ToString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1.2.3")]
    [InlineData("2.4.1.1")]
    [InlineData("0.4.9223372036854775807.1")]
    [InlineData("0.99999.1.1")]
    public void WhatIsNoPlaceIsTheStart(string? text) => Assert.Null(QueuePosition.TryParse(text));

    [Fact]
    public void AChosenFilterLeadsBackOutOfItself()
    {
        var counts = new[] { new QueueCount(Waiting: true, "high", "contact", [new("grooming", "Grooming"), new("gambling", "Gambling")], Mine: false, 3), new QueueCount(Waiting: false, "low", "content", [new("gambling", "Gambling")], Mine: true, 2) };
        var view = FilterLinks.Of(QueueFilter.Open with { Severity = Severity.High }, counts);

        var chosen = Assert.Single(view.Groups.SelectMany(group => group.Links), link => link.Chosen);
        Assert.Equal(("High", "/alerts", 3), (chosen.Label, chosen.Address, chosen.Alerts));
        Assert.Equal([3, 3, 0, 0, null], view.Tabs.Select(tab => tab.Alerts));
        Assert.True(view.IsNarrow);
        Assert.Equal(("Only 3 of 5 alerts are shown: High.", "/alerts"), (view.Narrowed, view.Whole));
        Assert.Equal("", FilterLinks.Of(QueueFilter.Open with { Mine = true }, counts).Narrowed);
        Assert.Equal("Only 0 of 2 alerts are shown.", FilterLinks.Of(QueueFilter.Open with { Scope = QueueScope.InHand, Theme = "drugs" }, counts).Narrowed);
        // Under each theme of its own, and within what else is chosen.
        Assert.Equal(["Gambling 3", "Grooming 3"], view.Groups.Single(group => group.Label == "Theme").Links.Select(link => $"{link.Label} {link.Alerts}"));
        Assert.Equal(["Gambling 5", "Grooming 3"], FilterLinks.Of(QueueFilter.Open, counts).Groups.Single(group => group.Label == "Theme").Links.Select(link => $"{link.Label} {link.Alerts}"));
    }

    private static QueryCollection QueryOf(string address) => new(QueryHelpers.ParseQuery(address.Contains('?') ? address[address.IndexOf('?')..] : ""));
}
