using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.TestKit;
using EventId = OnlineSafety.Monitoring.Events.EventId;

namespace OnlineSafety.Monitoring.Tests.Processing;

public sealed class CohortsTests
{
    [Fact]
    public void TheFifthPersonWithTheSameWordsJoinsAndTheFirstFourStandAlone()
    {
        var class7b = Enumerable.Range(1, 6).Select(i => Concern($"user:{i}", minutes: i)).ToList();
        Correlate(class7b);
        Assert.Equal([null, null, null, null, class7b[4].Cohort, class7b[4].Cohort], class7b.Select(c => c.Cohort));
        Assert.True(AlertCohort.Is(class7b[4].Cohort));
        Assert.Equal([1, 2, 3, 4, 5, 6], class7b.Select(c => c.History.Alike));
        Assert.Contains(class7b[4].Assessment.Reasons, r => r.Rule == "correlate.class-activity" && r.Explanation.Contains("of 5 people", StringComparison.Ordinal));
        Assert.All(class7b, c => Assert.Equal(Severity.Medium, c.Assessment.Severity));
    }

    [Fact]
    public void WhoIsRecordedAlreadyCounts()
    {
        var late = Concern("user:9", minutes: 30);
        var seen = new SeenAlike { [late.Signature!.Value] = [.. Enumerable.Range(1, 4).Select(i => ($"user:{i}", Some.Time.AddMinutes(i)))] };
        Cohorts.Correlate([late], seen, Repository.Rules.RuleSet);
        Assert.NotNull(late.Cohort);
    }

    [Fact]
    public void WhatIsGraverOrLighterThanMediumStandsAlone()
    {
        foreach (var severity in new[] { Severity.Low, Severity.High, Severity.Critical })
        {
            var concerns = Enumerable.Range(1, 6).Select(i => Concern($"user:{i}", i)).Append(Concern("user:7", 7, severity: severity)).ToList();
            Correlate(concerns);
            Assert.Null(concerns[^1].Cohort);
        }
    }

    [Fact]
    public void OnePersonIsNoClassAndNeitherIsAWeek()
    {
        var one = Enumerable.Range(1, 9).Select(i => Concern("user:1", i)).ToList();
        Correlate(one);
        Assert.All(one, c => Assert.Null(c.Cohort));
        var spread = Enumerable.Range(1, 9).Select(i => Concern($"user:{i}", minutes: 20 * i)).ToList();
        Correlate(spread);
        Assert.All(spread, c => Assert.Null(c.Cohort));
    }

    [Fact]
    public void NothingAboutStaffOrOnAnotherDeskJoins()
    {
        var concerns = Enumerable.Range(1, 5).Select(i => Concern($"user:{i}", i))
            .Append(Concern("user:head", 6, role: PersonRole.Staff, route: AlertRoute.Head)).Append(Concern("user:t", 7, role: PersonRole.Dsl)).ToList();
        Correlate(concerns);
        Assert.NotNull(concerns[4].Cohort);
        Assert.All(concerns.TakeLast(2), c => Assert.Null(c.Cohort));
    }

    [Fact]
    public void WhatOnlyTheDslMaySeeSharesNoAlertWithTheRest()
    {
        var concerns = Enumerable.Range(1, 6).Select(i => Concern($"user:{i}", i, audience: i == 6 ? Audience.DslOnly : Audience.Routed)).ToList();
        Correlate(concerns);
        Assert.NotNull(concerns[5].Cohort);
        Assert.NotEqual(concerns[4].Cohort, concerns[5].Cohort);
    }

    [Fact]
    public void TheSignatureIsOfTheWordsAsPupilsTypeThem()
    {
        Assert.Equal(Of("Kill  the King!"), Of("kill the king"));
        Assert.NotEqual(Of("kill the king"), Of("kill the queen"));
        Assert.Null(Of(""));
        Assert.Null(Cohorts.SignatureOf(Assessed("kill", Severity.None)));

        static long? Of(string words) => Cohorts.SignatureOf(Assessed(words, Severity.Medium));
    }

    private static void Correlate(List<PlannedEvent> concerns)
    {
        var seen = new SeenAlike();
        concerns.ForEach(c => seen.TryAdd(c.Signature!.Value, []));
        Cohorts.Correlate(concerns, seen, Repository.Rules.RuleSet);
    }

    private static PlannedEvent Concern(
        string subject, int minutes, Severity severity = Severity.Medium, PersonRole role = PersonRole.Pupil, string route = AlertRoute.Dsl, Audience audience = Audience.Routed)
    {
        var assessment = Assessed("kill the king", severity) with { Audience = audience };
        return new PlannedEvent
        {
            Event = new MonitoringEvent
            {
                Id = new EventId(Guid.NewGuid(), minutes, 0), School = Guid.Empty, Source = Guid.Empty, Vendor = "protex", Product = "protex", Mapping = "",
                OccurredAt = Some.Time, TimeBasis = TimeBasis.Received, ReceivedAt = Some.Time.AddMinutes(minutes), RawHash = "",
            },
            Assessment = assessment,
            Subject = Subject.Nobody with { Role = role },
            SubjectKey = subject,
            Route = route,
            Review = "",
            Signature = Cohorts.SignatureOf(assessment),
        };
    }

    private static Assessment Assessed(string words, Severity severity) =>
        new(Risk.Content, "violence", "violence", severity, [new Reason("violence.threat", "1", "searchQuery", words, 0, "Why.", "violence medium")]);
}
