using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Processing;

public sealed class StagesTests
{
    [Fact]
    public void AFaultAfterTheFirstEventOfARecordKeepsThatEventAndTheReviewApart()
    {
        // No zone: the second item, whose time names none, breaks the stage.
        var context = new StreamContext(
            new SourceKey(Guid.NewGuid(), Guid.NewGuid()), "lightspeed", Repository.Rules.Mappings.Find("lightspeed"), TimeZone: null!, TimeSpan.FromHours(2), new SchoolPeople(new Dictionary<string, Subject>(), []));
        var record = new RawRecord(Some.Json, Some.Time, RecordFlags.None, Encoding.UTF8.GetBytes("""
            {"alerts":[
              {"timestamp":"2026-03-02T13:00:00+00:00","user":{"email":"a@school.example"},"alertCategory":"self-harm","level":"imminent","text":"i will kill myself tonight"},
              {"timestamp":"2026-03-02T13:00:00","user":{"email":"b@school.example"},"alertCategory":"self-harm","level":"imminent","text":"i will kill myself tonight"}
            ]}
            """));
        var plan = new RecordPlan();
        plan.Start(1);
        new Stages(Repository.Rules, NullLogger.Instance).Run(context, Guid.NewGuid(), 1, record, plan);
        Assert.Equal(["", "fault"], plan.Events.Select(e => e.Review));
        Assert.Equal([0, 1], plan.Events.Select(e => e.Event.Id.Part));
    }

    [Fact]
    public void TheTextOfAnUnreadRecordIsNotCutInsideACharacter()
    {
        var context = new StreamContext(
            new SourceKey(Guid.NewGuid(), Guid.NewGuid()), "", [], TimeZoneInfo.Utc, TimeSpan.FromHours(2), new SchoolPeople(new Dictionary<string, Subject>(), []));
        var record = new RawRecord(Some.Syslog, Some.Time, RecordFlags.None, Encoding.UTF8.GetBytes(new string('x', 4095) + "\U0001F600"));
        var plan = new RecordPlan();
        plan.Start(1);
        new Stages(Repository.Rules, NullLogger.Instance).Run(context, Guid.NewGuid(), 1, record, plan);
        Assert.Equal(new string('x', 4095), Assert.Single(plan.Events).Event.Text);
    }
}
