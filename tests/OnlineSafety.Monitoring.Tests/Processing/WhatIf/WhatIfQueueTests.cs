using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Processing.WhatIf;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Processing.WhatIf;

public sealed class WhatIfQueueTests
{
    private static readonly Guid Stream = Guid.Parse("5b0c4d3e-0000-4000-8000-000000000001");
    private static readonly Guid First = Guid.Parse("5b0c4d3e-0000-4000-8000-000000000011");
    private static readonly Guid Second = Guid.Parse("5b0c4d3e-0000-4000-8000-000000000012");

    [Fact]
    public void TheSameJudgementsChangeNothing()
    {
        var recorded = new[] { Event(1, Severity.High, First), Event(2, Severity.Medium, First), Event(3, Severity.Medium, Second, "ben"), Event(4, Severity.Low, user: "cem") };
        var report = Report(recorded, [.. recorded.Select(e => Event(e.Place.Sequence, e.Severity, user: e.SubjectKey![5..]))]);
        Assert.Equal(new WhatIfReport.Tally(2, 2, 0, 0, 0, 0, 0), report.Alerts);
        Assert.Empty(report.Changed);
    }

    [Fact]
    public void AnAlertOfWhichNoEventIsQueuedAnyMoreVanishesAndATrueConcernAmongThemIsMissed()
    {
        var report = Report([Event(1, Severity.High, First), Event(2, Severity.Medium, Second, "ben")], [Event(1, Severity.Low)], outcome: "concern");
        Assert.Equal([1, 2], report.Vanished);
        Assert.Equal([1], report.TrueConcerns.Missed);
        Assert.False(report.Fit);
    }

    [Fact]
    public void WhatADslCalledAFalseAlertMayVanish() => Assert.True(Report([Event(1, Severity.High, First)], [], outcome: "false-alert").Fit);

    [Theory]
    [InlineData(AlertState.HandedOver, false)]
    [InlineData(AlertState.Escalated, false)]
    [InlineData(AlertState.InReview, true)]
    public void WhatSomebodyHandedOverOrEscalatedIsATrueConcernWhileItIsOpen(string state, bool fit) => Assert.Equal(fit, Report([Event(1, Severity.High, First)], [], state: state).Fit);

    [Theory]
    [InlineData(Severity.Critical, Severity.High, true)]
    [InlineData(Severity.High, Severity.Medium, false)]
    [InlineData(Severity.Medium, Severity.Medium, true)]
    public void RulesAreNotFitThatTellOfATrueConcernAtOnceNoMore(Severity before, Severity after, bool fit)
    {
        var report = Report([Event(1, before, First)], [Event(1, after)], outcome: "concern");
        Assert.Equal(fit, report.Fit);
        Assert.Equal(fit ? [] : [1], report.TrueConcerns.Untold);
        Assert.Empty(report.TrueConcerns.Missed);
    }

    [Fact]
    public void ARepeatedConcernOfADeviceIsRaisedNoFurtherThanMedium()
    {
        JudgedEvent[] Four(bool ofNoAccount) => [.. Enumerable.Range(1, 4).Select(i => Event(i, Severity.Medium, ofNoAccount: ofNoAccount))];
        Assert.Equal(["high"], Report([], Four(ofNoAccount: false)).BySeverity.Select(line => line.Name));
        Assert.Equal(["medium"], Report([], Four(ofNoAccount: true)).BySeverity.Select(line => line.Name));
    }

    [Fact]
    public void AnAlertThatAnEventOfUnreadRecordsHoldsStaysAsItIs()
    {
        var report = Report([Event(1, Severity.High, First), Event(9, Severity.Medium, First)], [], read: sequence => sequence == 1);
        Assert.Equal(new WhatIfReport.Tally(1, 1, 0, 0, 0, 1, 0), report.Alerts);
    }

    [Fact]
    public void WhatIsNewJoinsTheAlertOfItsPersonNearItAndElseAppears()
    {
        var report = Report([Event(1, Severity.Medium, First)], [Event(1, Severity.Medium), Event(2, Severity.High), Event(3, Severity.High, user: "ben"), Event(4, Severity.High, user: "ben"), Event(500, Severity.High)]);
        Assert.Equal(new WhatIfReport.Tally(1, 3, 2, 0, 1, 0, 0), report.Alerts);
        Assert.Equal([1], report.Changed);
    }

    [Fact]
    public void ARepeatedConcernIsRaisedByWhatWasBeforeIt()
    {
        var report = Report([], [Event(1, Severity.Low), Event(2, Severity.Low), Event(3, Severity.Low), Event(4, Severity.Low)]);
        Assert.Equal((1, "medium"), (report.Alerts.Appear, report.BySeverity.Single().Name));
    }

    [Fact]
    public void OfAClassThatDoesTheSameTheFifthAndLaterMakeOneAlert()
    {
        var report = Report([], [.. Enumerable.Range(1, 8).Select(i => Event(i, Severity.Medium, user: $"p{i}", signature: 7))]);
        Assert.Equal(5, report.Alerts.Appear);
    }

    [Fact]
    public void AnUnreadRecordIsInheritedByTheGravestThatIsReadInItsPlace()
    {
        var unread = Event(1, Severity.High, First, review: true);
        var report = Report([unread], [Event(1, Severity.Low, part: 1), Event(1, Severity.High, part: 2)]);
        Assert.Equal(new WhatIfReport.Tally(1, 1, 0, 0, 0, 0, 0), report.Alerts);
    }

