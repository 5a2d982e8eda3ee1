using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Retention;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Processing;

/// <summary>What the stages plan of records that name somebody who was erased.</summary>
public sealed class NameRedactionTests
{
    private const string Grave = "i will kill myself tonight because of Anna Smith";

    private static readonly SourceKey Target = new(Guid.NewGuid(), Guid.NewGuid());

    [Fact]
    public void ItIsJudgedAsItWasTypedAndStoredWithoutTheName()
    {
        var (before, after) = (Run(Of(Grave), Nobody()), Run(Of(Grave), Erased(Some.Time)));

        var (was, redacted) = (Assert.Single(before.Events), Assert.Single(after.Events));
        Assert.Equal(
            (was.Assessment.Severity, was.Assessment.Theme, was.SubjectKey, was.Signature), (redacted.Assessment.Severity, redacted.Assessment.Theme, redacted.SubjectKey, redacted.Signature));
        Assert.Equal(Severity.Critical, redacted.Assessment.Severity);
        Assert.Equal("i will kill myself tonight because of [erased]", redacted.Event.Text);
        Assert.Equal("user:b", redacted.SubjectName);
        // What was found stands elsewhere in the text by now.
        Assert.All(redacted.Assessment.Reasons, reason => Assert.Equal(-1, reason.Start));
        Assert.Equal((1, 0), (before.Evidence.Count, after.Evidence.Count));
        Assert.Equal((1, 1), (before.Count(Disposition.Concern), after.Count(Disposition.Concern)));
    }

