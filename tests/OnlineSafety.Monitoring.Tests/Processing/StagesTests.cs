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
            new SourceKey(Guid.NewGuid(), Guid.NewGuid()), "lightspeed", TimeZone: null!, TimeSpan.FromHours(2), new SchoolPeople(new Dictionary<string, Subject>(), []));
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
            new SourceKey(Guid.NewGuid(), Guid.NewGuid()), "", TimeZoneInfo.Utc, TimeSpan.FromHours(2), new SchoolPeople(new Dictionary<string, Subject>(), []));
        var record = new RawRecord(Some.Syslog, Some.Time, RecordFlags.None, Encoding.UTF8.GetBytes(new string('x', 4095) + "\U0001F600"));
        var plan = new RecordPlan();
        plan.Start(1);
        new Stages(Repository.Rules, NullLogger.Instance).Run(context, Guid.NewGuid(), 1, record, plan);
        Assert.Equal(new string('x', 4095), Assert.Single(plan.Events).Event.Text);
    }

    /// <summary>The raw bytes of such a mail hold no word of it.</summary>
    [Theory]
    [InlineData("base64", "aG93IHRvIGtpbGwgbXlzZWxm")]
    [InlineData("quoted-printable", "how to k=69ll m=79self")]
    public void AMailThatNoMappingReadsIsSearchedForGraveWordsInItsDecodedText(string encoding, string body)
    {
        foreach (var product in new[] { "", "smoothwall", "unheard-of" })
        {
            var context = new StreamContext(
                new SourceKey(Guid.NewGuid(), Guid.NewGuid()), product, TimeZoneInfo.Utc, TimeSpan.FromHours(2), new SchoolPeople(new Dictionary<string, Subject>(), []));
            var mail = Encoding.ASCII.GetBytes($"Subject: notice\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}\r\n");
            var plan = new RecordPlan();
            plan.Start(1);
            new Stages(Repository.Rules, NullLogger.Instance).Run(
                context, Guid.NewGuid(), 1, new RawRecord(RecordEnvelope.Of(Door.Mail, RecordEnvelope.Mail, "192.0.2.10"), Some.Time, RecordFlags.None, mail), plan);

            var planned = Assert.Single(plan.Events);
            Assert.Equal(("no-mapping", Severity.Critical), (planned.Review, planned.Assessment.Severity));
            Assert.Contains("how to kill myself", planned.Event.Text, StringComparison.Ordinal);
            Assert.Equal(mail, Assert.Single(plan.Evidence).Raw.ToArray());
        }
    }
}
