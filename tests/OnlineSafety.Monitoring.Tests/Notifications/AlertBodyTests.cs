using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Escalation;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.Notifications.Outgoing;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Tests.Notifications;

public sealed class AlertBodyTests
{
    private static readonly Guid Id = Guid.Parse("5d0c1a52-54a8-4b92-9a3d-0a6f4f1b8a01");

    private static readonly AlertBody Body = new(new ThemeCodes(), Options.Create(new MailOptions { BaseUrl = "https://safety.example.test/" }));

    private static readonly StaffMember Dsl = new(Guid.NewGuid(), ["dsl"], Enabled: true);

    private static readonly NotificationAddressee To = new(Dsl, "dsl@school.example.test", "Oak & Ash School", TimeZoneInfo.FindSystemTimeZoneById("Europe/London"));

    private static AlertNotice Notice => new()
    {
        Alert = Id,
        Number = 12,
        State = "new",
        Severity = Severity.High,
        Risk = Risk.Conduct,
        Theme = "self_harm",
        Themes = ["self_harm"],
        NeedsReview = false,
        Audience = Audience.Routed,
        Route = "dsl",
        SubjectStaff = null,
        Events = 3,
        RaisedAt = new DateTimeOffset(2026, 7, 1, 9, 5, 0, TimeSpan.Zero),
        Marks = "",
    };

    [Fact]
    public void TheSubjectHoldsSeverityNumberSchoolAndTheme() =>
        Assert.Equal("[Online safety] High: alert 12 at Oak & Ash School: Self harm", Body.Say(Notice, "raised", To).Subject);

    [Fact]
    public void BothPartsSayTheSameAndLinkToTheAlert()
    {
        var say = Body.Say(Notice, "raised", To);

        foreach (var part in new[] { say.Body.ToText(), System.Net.WebUtility.HtmlDecode(say.Body.ToHtml()) })
        {
            Assert.Contains("Oak & Ash School", part, StringComparison.Ordinal);
            Assert.Contains("Wed 1 Jul 2026 at 10:05", part, StringComparison.Ordinal);
            Assert.Contains("Conduct", part, StringComparison.Ordinal);
            Assert.Contains($"https://safety.example.test/alerts/{Id}", part, StringComparison.Ordinal);
        }

        Assert.True(say.Urgent);
    }

