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
        var plan = Concerns(200);
        var seen = new Dictionary<string, List<HistoryEntry>>(StringComparer.Ordinal) { [plan.Events[0].SubjectKey!] = [] };

        Recollection.Correlate(plan.Events, seen, Repository.Rules.RuleSet);

        Assert.Equal(200, plan.Events.Count);
        Assert.Equal([0, 1, 2, 3], plan.Events.Take(4).Select(e => e.History.Recent.Count));
        Assert.All(plan.Events, e => Assert.True(e.History.Recent.Count <= Recollection.Most));
        Assert.Equal(Recollection.Most, plan.Events[^1].History.Recent.Count);
        Assert.Equal(Recollection.Most, seen.Values.Single().Count);
    }

    private static RecordPlan Concerns(int count)
    {
        var context = new StreamContext(
            new SourceKey(Guid.NewGuid(), Guid.NewGuid()), "lightspeed", Repository.Rules.Mappings.Find("lightspeed"), TimeZoneInfo.Utc, TimeSpan.FromHours(2), new SchoolPeople(new Dictionary<string, Subject>(), []));
        var record = new RawRecord(Some.Json, Some.Time, RecordFlags.None, Encoding.UTF8.GetBytes("""
            {"alerts":[{"timestamp":"2026-03-02T13:00:00+00:00","user":{"email":"a@school.example"},"alertCategory":"self-harm","level":"imminent","text":"i will kill myself tonight"}]}
            """));
        var plan = new RecordPlan();
        plan.Start(1);
        var stages = new Stages(Repository.Rules, NullLogger.Instance);
        for (var sequence = 1; sequence <= count; sequence++)
        {
            stages.Run(context, Guid.NewGuid(), sequence, record, plan);
        }

        return plan;
    }
}
