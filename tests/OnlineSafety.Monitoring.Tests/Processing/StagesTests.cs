using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Processing;

public sealed class StagesTests
{
    [Fact]
    public void AFaultAfterTheFirstEventOfARecordKeepsThatEventAndTheReviewApart()
    {
        // No zone: the second item, whose time names none, breaks the stage.
        var context = new StreamContext(
            new SourceKey(Guid.NewGuid(), Guid.NewGuid()), "lightspeed", Repository.Rules.Mappings.Find("lightspeed"), TimeZone: null!, TimeSpan.FromHours(2), new SchoolPeople(new Dictionary<string, Subject>(), [])) { Seal = Some.Seal };
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
    public void ACanaryIsAControlRecordAndHidesNothingBesideIt()
    {
        const string token = "oscanaryabcdefghijklmnopqrstuvwxyz";
        var canary = Guid.NewGuid();
        var context = new StreamContext(
            new SourceKey(Guid.NewGuid(), Guid.NewGuid()), "lightspeed", Repository.Rules.Mappings.Find("lightspeed"), TimeZoneInfo.Utc, TimeSpan.FromHours(2), new SchoolPeople(new Dictionary<string, Subject>(), []))
        {
            Seal = Some.Seal,
            Canaries = new CanaryTokens([(canary, token, Canary.AddressOf(token, host: null))]),
        };
        var plan = Run($$"""{"alerts":[{"user":{"email":"a@school.example"},"url":"https://www.google.com/search?q={{token}}"}]}""");
        Assert.Equal((1, 0, 0), (plan.Count(Disposition.Control), plan.Events.Count, plan.Counters.Counts.Count));
        Assert.Equal(canary, Assert.Single(plan.Canaries).Key);
        // It says nothing of what pupils do: a source that sends canaries alone is silent.
        Assert.Null(plan.Activity.LastAt);

        plan = Run($$"""
            {"alerts":[{"user":{"email":"a@school.example"},"url":"https://www.google.com/search?q={{token}}"},
                       {"user":{"email":"b@school.example"},"alertCategory":"self-harm","level":"imminent","text":"i will kill myself tonight"}]}
            """);
        Assert.Equal((0, 1), (plan.Count(Disposition.Control), plan.Count(Disposition.Concern)));
        Assert.Single(plan.Canaries);

        plan = Run($$"""{"alerts":[{"user":{"email":"a@school.example"},"url":"https://www.google.com/search?q={{token}}","text":"i will kill myself tonight"}]}""");
        Assert.Equal(1, plan.Count(Disposition.Concern));

        plan = Run($$"""{"alerts":[{"user":{"email":"a@school.example"},"url":"https://www.google.com/search?q=painless+ways+to+kill+myself+{{token}}"}]}""");
        Assert.Empty(plan.Canaries);
        Assert.Equal(1, plan.Count(Disposition.Concern));

        RecordPlan Run(string json)
        {
            var made = new RecordPlan();
            made.Start(1);
            new Stages(Repository.Rules, NullLogger.Instance).Run(context, Guid.NewGuid(), 1, new RawRecord(Some.Json, Some.Time, RecordFlags.None, Encoding.UTF8.GetBytes(json)), made);
            return made;
        }
    }

    /// <summary>As writers of JSON, relays, Windows and web pages write it: in none of these bytes do the words stand as they are spoken.</summary>
    [Theory]
    [InlineData("""{"said":"i want to\nkill myself"}""")]
    [InlineData("""{"said":"\u0069 want to \u006bill myself"}""")]
    [InlineData("""{"inner":"{\\"said\\":\\"i want to\\nkill myself\\"}"}""")]
    [InlineData("""{"said":"i want to kill\u200b myself"}""")]
    [InlineData("""{"html":"\u003cp\u003ei want to \u003cb\u003ekill\u003c/b\u003e myself"}""")]
    [InlineData("<p>i want to <b>kill</b>&nbsp;myself</p>")]
    [InlineData("said: i want to#012kill myself")]
    [InlineData("https://filter.example/?u=https%3A%2F%2Fsearch.example%2F%3Fq%3Di%2520want%2520to%2520kill%2520myself")]
    public void GraveWordsAreFoundHoweverTheSenderEscapesThem(string record)
    {
        Assert.Equal(Severity.Critical, Assert.Single(Captured(Encoding.UTF8.GetBytes(record)).Events).Assessment.Severity);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void GraveWordsAreFoundInUtf16(bool bigEndian, bool mark)
    {
        var encoding = new UnicodeEncoding(bigEndian, mark);
        byte[] record = [.. encoding.GetPreamble(), .. encoding.GetBytes("id;who;said\r\n8;ada;i want to kill myself\r\n")];
        Assert.Contains("i want to kill myself", Assert.Single(Captured(record).Events).Event.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void GraveWordsInACapturedRecordDoNotMakeItsSourceUnreadable() =>
        Assert.Equal((1, 0), Assert.Single(Captured("i want to kill myself"u8.ToArray()).Activity.Hours) is var hour ? (hour.Records, hour.Unreadable) : default);

    [Fact]
    public void ACanaryIsSeenInACapturedRecordAndHidesNothingInIt()
    {
        const string token = "oscanaryabcdefghijklmnopqrstuvwxyz";
        var plan = Captured(Encoding.UTF8.GetBytes($"q={token} i want to kill myself"), new CanaryTokens([(Guid.NewGuid(), token, Canary.AddressOf(token, host: null))]));
        Assert.Single(plan.Canaries);
        Assert.Equal(Severity.Critical, Assert.Single(plan.Events).Assessment.Severity);
    }

    private static RecordPlan Captured(byte[] record, CanaryTokens? canaries = null) => RunMapped("", record, capture: true, canaries);

    private static RecordPlan RunMapped(string mapping, byte[] record, bool capture = false, CanaryTokens? canaries = null)
    {
        var context = new StreamContext(
            new SourceKey(Guid.NewGuid(), Guid.NewGuid()), "unknown", capture ? [] : Repository.Rules.Mappings.Compile("unknown", Encoding.UTF8.GetBytes(mapping)), TimeZoneInfo.Utc, TimeSpan.FromHours(2),
            new SchoolPeople(new Dictionary<string, Subject>(), []))
        {
            Seal = Some.Seal,
            Capture = capture,
            Canaries = canaries ?? CanaryTokens.None,
        };
        var plan = new RecordPlan();
        plan.Start(1);
        new Stages(Repository.Rules, NullLogger.Instance).Run(context, Guid.NewGuid(), 1, new RawRecord(Some.Json, Some.Time, RecordFlags.None, record), plan);
        return plan;
    }

    /// <summary>Each of these mappings reads the record, and puts its words where no rule looks.</summary>
    [Theory]
    [InlineData(""" "shape": { "type": "json" }, "fields": { "user": "$.who" } """, "")]
    [InlineData(""" "shape": { "type": "json" }, "keep": ["$.said"], "fields": { "user": "$.who" } """, "")]
    [InlineData(""" "shape": { "type": "json" }, "fields": { "user": "$.who", "group": "$.said" } """, "")]
    [InlineData(""" "shape": { "type": "json" }, "fields": { "user": "$.who", "deviceHost": "$.said" } """, "")]
    [InlineData(""" "shape": { "type": "json" }, "fields": { "user": "$.said" } """, "")]
    [InlineData(""" "shape": { "type": "json", "records": ["$.list"] }, "fields": { "user": "$.who" } """, "no-records")]
    [InlineData(""" "shape": { "type": "json" }, "fields": { "user": "$.name", "action": { "default": "blocked" }, "kind": { "default": "visit" } } """, "no-fields")]
    [InlineData(""" "shape": { "type": "json" }, "control": [{ "field": "$.who", "blank": false }], "fields": { "text": "$.said" } """, "heartbeat")]
    public void AMappingThatReadsTheWrongFieldHidesNoGraveWords(string mapping, string review)
    {
        var plan = RunMapped(
            $$"""{ "product": "unknown", "mappings": [{ "id": "unknown.one", "version": 1, "status": "unverified", "source": "a test", "ask": "nothing", {{mapping}} }] }""",
            """{"who":"ada","said":"i want to kill myself","list":[]}"""u8.ToArray());
        var planned = Assert.Single(plan.Events);
        Assert.Equal((Severity.Critical, review), (planned.Assessment.Severity, planned.Review));
        Assert.Equal(1, plan.Count(review.Length > 0 ? Disposition.Review : Disposition.Concern));
    }

    [Fact]
    public void WhatTheRestOfARecordSaysBringsNoneOfWhatItsFieldsSayToNothing()
    {
        var plan = RunMapped(
            """
            { "product": "unknown", "mappings": [{ "id": "unknown.one", "version": 1, "status": "unverified", "source": "a test", "ask": "nothing",
                "shape": { "type": "json" }, "keep": ["$.said"], "fields": { "user": "$.who", "text": "$.text", "kind": { "default": "typed" } } }] }
            """,
            """{"who":"ada","text":"my stepdad touches me at night in minecraft","said":"i want to kill myself"}"""u8.ToArray());
        var assessment = Assert.Single(plan.Events).Assessment;
        Assert.Equal((Severity.Critical, "suicide", Audience.DslOnly), (assessment.Severity, assessment.ParentTheme, assessment.Audience));
        Assert.Equal((assessment.Theme, "abuse_disclosure"), (assessment.Themes[0], assessment.Themes[^1]));
        Assert.All(assessment.Reasons.Where(r => r.Field == "text"), r => Assert.Equal(new Counterfactual(assessment.Theme, Severity.Critical), r.Without));
        Assert.Contains(assessment.Reasons, r => r is { Field: "text", Effect: "excluded" });
        Assert.Equal(new Counterfactual("abuse_disclosure", Severity.Medium), assessment.Reasons[0].Without);
    }

    [Fact]
    public void TheTextOfAnUnreadRecordIsNotCutInsideACharacter()
    {
        var context = new StreamContext(
            new SourceKey(Guid.NewGuid(), Guid.NewGuid()), "", [], TimeZoneInfo.Utc, TimeSpan.FromHours(2), new SchoolPeople(new Dictionary<string, Subject>(), [])) { Seal = Some.Seal };
        var record = new RawRecord(Some.Syslog, Some.Time, RecordFlags.None, Encoding.UTF8.GetBytes(new string('x', 4095) + "\U0001F600"));
        var plan = new RecordPlan();
        plan.Start(1);
        new Stages(Repository.Rules, NullLogger.Instance).Run(context, Guid.NewGuid(), 1, record, plan);
        Assert.Equal(new string('x', 4095), Assert.Single(plan.Events).Event.Text);
    }

    [Theory]
    [InlineData("https://www.google.com/search?q=where+to+buy+a+vape", "where to buy a vape", 1)]
    [InlineData("https://www.google.com/complete/search?q=where+to+buy+a+vape", "where to buy a vape", 0)]
    [InlineData("https://www.google.com/complete/search?q=how+to+kill+myself", "how to kill myself", 1)]
    public void WhatABrowserAsksWithEveryKeyIsNoEventUnlessItIsGrave(string url, string terms, int events)
    {
        var context = new StreamContext(
            new SourceKey(Guid.NewGuid(), Guid.NewGuid()), "protex", Repository.Rules.Mappings.Find("protex"), TimeZoneInfo.Utc, TimeSpan.FromHours(2), new SchoolPeople(new Dictionary<string, Subject>(), [])) { Seal = Some.Seal };
        var line = $"1772442901.007\t\tada\t192.0.2.41\tpc-1\t{url}\tGET\t403\t0\t-\t-\t-\t12\t-\t450\t*DENIED* Banned search term found\t0\t-\tprimary\t1\t{terms}\t8080:PM:ntlm:map";
        var plan = new RecordPlan();
        plan.Start(1);
        new Stages(Repository.Rules, NullLogger.Instance).Run(context, Guid.NewGuid(), 1, new RawRecord(Some.Syslog, Some.Time, RecordFlags.None, Encoding.UTF8.GetBytes(line)), plan);
        Assert.Equal(events, plan.Events.Count);
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
                new SourceKey(Guid.NewGuid(), Guid.NewGuid()), product, Repository.Rules.Mappings.Find(product), TimeZoneInfo.Utc, TimeSpan.FromHours(2), new SchoolPeople(new Dictionary<string, Subject>(), [])) { Seal = Some.Seal };
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
