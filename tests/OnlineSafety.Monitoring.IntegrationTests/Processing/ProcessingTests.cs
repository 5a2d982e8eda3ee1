using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Processing;

[Collection(PostgresCollection.Name)]
public sealed class ProcessingTests(PostgresFixture postgres) : ProcessingScene(postgres)
{
    [Fact]
    public async Task ABlockedSearchForAMethodOfSuicideBecomesACriticalAlertWithItsReasonEvidenceAndMail()
    {
        var dsl = await AddStaffAsync("dsl");
        await AppendAsync(Search("j.example", "painless ways to kill myself"));
        await DrainAsync();

        var alert = Assert.Single(await QueryAsync("SELECT severity, risk, parent_theme, state, route, subject_key, event_count, convert_from(reasons, 'UTF8') FROM onlinesafety.alert"));
        Assert.Equal([(short)4, (short)1, "suicide", "new", "dsl", "user:j.example", 1], alert[..7]);
        Assert.NotEmpty(JsonDocument.Parse((string)alert[7]).RootElement.EnumerateArray());
        var mail = Assert.Single(await QueryAsync("SELECT staff_id, state, cause FROM onlinesafety.notification"));
        Assert.Equal([dsl, "due", "raised"], mail);
        var raw = Assert.Single(await QueryAsync("SELECT raw FROM onlinesafety.evidence"));
        Assert.Contains("painless", Encoding.UTF8.GetString((byte[])raw[0]), StringComparison.Ordinal);
        await AssertBalancedAsync(concern: 1);
    }

    [Fact]
    public async Task OrdinaryBrowsingLeavesOnlyNumbers()
    {
        for (var i = 0; i < 50; i++)
        {
            await AppendAsync(Visit("pupil" + i, "https://www.bbc.co.uk/bitesize", "Education"));
        }

        await DrainAsync();
        Assert.Empty(await QueryAsync("SELECT 1 FROM onlinesafety.event UNION ALL SELECT 1 FROM onlinesafety.evidence UNION ALL SELECT 1 FROM onlinesafety.alert"));
        var counted = Assert.Single(await QueryAsync("SELECT sum(n)::int FROM onlinesafety.counter_block, unnest(counts) n"));
        Assert.Equal(50, counted[0]);
        await AssertBalancedAsync(counted: 50);
    }

    [Fact]
    public async Task ABlockedSearchWithoutConcernIsKeptWithItsEvidenceAndRaisesNothing()
    {
        await AppendAsync(Search("pupil", "capital of france"));
        await DrainAsync();

        Assert.Equal([(short)0], Assert.Single(await QueryAsync("SELECT severity FROM onlinesafety.event")));
        Assert.Single(await QueryAsync("SELECT 1 FROM onlinesafety.evidence"));
        Assert.Empty(await QueryAsync("SELECT 1 FROM onlinesafety.alert"));
        await AssertBalancedAsync(concern: 1);
    }

    [Fact]
    public async Task ARecordThatNoMappingReadsIsKeptListedAndReadForGraveWords()
    {
        await AddStaffAsync("dsl");
        await AppendAsync("something quite different", "free text: i want to kill myself tonight");
        await DrainAsync();

        var events = await QueryAsync("SELECT review, severity > 0, alert_id IS NOT NULL FROM onlinesafety.event ORDER BY seq");
        Assert.Equal(2, events.Count);
        Assert.All(events, e => Assert.NotEqual("", e[0]));
        Assert.Equal([false, false], events[0][1..]);
        Assert.Equal([true, true], events[1][1..]);
        var alert = Assert.Single(await QueryAsync("SELECT needs_review FROM onlinesafety.alert"));
        Assert.Equal(true, alert[0]);
        Assert.Single(await QueryAsync("SELECT 1 FROM onlinesafety.notification WHERE state = 'due'"));
        Assert.Equal(2L, Assert.Single(await QueryAsync("SELECT sum(count)::bigint FROM onlinesafety.unmapped WHERE kind = 'record'"))[0]);
        await AssertBalancedAsync(review: 2);
    }

    [Fact]
    public async Task OnePersonsEventsInTheWindowAreOneAlertAndEachIsKept()
    {
        await AddStaffAsync("dsl");
        for (var i = 0; i < 5; i++)
        {
            await AppendAsync(Search("j.example", "painless ways to kill myself"));
            await DrainAsync();
        }

        await AppendAsync(Search("another.example", "painless ways to kill myself"));
        await DrainAsync();
        var counts = (await QueryAsync("SELECT event_count FROM onlinesafety.alert ORDER BY number")).ConvertAll(r => (int)r[0]);
        Assert.Equal([5, 1], counts);
        Assert.Equal(6, (await QueryAsync("SELECT 1 FROM onlinesafety.event WHERE alert_id IS NOT NULL")).Count);
        Assert.Equal(2, (await QueryAsync("SELECT 1 FROM onlinesafety.notification")).Count);
    }

    [Fact]
    public async Task AnAlertAboutTheDslGoesToTheHeadAndOneAboutTheHeadToTheChair()
    {
        var dsl = await AddStaffAsync("dsl", "d.lead");
        var head = await AddStaffAsync("head", "h.teacher");
        var chair = await AddStaffAsync("chair", "c.governor");
        await AppendAsync(Search("d.lead", "painless ways to kill myself"), Search("h.teacher", "painless ways to kill myself"));
        await DrainAsync();

        var rows = await QueryAsync("SELECT a.route, a.subject_staff, n.staff_id FROM onlinesafety.alert a JOIN onlinesafety.notification n USING (school_id, alert_id) ORDER BY a.route");
        Assert.Equal(2, rows.Count);
        Assert.Equal(["chair", head, chair], rows[0]);
        Assert.Equal(["head", dsl, head], rows[1]);
    }

    [Fact]
    public async Task WithNobodyToTellTheLedgerSaysSo()
    {
        await AppendAsync(Search("j.example", "painless ways to kill myself"));
        await DrainAsync();
        Assert.Equal(["failed", "no-recipient"], Assert.Single(await QueryAsync("SELECT state, error FROM onlinesafety.notification")));
    }
}
