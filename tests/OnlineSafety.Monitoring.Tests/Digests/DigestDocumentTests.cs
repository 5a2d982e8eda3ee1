using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Digests;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Email;

namespace OnlineSafety.Monitoring.Tests.Digests;

public sealed class DigestDocumentTests
{
    private static readonly TimeZoneInfo London = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");
    private static readonly DigestDocument Document = new(new ThemeCodes(), CategoryWords.None, Options.Create(new MailOptions { BaseUrl = "https://safety.example.test" }));
    private static readonly StaffMember Dsl = new(Guid.NewGuid(), ["dsl"], Enabled: true);
    private static readonly StaffMember Governor = new(Guid.NewGuid(), ["digest"], Enabled: true);
    private static readonly DateTimeOffset To = new(2026, 11, 25, 7, 30, 0, TimeSpan.Zero);

    private static DigestContent Empty => new()
    {
        School = "Oak School",
        Day = new DateOnly(2026, 11, 25),
        Late = false,
        From = To.AddDays(-1),
        To = To,
        Blocked = [],
        BlockedTotal = 0,
        Actions = [],
        Alerts = [],
        Unacknowledged = [],
        Sources = [],
        Watch = new WatchReport { Backlog = 0, Dsls = 1, Deputies = 1, Heads = 1, Chairs = 1 },
        Heads = [],
    };

    private static AlertGroup Alerts(long count, string route = "dsl", short audience = 0, Guid? subject = null, string state = "new") =>
        new(state, 3, "self_harm", audience, route, subject, Raised: true, count);

    private static string Text(DigestContent content, StaffMember reader) => Document.Render(content, reader, London).Body.ToText();

