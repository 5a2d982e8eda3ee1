using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Digests;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Email;

namespace OnlineSafety.Monitoring.Tests.Digests;

/// <summary>What a digest says of who was told and who answered, and to whom.</summary>
public sealed class DigestAnsweringTests
{
    private static readonly TimeZoneInfo London = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");
    private static readonly DigestDocument Document = new(new ThemeCodes(), CategoryWords.None, Options.Create(new MailOptions { BaseUrl = "https://safety.example.test" }));
    private static readonly StaffMember Dsl = new(Guid.NewGuid(), ["dsl"], Enabled: true);
    private static readonly StaffMember Governor = new(Guid.NewGuid(), ["digest"], Enabled: true);
    private static readonly StaffMember HeadWhoIsDsl = new(Guid.NewGuid(), ["head", "dsl"], Enabled: true);
    private static readonly DateTimeOffset To = new(2026, 11, 25, 7, 30, 0, TimeSpan.Zero);

    private static DigestContent Empty => new()
    {
        School = "Oak School", Day = new DateOnly(2026, 11, 25), Late = false, From = To.AddDays(-1), To = To, Blocked = [], BlockedTotal = 0, Actions = [],
        Alerts = [], Unacknowledged = [], Sources = [], Heads = [], Watch = new WatchReport { Backlog = 0, Dsls = 1, Deputies = 1, Heads = 1, Chairs = 1 },
    };

    private static string Text(DigestContent content, StaffMember? reader = null) => Document.Render(content, reader ?? Dsl, London).Body.ToText().ReplaceLineEndings(" ");

    private static BreachedAlert Breach(string route = "dsl", short audience = 0, Guid? subject = null, short role = 0, DateTimeOffset? answered = null) =>
        new(41, 4, "self_harm", audience, route, subject, To.AddHours(-3), 2, answered, role);