    [Fact]
    public void TheOrderInWhichWorkersFindEventsChangesNothing()
    {
        JudgedEvent[] recorded = [Event(1, Severity.Medium, First), Event(3, Severity.Medium, Second, "ben")];
        JudgedEvent[] Judged() => [.. Enumerable.Range(1, 40).Select(i => Event(i, (Severity)(1 + (i % 4)), user: i % 3 == 0 ? "ben" : "ada"))];
        Assert.Equal(Report(recorded, Judged()).ToJson().GetRawText(), Report(recorded, [.. Judged().Reverse()]).ToJson().GetRawText());
    }

    [Fact]
    public void TheMinutesAreAlertsAWeekTimesWhatIsAssumed()
    {
        var report = Report([Event(1, Severity.High, First), Event(2, Severity.High, Second, "ben")], [Event(1, Severity.High)]);
        Assert.Equal((20, 10), (report.Dsl.MinutesPerWeekBefore, report.Dsl.MinutesPerWeekAfter));
    }

    [Fact]
    public void ARequestIsTheSameAfterItsJourneyAndOneTooLargeIsRefused()
    {
        var request = new WhatIfRequest("kcsie-2026", 7.5, Whole: true, [new WhatIfFile(WhatIfFileKind.Pack, "en/x.json", "{}")]);
        var unpacked = WhatIfRequest.Unpack(request.Pack());
        Assert.Equal((request.Taxonomy, request.MinutesPerAlert, request.Whole, request.Files.Single()), (unpacked.Taxonomy, unpacked.MinutesPerAlert, unpacked.Whole, unpacked.Files.Single()));
        var bomb = (request with { Files = [new WhatIfFile(WhatIfFileKind.Pack, "en/x.json", new string(' ', WhatIfRequest.LargestPlain))] }).Pack();
        Assert.True(bomb.Length < WhatIfRequest.LargestPacked);
        Assert.Throws<InvalidDataException>(() => WhatIfRequest.Unpack(bomb));
        Assert.Throws<InvalidDataException>(() => WhatIfRequest.Unpack([1, 2, 3]));
    }

    [Fact]
    public void APackTakesThePlaceOfTheOneOfItsNameAndAnyOtherIsAdded()
    {
        (string, ReadOnlyMemory<byte>)[] shared = [("rulepacks/en/a.json", "1"u8.ToArray()), ("rulepacks/en/b.json", "2"u8.ToArray()), ("rulepacks/pl/b.json", "3"u8.ToArray()), ("../own/c.json", "4"u8.ToArray())];
        Assert.Equal("rulepacks/en/b.json rulepacks/pl/b.json ../own/c.json rulepacks/en/a.json", Places(whole: false, "a.json"));
        Assert.Equal("rulepacks/en/a.json rulepacks/en/b.json ../own/c.json rulepacks/pl/b.json", Places(whole: false, "pl/b.json"));
        Assert.Equal("rulepacks/en/a.json rulepacks/en/b.json rulepacks/pl/b.json ../own/c.json rulepacks/b.json", Places(whole: false, "b.json"));
        Assert.Equal("../own/c.json rulepacks/en/a.json", Places(whole: true, "en/a.json"));
        Assert.Throws<RuleException>(() => Places(whole: false, "a.json", "en/a.json"));

        string Places(bool whole, params string[] packs) => string.Join(
            ' ', new RuleChange(whole, [], [.. packs.Select(name => (name, (ReadOnlyMemory<byte>)"5"u8.ToArray()))], [], default).PacksOver(shared).Select(pack => pack.Name));
    }

    private static WhatIfReport Report(JudgedEvent[] recorded, JudgedEvent[] judged, Func<long, bool>? read = null, string? outcome = null, string state = AlertState.Resolved)
    {
        var alerts = new[] { new RecordedAlert(First, 1, state, outcome, "user:ada"), new RecordedAlert(Second, 2, AlertState.New, null, "user:ben") }.ToDictionary(alert => alert.Id);
        var compared = WhatIfQueue.Compare(recorded, judged, place => read?.Invoke(place.Sequence) ?? true, alerts, TimeSpan.FromHours(2), Repository.Rules.RuleSet);
        var saw = new WhatIfReport.Sight(new WhatIfReport.Span(0, null, null), new WhatIfReport.Span(0, null, null), 0, 0);
        return new WhatIfSummary(compared, alerts).Report(new WhatIfReport.Judges("a", "b"), Some.Time, Some.Time.AddDays(7), saw, minutesPerAlert: 10);
    }

    // A minute apart.
    private static JudgedEvent Event(long sequence, Severity severity, Guid? alert = null, string user = "ada", int part = 0, bool review = false, long? signature = null, bool ofNoAccount = false) => new()
    {
        Place = new EventPlace(Some.Time.AddMinutes(sequence), Stream, sequence, part),
        Source = Guid.Empty,
        Alert = alert,
        Severity = severity,
        Risk = Risk.Content,
        Theme = "drugs",
        ParentTheme = "drugs",
        Audience = Audience.Routed,
        Route = "dsl",
        SubjectKey = "user:" + user,
        OfNoAccount = ofNoAccount,
        Role = PersonRole.Pupil,
        Staff = null,
        Vendor = "protex",
        VendorSays = false,
        Signature = signature,
        Review = review,
    };
}
