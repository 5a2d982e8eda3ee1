using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Processing;

public sealed class RecollectionTests
{
    [Fact]
    public void ManyConcernsOfOnePersonInOneChunkDoNotEachKeepAllOfThem()
    {
        var plan = Concerns(200, WebFilterLines.Worrying("pupil1"));
        var seen = new Dictionary<string, List<HistoryEntry>>(StringComparer.Ordinal) { [plan.Events[0].SubjectKey!] = [] };

        Recollection.Correlate(plan.Events, seen, Repository.Rules.RuleSet);

        Assert.Equal(200, plan.Events.Count);
        Assert.Equal([0, 1, 2, 3], plan.Events.Take(4).Select(e => e.History.Recent.Count));
        Assert.All(plan.Events, e => Assert.True(e.History.Recent.Count <= Recollection.Most));
        Assert.Equal(Recollection.Most, plan.Events[^1].History.Recent.Count);
        Assert.Equal(Recollection.Most, seen.Values.Single().Count);
    }

    [Fact]
    public void WhatNoHistoryCouldChangeIsShownNoneButShownToTheNext()
    {
        var plan = Concerns(1, WebFilterLines.Worrying("pupil1"), WebFilterLines.Grave("pupil1"), WebFilterLines.Worrying("pupil1"), WebFilterLines.Grave("pupil2"));
        var seen = new Dictionary<string, List<HistoryEntry>>(StringComparer.Ordinal) { [plan.Events[0].SubjectKey!] = [] };

        Recollection.Correlate(plan.Events, seen, Repository.Rules.RuleSet);

        Assert.Equal([0, 0, 2, 0], plan.Events.Select(e => e.History.Recent.Count));
        Assert.Equal([Severity.Medium, Severity.Critical], plan.Events[2].History.Recent.Select(entry => entry.Severity));
    }

    [Theory]
    [InlineData("pupil1", Severity.High)]
    [InlineData("-", Severity.Medium)]
    public void ARepeatedConcernOfADeviceIsRaisedNoFurtherThanMedium(string user, Severity severity)
    {
        var plan = Concerns(4, WebFilterLines.Worrying(user));
        var seen = new Dictionary<string, List<HistoryEntry>>(StringComparer.Ordinal) { [plan.Events[0].SubjectKey!] = [] };

        Recollection.Correlate(plan.Events, seen, Repository.Rules.RuleSet);

        Assert.Equal([Severity.Medium, Severity.Medium, Severity.Medium, severity], plan.Events.Select(e => e.Assessment.Severity));
    }

    private static RecordPlan Concerns(int times, params string[] lines)
    {
        var context = new StreamContext(
            new SourceKey(Guid.NewGuid(), Guid.NewGuid()), "protex", Repository.Rules.Mappings.Find("protex"), TimeZoneInfo.Utc, TimeSpan.FromHours(2), new SchoolPeople(new Dictionary<string, Subject>(), [])) { Seal = Some.Seal };
        var plan = new RecordPlan();
        plan.Start(1);
        var stages = new Stages(Repository.Rules, NullLogger.Instance);
        for (var sequence = 1; sequence <= times * lines.Length; sequence++)
        {
            var record = new RawRecord(Some.Syslog, Some.Time, RecordFlags.None, Encoding.UTF8.GetBytes(lines[(sequence - 1) % lines.Length]));
            stages.Run(context, Guid.NewGuid(), sequence, record, plan);
        }

        return plan;
    }
}