    [Fact]
    public void AnEmptyDayStillSaysWhatIsNotWatched()
    {
        var say = Document.Render(Empty, Dsl, London);

        Assert.Equal("[Online safety] Daily digest for Oak School, Wed 25 Nov 2026: 0 open alerts", say.Subject);
        Assert.Contains("nothing is being watched", say.Body.ToText(), StringComparison.Ordinal);
        Assert.Contains("1 gap in what is watched", say.Body.ToText(), StringComparison.Ordinal);
        Assert.DoesNotContain("Nothing stands out", say.Body.ToText(), StringComparison.Ordinal);
        Assert.Contains("Out of hours", say.Body.ToText(), StringComparison.Ordinal);
        Assert.Contains("No blocked activity was recorded", say.Body.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatTheSchoolExcludesIsListedWithWhoAndUntilWhen()
    {
        Assert.DoesNotContain("excludes", Text(Empty, Dsl), StringComparison.Ordinal);
        var text = Text(Empty with { Exclusions = [new Exclusion("machete lane", Rule: false, "A road by the school.", "d.lead", To.AddDays(3))] }, Dsl);
        Assert.Contains("Phrase \"machete lane\" until Sat 28 Nov 07:30, by d.lead: A road by the school.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void AnAlertAboutTheReaderIsNotCountedForThatReaderAndIsForAnother()
    {
        var reader = Dsl with { Roles = ["dsl", "head"] };
        var other = new StaffMember(Guid.NewGuid(), ["dsl", "head"], Enabled: true);
        var content = Empty with { Alerts = [Alerts(1, "head", subject: reader.Id), Alerts(2)], Unacknowledged = [new WaitingAlert(77, 3, "grooming", 0, "head", reader.Id, To.AddHours(-5))] };

        Assert.Contains(": 2 open alerts", Document.Render(content, reader, London).Subject, StringComparison.Ordinal);
        Assert.DoesNotContain("Grooming", Text(content, reader), StringComparison.Ordinal);
        Assert.Contains(": 3 open alerts", Document.Render(content, other, London).Subject, StringComparison.Ordinal);
        Assert.Contains("Grooming", Text(content, other), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("head", 0, "dsl", false)]
    [InlineData("chair", 0, "dsl", false)]
    [InlineData("head", 0, "head", true)]
    [InlineData("dsl", 0, "digest", true)]
    [InlineData("dsl", 1, "digest", false)]
    [InlineData("dsl", 1, "dsl", true)]
    [InlineData("head", 0, "digest", false)]
    public void OnlyWhatIsRoutedToTheReaderIsCounted(string route, short audience, string role, bool counted)
    {
        var view = new DigestView(Empty with { Alerts = [Alerts(1, route, audience)] }, new StaffMember(Guid.NewGuid(), [role], Enabled: true));

        Assert.Equal(counted ? 1 : 0, view.Open);
    }

    [Fact]
    public void AttentionNamesSilenceBacklogFailuresAndWaitingAlerts()
    {
        var content = Empty with
        {
            Alerts = [Alerts(1) with { Untold = 1 }],
            Unacknowledged = [new WaitingAlert(7, 4, "suicide", 0, "dsl", null, To.AddHours(-30))],
            Sources =
            [
                new SourceReport(Guid.NewGuid(), "Web filter", "protex", false, To.AddHours(-50), 10, 2, 1),
                new SourceReport(Guid.NewGuid(), "Monitoring", "senso", false, null, 0, 0, 0),
            ],
            Actions = [new ActionTotal(1, 50, 20), new ActionTotal(2, 50, 10)],
            Undelivered = [new UndeliveredMessages("", 0, null, "D. Lead", "recipient-refused", Failed: true, 3)],
            Watch = Empty.Watch with { Backlog = 1200, Dsls = 0 },
        };
        var text = Text(content, Dsl);

        Assert.Contains("1 alert is not acknowledged; the oldest waits for 30 h 0 min.", text, StringComparison.Ordinal);
        Assert.Contains("1 open alert has reached nobody by mail.", text, StringComparison.Ordinal);
        Assert.Contains("3 messages could not be delivered.", text, StringComparison.Ordinal);
        Assert.Contains("Source Web filter has been silent for 2 days.", text, StringComparison.Ordinal);
        Assert.Contains("Source Monitoring has never sent anything.", text, StringComparison.Ordinal);
        Assert.Contains("1,200 records wait to be processed.", text, StringComparison.Ordinal);
        Assert.Contains("30% of activity", text, StringComparison.Ordinal);
        Assert.Contains("No Designated Safeguarding Lead is set", text, StringComparison.Ordinal);
    }

    [Fact]
    public void AnAlertOfSeveralThemesCountsUnderEachAndHowManyAreCriticalIsSaid()
    {
        var text = Text(Empty with
        {
            Alerts = [Alerts(2) with { Themes = ["self_harm", "grooming"] }, Alerts(1) with { Severity = 4, Theme = "grooming", Themes = ["grooming"] }, Alerts(1, state: "escalated") with { Raised = false }],
        }, Dsl);

        Assert.Contains("3 alerts are not acknowledged, 1 critical.", text, StringComparison.Ordinal);
        Assert.Contains("1 alert is escalated and not taken on yet.", text, StringComparison.Ordinal);
        Assert.Matches(@"Grooming +3 +0\n", text);
        Assert.Matches(@"Self harm +2 +1\n", text);
    }

    [Fact]
    public void WhatIsAmissWithSourcesIsSaidOnceForAllThatItHoldsFor()
    {
        SourceReport Source(string name, string state, string words, bool heard = true, long unreadable = 0) =>
            new(Guid.NewGuid(), name, "protex", false, heard ? To.AddHours(-1) : null, 10, unreadable, 0, state, words, ["Host names alone."]);
        var content = Empty with
        {
            Watch = Empty.Watch with { JudgedAt = To },
            Sources =
            [
                Source("Library", "unwatched", "too little was heard yet"), Source("Lab", "unwatched", "too little was heard yet", unreadable: 3),
                Source("Sixth form", "never heard", "nothing was ever received from it", heard: false), Source("Dorm", "unwatched", "") with { Capture = true },
            ],
        };
        var text = Text(content, Dsl);

        Assert.Equal(["Source Sixth form has never sent anything.", "Sources Library, Lab: too little was heard yet."], DigestAttention.Gaps(content));
        Assert.Contains("2 gaps in what is watched and who is told are listed below.", text, StringComparison.Ordinal);
        Assert.Contains("Source Sixth form: nothing was ever received from it.", text, StringComparison.Ordinal);
        Assert.Contains("Source Dorm: waiting for a mapping.", text, StringComparison.Ordinal);
        Assert.Contains("3 records could not be read (Lab 3), and only the gravest phrases were looked for", text, StringComparison.Ordinal);
        Assert.Contains("Sources Library, Lab, Sixth form, Dorm: Host names alone.", text, StringComparison.Ordinal);
        Assert.Matches("Library +protex +too quiet to judge", text);
        Assert.Matches("Dorm +protex +waiting for a mapping", text);
        Assert.DoesNotContain("unwatched", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(0, 1, false)]
    [InlineData(1, 1, false)]
    [InlineData(2, 0, false)]
    public void OnePersonAloneForCallsForHelpIsAGap(int dsls, int deputies, bool gap)
    {
        var content = Empty with { Watch = Empty.Watch with { Dsls = dsls, Deputies = deputies } };

        Assert.Equal(gap, DigestAttention.Gaps(content).Any(line => line.StartsWith("One person alone", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(14, "ends within 14 days")]
    [InlineData(1, "ends within a day or has ended")]
    public void ACertificateThatEndsAsksForSomebodyToAct(int? days, string? words)
    {
        var text = Text(Empty with { Watch = Empty.Watch with { CertificateDays = days } }, Dsl);

        Assert.Equal(words is not null, text.Contains("TLS certificate", StringComparison.Ordinal));
        Assert.Contains(words ?? "", text.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsCutFromTheTableIsStillCounted()
    {
        var content = Empty with { Blocked = [new BlockedActivity("games", "none", 10)], BlockedTotal = 25 };

        Assert.Matches("All other categories +15", Text(content, Dsl));
        Assert.Matches("All other categories +15", Text(content, Governor));
    }

    [Fact]
    public void TheFooterHoldsTheChainHeads()
    {
        var head = new ChainHead(Guid.NewGuid(), Guid.NewGuid(), 4711, new string('a', 64));

        Assert.Contains($"{head.Stream:D} 4711 {head.Hash}", Text(Empty with { Heads = [head] }, Dsl), StringComparison.Ordinal);
    }

    [Fact]
    public void TheFooterHoldsAnAnchorOfTheDayAndWhatItCovers()
    {
        ChainHead[] heads = [new(Guid.NewGuid(), Guid.NewGuid(), 4711, new string('a', 64)), new(Guid.NewGuid(), Guid.NewGuid(), 9, new string('b', 64))];
        var text = Text(Empty with { Heads = heads }, Dsl).ReplaceLineEndings(" ");

        Assert.Contains("covers 4,720 stored records in 2 streams", text, StringComparison.Ordinal);
        Assert.Contains(DayAnchor.Of(Empty.Day, heads.Select(head => head.Anchor)), AnchorText.Read(text).Days);
    }

    [Fact]
    public void TheAnchorOfTheAccessRecordsIsPrintedAlsoWhenNothingWasReceived()
    {
        var anchor = AuditAnchor.Of(Guid.NewGuid(), 17, new byte[32]);

        var text = Text(Empty with { AuditAnchor = anchor.ToString() }, Governor).ReplaceLineEndings(" ");

        Assert.Equal([anchor], AuditAnchor.ReadAll(text));
        Assert.Empty(AnchorText.Read(text).Heads);
        Assert.Empty(AnchorText.Read(text).Days);
        Assert.Empty(AuditAnchor.ReadAll(Text(Empty, Governor)));
    }

    [Fact]
    public void ALateDigestSaysSo()
    {
        Assert.Contains("This digest is late", Text(Empty with { Late = true }, Dsl), StringComparison.Ordinal);
        Assert.DoesNotContain("This digest is late", Text(Empty, Dsl), StringComparison.Ordinal);
    }

    [Fact]
    public void ContentComesBackFromJsonAsItWas()
    {
        var content = Empty with { Alerts = [Alerts(1, subject: Guid.NewGuid())], Heads = [new ChainHead(Guid.NewGuid(), Guid.NewGuid(), 1, "00")] };
        var json = content.ToJson();

        Assert.Equal(json, DigestContent.FromJson(json).ToJson());
    }

    [Fact]
    public void AHostileCategoryStaysText()
    {
        var html = Document.Render(Empty with { Blocked = [new BlockedActivity("<img src=x onerror=alert(1)>", "none", 1)], BlockedTotal = 1 }, Dsl, London).Body.ToHtml();

        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.Contains("lang=\"en-GB\"", html, StringComparison.Ordinal);
    }
}