    [Fact]
    public void InstructionsComeFirstAndOnlyWhereTheThemeHasThem()
    {
        var body = new AlertBody(new WordsWithInstructions(), Options.Create(new MailOptions()));

        Assert.Contains("What to do next\n---------------\n\n- Do not search for or open the material.\n", body.Say(Notice with { Marks = "csam" }, "raised", To).Body.ToText(), StringComparison.Ordinal);
        Assert.DoesNotContain("Do not search for", body.Say(Notice, "raised", To).Body.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void ByWhenItMustBeAcknowledgedIsSaidInTheSchoolsTime()
    {
        var by = new DateTimeOffset(2026, 7, 1, 10, 20, 0, TimeSpan.Zero);
        var clock = new StandingClock(by, Notice.RaisedAt, NoLater: null);
        var to = To with { InForce = new PolicyInForce(SchoolPolicy.Default, new SchoolCalendar(null, BankHolidays.None, To.Zone), 0) };

        Assert.Contains("Wed 1 Jul 2026 at 11:20", Body.Say(Notice with { Clock = clock }, "raised", to).Body.ToText(), StringComparison.Ordinal);
        Assert.DoesNotContain("Acknowledge by", Body.Say(Notice, "raised", to).Body.ToText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dsl", "child protection policy")]
    [InlineData("head", "allegations about staff")]
    public void WhatIsCriticalBeginsWith999AndEndsWithThePolicyThatFits(string route, string policy)
    {
        var body = new AlertBody(new WordsWithInstructions(), Options.Create(new MailOptions()));
        var text = body.Say(Notice with { Marks = "csam", Route = route, Severity = Severity.Critical }, "raised", To).Body.ToText();

        Assert.Contains("What to do next\n---------------\n\n- A child may be at risk now. If there is immediate danger, call 999.\n", text, StringComparison.Ordinal);
        Assert.InRange(text.IndexOf("Do not search for", StringComparison.Ordinal), 0, text.IndexOf(policy, StringComparison.Ordinal));
    }

    [Fact]
    public void WhoeverIsGivenAnAlertReadsThatNobodyElseActs()
    {
        var given = Body.Say(Notice with { State = "acknowledged" }, "assigned", To).Body.ToText();

        Assert.Contains("Nobody else is told of it again", given, StringComparison.Ordinal);
        Assert.Contains("Given to you: it counts as acknowledged", given, StringComparison.Ordinal);
        Assert.Contains("say that you are looking into it", given, StringComparison.Ordinal);
        Assert.DoesNotContain("and acknowledge it", given, StringComparison.Ordinal);
        Assert.Contains("and acknowledge it", Body.Say(Notice, "raised", To).Body.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void ADrillSpeaksOfNoRiskAndNoEvents()
    {
        var drill = Body.Say(Notice with { Drill = true, Risk = Risk.None, Events = 0 }, "raised", To).Body.ToText();

        Assert.DoesNotContain("Not yet known", drill, StringComparison.Ordinal);
        Assert.DoesNotContain("Events so far", drill, StringComparison.Ordinal);
        Assert.Contains("Events so far", Body.Say(Notice, "raised", To).Body.ToText(), StringComparison.Ordinal);
    }

    private sealed class WordsWithInstructions : IThemeWords
    {
        public string LabelOf(string theme) => theme;

        public IReadOnlyList<Guidance> Guidance(string marks) => marks == "csam" ? [new Guidance("", "Do not search for or open the material.")] : [];
    }

    [Fact]
    public void AllThemesThatAreToldAtOnceStandInTheSubjectTheGravestFirst()
    {
        var say = Body.Say(Notice with { Theme = "threats", Themes = ["gambling", "threats", "suicide"], Severity = Severity.Critical, Marks = "threats@critical suicide@critical gambling@medium" }, "raised", To);

        Assert.EndsWith("Threats, Suicide", say.Subject, StringComparison.Ordinal);
        Assert.Contains("Gambling", say.Body.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void ANewThemeIsNamed() =>
        Assert.Contains("Threats", Body.Say(Notice with { Themes = ["self_harm", "threats"] }, "theme", To).Body.ToText(), StringComparison.Ordinal);

    [Theory]
    [InlineData("head", "about a member of staff or a governor")]
    [InlineData("chair", "about the head")]
    public void AnAlertAboutStaffSaysSoBeforeAnInstructionToTellTheDsl(string route, string words)
    {
        var text = new AlertBody(new WordsWithInstructions(), Options.Create(new MailOptions())).Say(Notice with { Route = route, Marks = "csam" }, "raised", To).Body.ToText();

        Assert.InRange(text.IndexOf(words, StringComparison.Ordinal), 0, text.IndexOf("Do not search for", StringComparison.Ordinal));
        Assert.DoesNotContain("about a member of staff", Body.Say(Notice, "raised", To).Body.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatNeedsReviewSaysSo() =>
        Assert.Contains("Needs review", Body.Say(Notice with { NeedsReview = true }, "raised", To).Body.ToText(), StringComparison.Ordinal);

    [Fact]
    public void ASchoolNameCanForgeNoLineAndNoTag()
    {
        var say = Body.Say(Notice, "raised", To with { SchoolName = "Oak\r\nBcc: x@y.test <b>\u202Eevil" });

        Assert.DoesNotContain('\n', say.Subject);
        Assert.DoesNotContain("<b>", say.Body.ToHtml(), StringComparison.Ordinal);
        Assert.DoesNotContain("\nBcc:", say.Body.ToText(), StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', say.Body.ToText());
    }

    [Fact]
    public void AResolvedOrVanishedAlertIsNotSent()
    {
        Assert.Equal("alert-gone", AlertNotice.DropFor(null, To, Row()));
        Assert.Equal("alert-resolved", AlertNotice.DropFor(Notice with { State = "resolved" }, To, Row("severity")));
        Assert.Null(AlertNotice.DropFor(Notice, To, Row()));
    }

    [Fact]
    public void TheSubjectIsNeverTold()
    {
        var head = new StaffMember(Guid.NewGuid(), ["head", "dsl", "chair"], Enabled: true);

        foreach (var route in new[] { "dsl", "head", "chair" })
        {
            Assert.Equal("recipient-is-subject", AlertNotice.DropFor(Notice with { SubjectStaff = head.Id, Route = route, ActedAt = Acted }, ToMember(head), Row()));
        }
    }

    [Fact]
    public void WhatTheDatabaseDoesNotShowToTheRecipientIsNotSent() =>
        Assert.Equal("not-routed", AlertNotice.DropFor(Notice with { Hidden = true }, To, Row()));

    [Fact]
    public void WhoeverLostTheRoleIsNotToldAnyMore() =>
        Assert.Equal("not-routed", AlertNotice.DropFor(Notice with { ActedAt = Acted }, ToMember(Dsl with { Roles = ["digest"] }), Row()));

    [Theory]
    [InlineData("raised", "acted-on")]
    [InlineData("unanswered", "acted-on")]
    [InlineData("unreached", "acted-on")]
    [InlineData("severity", null)]
    [InlineData("theme", null)]
    [InlineData("critical-again", null)]
    [InlineData("route", null)]
    [InlineData("reopened", null)]
    [InlineData("escalated", null)]
    [InlineData("assigned", null)]
    public void WhoeverActsStopsWhatWasUnderWayButNotWhatMayBeMoreThanTheySaw(string cause, string? code)
    {
        foreach (var state in AlertState.All.Where(state => state != AlertState.Resolved))
        {
            var acted = Notice with { State = state, ActedAt = Acted };
            Assert.Equal(code, AlertNotice.DropFor(acted, To, Row(cause)));
            Assert.Equal(code, ChannelSender.DropFor(acted, Row(cause)));
            // Said after the act, of whatever: it stands.
            Assert.Null(AlertNotice.DropFor(acted, To, Row(cause) with { CreatedAt = Acted }));
            Assert.Null(ChannelSender.DropFor(acted, Row(cause) with { CreatedAt = Acted }));
        }

        Assert.Null(AlertNotice.DropFor(Notice, To, Row(cause)));
        Assert.Null(ChannelSender.DropFor(Notice, Row(cause)));
    }

    [Fact]
    public void EachCauseSaysWhyNow()
    {
        string[] causes = ["raised", "severity", "theme", "critical-again", "route", "escalated", "assigned", "reopened", "unanswered", "unreached"];
        Assert.Equal(causes.Length, causes.Select(cause => Body.Say(Notice, cause, To).Body.ToText()).Distinct().Count());
    }

    [Fact]
    public void ADrillSaysSoBeforeAnythingElseAndAsksToBeAnsweredAllTheSame()
    {
        var say = Body.Say(Notice with { Drill = true, Severity = Severity.Critical }, "raised", To);
        var text = say.Body.ToText();

        Assert.StartsWith("[Online safety] DRILL: Critical: alert 12", say.Subject, StringComparison.Ordinal);
        Assert.StartsWith("DRILL: ", text, StringComparison.Ordinal);
        Assert.Contains("Nothing has happened", text, StringComparison.Ordinal);
        Assert.Contains("acknowledge it", text, StringComparison.Ordinal);
        Assert.Contains("Ring nobody outside the school", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Act as your", text, StringComparison.Ordinal);
        Assert.DoesNotContain("999", text, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatASilenceCoversIsDroppedForPeopleAndChannelsAlike()
    {
        Assert.Equal("silenced", AlertNotice.DropFor(Notice with { Silenced = true }, To, Row()));
        Assert.Equal("silenced", ChannelSender.DropFor(Notice with { Silenced = true }, Row()));
    }

    private static readonly DateTimeOffset Acted = new(2026, 7, 1, 9, 10, 0, TimeSpan.Zero);

    private static NotificationAddressee ToMember(StaffMember member) => To with { Member = member, Desks = new Desks([member], SchoolPolicy.Default) };

    private static LedgerEntry Row(string cause = "raised") => new(
        Guid.Empty, Guid.NewGuid(), "alert", cause, Id, null, null, Dsl.Id, Acted.AddMinutes(-4), 1, TimeSpan.FromMinutes(4));
}
