using System.Net;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Escalation;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Tests.Notifications;

public sealed class ManyAlertsBodyTests
{
    private static readonly NotificationAddressee To = new(
        new StaffMember(Guid.NewGuid(), ["dsl"], Enabled: true), "dsl@school.example.test", "Oak & Ash School", TimeZoneInfo.FindSystemTimeZoneById("Europe/London"));

    private static readonly IOptions<MailOptions> Mail = Options.Create(new MailOptions { BaseUrl = "https://safety.example.test/" });

    private static readonly ManyAlertsBody Body = new(new AlertBody(new ThemeCodes(), Mail), new ThemeCodes(), Mail);

    private static Preparation.Say Say(IReadOnlyList<AlertNotice> raised) => Body.Say([.. raised.Select(notice => new ToldAlert(notice, [NotifyCause.Raised]))], To);

    private static AlertNotice Notice(int number, Severity severity = Severity.High, string theme = "self_harm", string route = "dsl", string instructions = "") => new()
    {
        Alert = Guid.NewGuid(),
        Number = number,
        State = "new",
        Severity = severity,
        Risk = Risk.Conduct,
        Theme = theme,
        Themes = [theme],
        NeedsReview = number % 2 == 0,
        Audience = Audience.Routed,
        Route = route,
        SubjectStaff = null,
        Events = 1,
        RaisedAt = new DateTimeOffset(2026, 7, 1, 9, 5, 0, TimeSpan.Zero),
        Marks = instructions,
    };

    [Fact]
    public void TheGravestComeFirstWithTheirNumbersInBothParts()
    {
        var say = Say([Notice(101, Severity.Medium), Notice(102), Notice(103), Notice(140, Severity.Critical, "threats")]);

        Assert.Equal("[Online safety] 4 alerts, 1 critical: numbers 101 to 140 at Oak & Ash School", say.Subject);
        Assert.True(say.Urgent);
        foreach (var part in new[] { say.Body.ToText(), WebUtility.HtmlDecode(say.Body.ToHtml()) })
        {
            Assert.True(part.IndexOf("1: number 140", StringComparison.Ordinal) < part.IndexOf("2: number 102-103", StringComparison.Ordinal));
            Assert.True(part.IndexOf("2: number 102-103", StringComparison.Ordinal) < part.IndexOf("1: number 101", StringComparison.Ordinal));
            Assert.Contains("call 999", part, StringComparison.Ordinal);
            Assert.Contains("Wed 1 Jul 2026 at 10:05", part, StringComparison.Ordinal);
            Assert.Contains("https://safety.example.test/alerts", part, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void WithoutACriticalOneItSaysSo()
    {
        var say = Say([Notice(1, Severity.Medium), Notice(2, Severity.Medium)]);

        Assert.Contains("none critical", say.Subject, StringComparison.Ordinal);
        Assert.DoesNotContain("999", say.Body.ToText(), StringComparison.Ordinal);
        Assert.False(say.Urgent);
    }

    [Fact]
    public void WhatIsAboutStaffAndWhatHasInstructionsIsNamedByNumber()
    {
        var text = Say([Notice(1), Notice(2, route: AlertRoute.Head), Notice(3, instructions: "iwf")]).Body.ToText();

        Assert.Contains("- Number 2: This alert is about a member of staff", text, StringComparison.Ordinal);
        Assert.Contains("- Number 3: Follow the instructions", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ManyThemesAreCountedTogether()
    {
        var text = Say([.. Enumerable.Range(1, 40).Select(n => Notice(n, theme: $"theme{n % 20}"))]).Body.ToText();

        Assert.Contains("Other themes", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Theme9", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { 5 }, "5")]
    [InlineData(new[] { 3, 1, 2, 2 }, "1-3")]
    [InlineData(new[] { 1, 3, 4, 9 }, "1, 3-4, 9")]
    public void NumbersAreRanges(int[] numbers, string text) => Assert.Equal(text, NumberRanges.Of(numbers));

    [Fact]
    public void TooManyRangesAreCutAndCounted() =>
        Assert.EndsWith("397, 399 and 100 more up to 599", NumberRanges.Of(Enumerable.Range(0, 300).Select(n => 1 + (2 * n))), StringComparison.Ordinal);

    [Fact]
    public void ADrillAmongAlertsIsNamedAndInNoFigure()
    {
        var say = Say([Notice(1), Notice(2), Notice(3, Severity.Critical) with { Drill = true }]);

        Assert.StartsWith("[Online safety] 2 alerts, none critical: numbers 1 to 2 at", say.Subject, StringComparison.Ordinal);
        Assert.Contains("DRILL: number 3 is a drill and nothing has happened.", say.Body.ToText(), StringComparison.Ordinal);
        Assert.DoesNotContain("999", say.Body.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void OneAlertBesideADrillIsOne() =>
        Assert.StartsWith("[Online safety] 1 alert, none critical: number 7 at", Say([Notice(7), Notice(8) with { Drill = true }]).Subject, StringComparison.Ordinal);

    [Fact]
    public void WhyEachIsToldAndByWhenStandsInIt()
    {
        var by = new DateTimeOffset(2026, 7, 1, 10, 0, 0, TimeSpan.Zero);
        var to = To with { InForce = new PolicyInForce(SchoolPolicy.Default, new SchoolCalendar(null, BankHolidays.None, To.Zone), 0) };
        AlertNotice Due(int number, int minutes) => Notice(number, instructions: number == 3 ? "iwf" : "") with { Clock = new StandingClock(by.AddMinutes(minutes), by, null) };
        var text = Body.Say(
            [
                new ToldAlert(Due(1, 30), ["raised", "assigned"]), new ToldAlert(Due(2, 0), ["assigned"]), new ToldAlert(Due(3, 60), ["unanswered"]), new ToldAlert(Due(4, 60), ["raised"]),
            ],
            to).Body.ToText();

        Assert.Contains("- Given to you by a colleague, and nobody else is told again: number 1-2\n- Nobody has acted in time, and it needs you: number 3\n", text, StringComparison.Ordinal);
        Assert.Matches("Acknowledge by:? +Wed 1 Jul 2026 at 11:00, the first of them", text);
        Assert.DoesNotContain("number 4", text, StringComparison.Ordinal);
    }

    [Fact]
    public void SeveralDrillsAreAllNamedAndNoAlert()
    {
        var say = Body.SayDrills([Notice(7, Severity.Critical) with { Drill = true }, Notice(8) with { Drill = true }], To);

        Assert.Equal("[Online safety] DRILL: 2 drills: number 7-8 at Oak & Ash School", say.Subject);
        Assert.Contains("Nothing has happened and nobody is at risk", say.Body.ToText(), StringComparison.Ordinal);
        Assert.Contains("Ring nobody outside the school", say.Body.ToText(), StringComparison.Ordinal);
        Assert.DoesNotContain("999", say.Body.ToText(), StringComparison.Ordinal);
    }
}