    [Fact]
    public void ABreachStaysRedUntilSomebodyAnswers()
    {
        var red = Text(Empty with { Breaches = [Breach()] });
        Assert.Contains("1 alert was not answered in time and still is not.", red, StringComparison.Ordinal);
        Assert.Matches("41 +Critical +Self harm +Wed 25 Nov 04:30 +2 times +NOT YET", red);

        var answered = Text(Empty with { Breaches = [Breach(answered: To.AddHours(-1))] });
        Assert.Contains("1 alert was answered too late.", answered, StringComparison.Ordinal);
        Assert.DoesNotContain("NOT YET", answered, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatWasEscalatedAndTakenOnByNobodyIsAskedFor()
    {
        var content = Empty with
        {
            Alerts = [new AlertGroup("escalated", 3, "self_harm", 0, "dsl", null, Raised: false, 2, Left: 1)],
            Left = [new LeftAlert(57, 3, "self_harm", 0, "dsl", null, To.AddDays(-2))],
        };
        var text = Text(content);

        Assert.Contains("1 alert was escalated a school day ago or longer, and nobody has taken it on.", text, StringComparison.Ordinal);
        Assert.Matches("Escalated, and nobody has taken it on.* 57 +High +Self harm +Mon 23 Nov 07:30", text);
        // Of what is another desk's nobody else reads.
        var about = content with { Alerts = [content.Alerts[0] with { Route = "head" }], Left = [content.Left[0] with { Route = "head" }] };
        Assert.DoesNotContain("nobody has taken it on", Text(about), StringComparison.Ordinal);
        Assert.Empty(DigestScope.Of(about, Dsl).Left);
        Assert.Contains("57", Text(DigestScope.Of(content, Dsl).Cut(Empty)), StringComparison.Ordinal);
    }

    [Fact]
    public void SilencesAreListedWithWhoWhyAndHowOftenTheyWereMet()
    {
        var silence = new SilenceReport("theme games, up to medium", "Esports week.", "D. Lead", "", Waits: false, To.AddDays(2), 3, "");
        Assert.Contains("Theme games, up to medium: until Fri 27 Nov 07:30. By D. Lead: Esports week. (3 alerts of this period were not told of; each is on the queue.)", Text(Empty with { Silences = [silence] }), StringComparison.Ordinal);
        Assert.Contains("waits for a second person and silences nothing yet", Text(Empty with { Silences = [silence with { Waits = true }] }), StringComparison.Ordinal);
        Assert.Contains("ended, because it met nothing", Text(Empty with { Silences = [silence with { Ended = "unmatched" }] }), StringComparison.Ordinal);
        Assert.Contains("By D. Lead, with A. Deputy", Text(Empty with { Silences = [silence with { Approver = "A. Deputy" }] }), StringComparison.Ordinal);
    }

    [Fact]
    public void ADrillHasALineOfItsOwnAndIsInNoFigure()
    {
        var text = Text(Empty with { Drills = [new DrillResult(12, 4, To.AddHours(-2), 3, 1, To.AddHours(-2).AddMinutes(4))] });

        Assert.Contains("1 drill; no other figure here counts them.", text, StringComparison.Ordinal);
        Assert.Contains("Number 12, critical, Wed 25 Nov 05:30: 3 reached, 1 message failed, answered after 4 min.", text, StringComparison.Ordinal);
        Assert.Contains("No open alerts, and none was raised or resolved.", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OutOfHoursChoice.NotWatched, "NOT watched", true)]
    [InlineData(OutOfHoursChoice.TrustNumber, "Ring 01632 960123", true)]
    [InlineData(OutOfHoursChoice.OnCall, "on-call list is told", false)]
    internal void WhatTheSchoolChoseForTheNightIsPrintedEachDay(OutOfHoursChoice choice, string words, bool gap)
    {
        var policy = SchoolPolicy.Default with { OutOfHours = new OutOfHours(choice, ["dsl"], "01632 960123") };
        var content = Empty with { OutOfHours = OutOfHoursReport.Of(policy) };

        Assert.Contains(words, Text(content), StringComparison.Ordinal);
        Assert.Equal(gap, DigestAttention.Limits(content).Any(line => line.Contains("ut of hours", StringComparison.Ordinal)));
    }

    [Fact]
    public void AMessageThatDidNotArriveIsNamedWithItsRecipientAndReason()
    {
        var text = Text(Empty with { Undelivered = [new UndeliveredMessages("dsl", 0, null, "D. Lead", "recipient-refused", Failed: true, 2)] });

        Assert.Matches("D. Lead +their mailbox does not take it +given up +2", text);
        Assert.Contains("2 messages could not be delivered.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatAListLeavesOffIsCountedAndSaidToBeThere()
    {
        var content = Empty with
        {
            Alerts = [new AlertGroup("new", 3, "self_harm", 0, "dsl", null, Raised: true, 61, Oldest: To.AddHours(-30))],
            Unacknowledged = [.. Enumerable.Range(1, 50).Select(n => new WaitingAlert(n, 3, "self_harm", 0, "dsl", null, To.AddHours(-2)))],
            Breaches = [.. Enumerable.Range(1, 50).Select(n => Breach() with { Number = n })],
            Undelivered = [new UndeliveredMessages("dsl", 0, null, "D. Lead", "busy", Failed: true, 4)],
            Counts =
            [
                new DeskCount(DeskCount.Unanswered, "dsl", 0, null, 0, 60), new DeskCount(DeskCount.AnsweredLate, "dsl", 0, null, 0, 1),
                new DeskCount(DeskCount.Failed, "dsl", 0, null, 0, 5), new DeskCount(DeskCount.Waits, "", 0, null, 0, 2),
            ],
        };
        var text = Text(content);

        Assert.Contains("61 alerts are not acknowledged; the oldest waits for 30 h 0 min.", text, StringComparison.Ordinal);
        Assert.Contains("60 alerts were not answered in time and still are not.", text, StringComparison.Ordinal);
        Assert.Contains("1 alert was answered too late.", text, StringComparison.Ordinal);
        Assert.Contains("5 messages could not be delivered.", text, StringComparison.Ordinal);
        Assert.Contains("And 41 more are not acknowledged; see the queue.", text, StringComparison.Ordinal);
        Assert.Contains("And 41 more were not answered in time; see the queue.", text, StringComparison.Ordinal);
        Assert.Contains("And 3 more messages did not arrive.", text, StringComparison.Ordinal);
    }

    public static TheoryData<string, short, bool, short> Scopes => new()
    {
        // Route, audience, about the reader, role of a subject whom no account leads to.
        { "head", 0, true, 0 }, { "head", 0, false, (short)PersonRole.Dsl }, { "chair", 0, false, 0 },
    };

    [Theory]
    [MemberData(nameof(Scopes))]
    public void NobodyIsCountedIntoAnythingThatMayBeAboutThem(string route, short audience, bool self, short role)
    {
        Guid? subject = self ? HeadWhoIsDsl.Id : null;
        var content = Empty with
        {
            Alerts = [new AlertGroup("new", 4, "grooming", audience, route, subject, Raised: true, 1, 1, 1, 1, role)],
            Unacknowledged = [new WaitingAlert(41, 4, "grooming", audience, route, subject, To.AddHours(-5), role)],
            Breaches = [Breach(route, audience, subject, role)],
            Undelivered = [new UndeliveredMessages(route, audience, subject, "C. Chair", "busy", Failed: true, 7, role)],
            Counts = [new DeskCount(DeskCount.Unanswered, route, audience, subject, role, 1), new DeskCount(DeskCount.Failed, route, audience, subject, role, 7)],
        };
        var scope = DigestScope.Of(content, HeadWhoIsDsl);

        Assert.Empty(scope.Alerts);
        Assert.Empty(scope.Unacknowledged);
        Assert.Empty(scope.Breaches);
        Assert.Empty(scope.Undelivered);
        Assert.Empty(scope.Counts!);
        Assert.Equal(Text(Empty, HeadWhoIsDsl), Text(content, HeadWhoIsDsl));
        Assert.Equal(Text(Empty, HeadWhoIsDsl), Text(scope.Cut(content), HeadWhoIsDsl));
    }

    [Fact]
    public void WhatIsForTheDslAloneIsInNobodyElsesCounts()
    {
        var content = Empty with
        {
            Alerts = [new AlertGroup("new", 4, "self_harm", (short)Audience.DslOnly, "dsl", null, Raised: true, 1, 1, 1, 1)],
            Breaches = [Breach(audience: (short)Audience.DslOnly)],
        };

        Assert.Equal(Text(Empty, Governor), Text(content, Governor));
        Assert.NotEqual(Text(Empty, Dsl), Text(content, Dsl));
    }

    [Fact]
    public void WhoeverWasGivenMoreRolesSinceDoesNotSeeMoreThanWhatWasCut()
    {
        var content = Empty with { Alerts = [new AlertGroup("new", 4, "grooming", 0, "head", Guid.NewGuid(), Raised: true, 1)] };
        var scope = DigestScope.FromJson(DigestScope.Of(content, Governor).ToJson());

        Assert.Equal(Text(Empty, Governor), Text(scope.Cut(content), Governor with { Roles = ["digest", "head"] }));
    }
}
