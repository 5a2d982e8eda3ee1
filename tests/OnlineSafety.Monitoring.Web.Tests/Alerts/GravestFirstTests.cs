using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Web.Alerts;

namespace OnlineSafety.Monitoring.Web.Tests.Alerts;

public sealed class GravestFirstTests
{
    private static readonly DateTimeOffset Nine = new(2026, 11, 26, 9, 0, 0, TimeSpan.Zero);

    private static readonly EventView[] Events =
        [Event("threats", "critical", "zip gun", 1), Event("suicide", "critical", "overdose", 3), Event("suicide", "high", "end it", 2), Event("gambling", "medium", "casino", 4)];

    [Fact]
    public void EachFurtherGraveThemeSpeaksForItselfAndMilderOnesDoNot() =>
        Assert.Equal(["overdose"], AlertSummary.OtherGrave(Alert).Select(e => e.SearchQuery));

    [Fact]
    public void WhatElseIsAsGraveStandsWithItOnceWrittenWordsFirst()
    {
        EventView[] more = [Event("suicide", "critical", "Overdose ", 5), Event("suicide", "critical", "", 6) with { Text = "by the time you read this", Kind = "typed" }];

        Assert.Equal(["by the time you read this", "overdose"], AlertSummary.AsGrave(Alert with { Events = [.. Events, .. more] }).Select(ReasonWords.Said));
        Assert.Empty(AlertSummary.AsGrave(Alert with { Severity = "medium" }));
    }

    [Fact]
    public void TheSameWordsAsASearchAndAsATextStandOnce() =>
        Assert.Equal([("searchQuery", "zip gun")], ReasonWords.Texts(Events[0] with { Text = "Zip gun " }));

    [Theory]
    [InlineData("address:10.20.30.81", "who used it at Thu 26 Nov 09:01:00")]
    [InlineData(null, "what Senso has of Thu 26 Nov 09:01:00")]
    public void WhoIsNotKnownIsToBeLookedUp(string? subject, string words) =>
        Assert.EndsWith(words + ".", AlertSummary.Unknown(Alert with { Subject = subject }, Nine.AddDays(3), TimeZoneInfo.Utc), StringComparison.Ordinal);

    [Theory]
    [InlineData("user:j.smith")]
    [InlineData("cohort:00000000000000aa:dsl")]
    public void WhoIsNamedOrAClassIsNotLookedUp(string subject) => Assert.Empty(AlertSummary.Unknown(Alert with { Subject = subject }, Nine, TimeZoneInfo.Utc));

    [Theory]
    [InlineData("critical", 190, true)]
    [InlineData("high", 50, true)]
    [InlineData("medium", 4, true)]
    [InlineData("medium", 5, false)]
    public void NothingGraveIsFolded(string severity, int place, bool open) => Assert.Equal(open, EventList.IsOpen(Event("suicide", severity, "x", 1), place));

    [Fact]
    public void ASpanIsThatOfWhatHappenedAndSoIsALateReceipt()
    {
        var late = Alert with { Events = [Events[0] with { ReceivedAt = Nine.AddDays(3) }] };

        var words = string.Join(' ', AlertSummary.Of(late, ["Web filter"], Nine.AddDays(-2), Nine, Nine.AddDays(3), TimeZoneInfo.Utc));

        Assert.Contains("from Tue 24 Nov 09:00 to Thu 26 Nov 09:00", words, StringComparison.Ordinal);
        Assert.Contains("2 days after it happened", words, StringComparison.Ordinal);
    }

    [Fact]
    public void TheTextForTheCaseSystemSaysTheGravestAndHoldsNothingThatCanBeFollowed()
    {
        var text = CaseText.Of(Alert with { Events = [.. Events, Event("gambling", "medium", "x\u202Ehttps://evil.example/", 5) with { Url = "https://casino.example/play" }] }, "Oak School", theme => theme, TimeZoneInfo.Utc);

        Assert.Contains("About: threats (critical), suicide (critical), gambling (medium)", text, StringComparison.Ordinal);
        Assert.Contains("Account: j.smith", text, StringComparison.Ordinal);
        Assert.Contains("Searched for: overdose", text, StringComparison.Ordinal);
        Assert.Contains("casino[.]example", text, StringComparison.Ordinal);
        Assert.DoesNotContain("://", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', text);
    }

    private static AlertDetailView Alert => new(new AlertView
    {
        Alert = Guid.Empty, Number = 1, School = Guid.Empty, Risk = "conduct", Theme = "threats", ParentTheme = "threats", Themes = ["gambling", "threats", "suicide"], Severity = "critical",
        State = "new", Count = 4, Sources = [], Vendors = [], NeedsReview = false, RaisedAt = Nine, LastReceivedAt = Nine, Reasons = [],
    })
    {
        SubjectRole = "pupil", Subject = "user:j.smith", Events = Events,
        Marks = ThemeMarks.Read("threats@critical suicide@critical gambling@medium"),
    };

    private static EventView Event(string theme, string severity, string search, int minute) => new()
    {
        Event = $"{minute}", ReceivedAt = Nine.AddMinutes(minute), OccurredAt = Nine.AddMinutes(minute), Kind = "search", Action = "blocked", Risk = "conduct", Theme = theme, Severity = severity,
        Vendor = "senso", Review = "", SearchQuery = search, User = "j.smith",
    };
}