    [Fact]
    public void NoFieldOfAnEventAndNoPartOfAReasonKeepsTheName()
    {
        const string Named = "by Anna Smith";
        var planned = Assert.Single(Run(Of(Grave), Nobody()).Events);
        // Every field that a product fills, also one that comes later; what is ours, or a number, is set by us.
        string[] ours = ["Vendor", "Product", "Mapping", "RawHash", "DeviceIp"];
        var filled = new List<string>();
        foreach (var field in typeof(MonitoringEvent).GetProperties().Where(field => field.PropertyType == typeof(string) && field.CanWrite && !ours.Contains(field.Name)))
        {
            field.SetValue(planned.Event, Named);
            filled.Add(field.Name);
        }

        Assert.Contains("SearchQuery", filled);
        planned.Event = planned.Event with { Categories = [Named], Unmapped = [KeyValuePair.Create(Named, Named)] };
        planned.SubjectName = "user:Anna Smith";
        planned.Assessment = planned.Assessment with
        {
            Reasons =
            [
                planned.Assessment.Reasons[0] with { Matched = Named, Explanation = Named, Parts = [new ReasonPart(Named, 3, new Counterfactual("none", Severity.None))] },
            ],
        };
        var redaction = new NameRedaction();
        redaction.Begin(Context(Erased(Some.Time), []), Record(Of("hello")));
        redaction.Redact(planned);

        var left = Encoding.UTF8.GetString(Some.Seal.Open(EventDetail.Of(Some.Seal, planned.Event, planned.Assessment, planned.History), SealedField.EventDetail));
        Assert.DoesNotContain("Anna", left, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(filled.Count + 6, left.Split("by [erased]").Length - 1);
        Assert.Equal("user:[erased]", planned.SubjectName);
        Assert.Equal((-1, -1), (planned.Assessment.Reasons[0].Start, planned.Assessment.Reasons[0].Parts[0].Start));
        Assert.True(redaction.IsInRecord);
    }

    [Theory]
    [InlineData("school.0123456789ab", "because Anna Smith was called so", "because [erased] was called so")]
    [InlineData("suicide.method.en-001", "Not counted: the school excludes 'play' (school.0123456789ab): Anna Smith is in it", "Not counted: the school excludes 'play' (school.0123456789ab): [erased] is in it")]
    [InlineData("suicide.method.en-001", "What Anna Smith said is how one explains it.", "What Anna Smith said is how one explains it.")]
    public void WhatStaffExplainedIsReadForTheNameAndWhatTheSharedRulesExplainIsNot(string rule, string explained, string left)
    {
        var planned = Assert.Single(Run(Of("i will kill myself tonight"), Nobody()).Events);
        planned.Assessment = planned.Assessment with { Reasons = [planned.Assessment.Reasons[0] with { Rule = rule, Explanation = explained }] };
        var redaction = new NameRedaction();
        redaction.Begin(Context(Erased(Some.Time), []), Record(Of("hello")));

        redaction.Redact(planned);

        Assert.Equal(left, planned.Assessment.Reasons[0].Explanation);
    }

    [Fact]
    public void WhatIsReceivedAfterwardsSaysWhomItSays()
    {
        var plan = Run(Of(Grave), Erased(Some.Time.AddSeconds(-1)));

        Assert.Equal(Grave, Assert.Single(plan.Events).Event.Text);
        Assert.Single(plan.Evidence);
    }

    [Fact]
    public void ALegalHoldOnWhoDidItWins()
    {
        var plan = Run(Of(Grave), Erased(Some.Time, held: "user:b"));

        Assert.Equal(Grave, Assert.Single(plan.Events).Event.Text);
        Assert.Single(plan.Evidence);
    }

    [Fact]
    public void ANameBesideTheTextKeepsTheBytesFromBecomingEvidence()
    {
        // Base64 of the name, in a field that the mapping does not know.
        var plan = Run(Of("i will kill myself tonight", extra: ",\"about\":\"QW5uYSBTbWl0aA==\""), Erased(Some.Time));

        Assert.DoesNotContain(Assert.Single(plan.Events).Event.Unmapped, field => field.Value.Contains("QW5u", StringComparison.Ordinal));
        Assert.Empty(plan.Evidence);
    }

    [Fact]
    public void ACategoryThatIsANameIsCountedWithoutIt()
    {
        var plan = Run(Of("i will kill myself tonight", category: "Anna Smith"), Erased(Some.Time));

        Assert.DoesNotContain(plan.Counters.Counts.Keys, key => key.Category.Contains("Anna", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(plan.Unmapped.Keys, key => key.Value.Contains("Anna", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(plan.Counters.Counts.Keys, key => key.Category == NameMask.Erased);
    }

    [Fact]
    public void ARecordThatNothingReadsLosesTheNameToo()
    {
        var plan = Run($"no mapping reads this: {Grave}", Erased(Some.Time));

        var unread = Assert.Single(plan.Events);
        Assert.Equal(("no mapping reads this: i will kill myself tonight because of [erased]", Severity.Critical), (unread.Event.Text, unread.Assessment.Severity));
        Assert.Empty(plan.Evidence);
    }

    [Fact]
    public void WhoeverIsOnThePeopleListKeepsTheirOwnName()
    {
        // Erased was another of the same first name, who was called so in texts.
        var people = new Dictionary<string, Subject>(StringComparer.Ordinal) { ["anna"] = Subject.Nobody with { Account = "anna", Role = PersonRole.Pupil } };

        var (listed, stranger) = (Run(Of("i will kill myself tonight", user: "anna"), Erased(Some.Time, also: "Anna"), people), Run(Of("i will kill myself tonight", user: "anna"), Erased(Some.Time, also: "Anna")));

        Assert.Equal(("user:anna", "anna"), (listed.Events[0].SubjectName, listed.Events[0].Event.User));
        Assert.Equal(("user:[erased]", "[erased]"), (stranger.Events[0].SubjectName, stranger.Events[0].Event.User));
    }

    [Fact]
    public void WhatARefusedRecordIsKeptAsDoesNotHangOnTheOneBeforeIt()
    {
        var stages = new Stages(Repository.Rules, NullLogger.Instance);
        var (context, plan) = (Context(Erased(Some.Time, account: "b"), []), new RecordPlan());
        plan.Start(1);
        stages.Run(context, Guid.NewGuid(), 1, Record(Of("i will kill myself tonight")), plan);
        Assert.Empty(plan.Evidence);

        stages.Refused(context, Guid.NewGuid(), 2, Record(Of("i will kill myself tonight", user: "c")), plan);

        Assert.Single(plan.Evidence);
    }

    [Fact]
    public void ASchoolInWhichNobodyWasErasedDoesNotHangOnTheOneBeforeIt()
    {
        var stages = new Stages(Repository.Rules, NullLogger.Instance);
        var plan = new RecordPlan();
        plan.Start(1);
        stages.Run(Context(Erased(Some.Time), []), Guid.NewGuid(), 1, Record(Of(Grave)), plan);
        Assert.Empty(plan.Evidence);

        stages.Run(Context(Nobody(), []), Guid.NewGuid(), 2, Record(Of(Grave)), plan);

        Assert.Equal(Grave, plan.Events[1].Event.Text);
        Assert.Single(plan.Evidence);
    }

    private static ErasedHere Nobody() => ErasedHere.Nobody;

    private static ErasedHere Erased(DateTimeOffset until, string account = "anna.smith", string also = "Anna Smith", string? held = null)
    {
        var id = Guid.NewGuid();
        return new ErasedHere(
            [new(Some.Seal.Index("user:" + account), until, id), new(ErasedHere.KeyOf(Some.Seal, account), until, id), new(ErasedHere.KeyOf(Some.Seal, also), until, id)], version: 1,
            held is null ? [] : [Some.Seal.Index(held)]);
    }

    private static string Of(string text, string user = "b", string category = "self-harm", string extra = "") =>
        $$"""{"alerts":[{"timestamp":"2026-03-02T13:00:00+00:00","user":{"email":"{{user}}@school.example"},"alertCategory":"{{category}}","level":"imminent","text":"{{text}}"{{extra}}}]}""";

    private static RawRecord Record(string body) => new(Some.Json, Some.Time, RecordFlags.None, Encoding.UTF8.GetBytes(body));

    private static StreamContext Context(ErasedHere erased, Dictionary<string, Subject> people) => new(
        Target, "lightspeed", Repository.Rules.Mappings.Find("lightspeed"), TimeZoneInfo.Utc, TimeSpan.FromHours(2), new SchoolPeople(people, [])) { Seal = Some.Seal, Erased = erased };

    private static RecordPlan Run(string body, ErasedHere erased, Dictionary<string, Subject>? people = null)
    {
        var plan = new RecordPlan();
        plan.Start(1);
        new Stages(Repository.Rules, NullLogger.Instance).Run(Context(erased, people ?? []), Guid.NewGuid(), 1, Record(body), plan);
        return plan;
    }
}
