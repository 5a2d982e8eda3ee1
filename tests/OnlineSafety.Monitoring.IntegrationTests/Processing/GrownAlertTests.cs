namespace OnlineSafety.Monitoring.IntegrationTests.Processing;

/// <summary>What becomes of an alert that is in somebody's hands when there is more to it.</summary>
[Collection(PostgresCollection.Name)]
public sealed class GrownAlertTests(PostgresFixture postgres) : ProcessingScene(postgres)
{
    private const string Grave = "painless ways to kill myself";

    [Theory]
    [InlineData("acknowledged")]
    [InlineData("in_review")]
    [InlineData("escalated")]
    [InlineData("handed_over")]
    public async Task ItIsNewAgainAndItsHistorySaysFromWhereAndWhy(string state)
    {
        var dsl = await AddStaffAsync("dsl");
        await AppendAsync(Search("j.example", Grave));
        await DrainAsync();
        await Installation.Store.RunAsync($"""
            UPDATE onlinesafety.alert SET state = '{state}', acknowledged_at = now(), acknowledged_by = 'd.lead', acted_at = now(), reference = 'C-1', assigned_to = '{dsl}'
            """);

        await AppendAsync(Search("j.example", Grave));
        await DrainAsync();

        Assert.Equal(
            ["new", DBNull.Value, DBNull.Value, true, true, "C-1", dsl],
            Assert.Single(await QueryAsync("SELECT state, acknowledged_at, acknowledged_by, acted_at IS NOT NULL, renewed_at > acted_at, convert_from(reference, 'UTF8'), assigned_to FROM onlinesafety.alert")));
        Assert.Equal(
            [state, "new", "grown", "critical-again", "service", "process", true],
            Assert.Single(await QueryAsync("SELECT from_state, to_state, step, detail, actor_kind, actor_name, at = (SELECT renewed_at FROM onlinesafety.alert) FROM onlinesafety.alert_step")));
        Assert.Equal(["raised", "critical-again"], (await QueryAsync("SELECT cause FROM onlinesafety.notification ORDER BY created_at")).Select(row => row[0]));
    }

    [Fact]
    public async Task WhatIsHighFromAnAddressOnceSomebodyHasItsAlertIsOneNewAlertHoweverMuchFollows()
    {
        await AddStaffAsync("dsl");
        var target = await Installation.AddSourceAsync("generic");
        await AppendToAsync(target, From("192.0.2.7", Grave));
        await DrainAsync();
        await Installation.Store.RunAsync("UPDATE onlinesafety.alert SET state = 'acknowledged', acknowledged_at = now(), acknowledged_by = 'd.lead', acted_at = now()");

        await AppendToAsync(target, From("192.0.2.7", Grave));
        await DrainAsync();
        await AppendToAsync(target, [.. Enumerable.Repeat(From("192.0.2.7", Grave), 9)]);
        await DrainAsync();

        Assert.Equal([["acknowledged", 1, "address:192.0.2.7"], ["new", 10, "address:192.0.2.7"]], await QueryAsync("SELECT state, event_count, subject_key FROM onlinesafety.alert ORDER BY number"));
        Assert.Equal(["raised", "raised"], (await QueryAsync("SELECT cause FROM onlinesafety.notification")).Select(row => row[0]));
    }

    private static string From(string address, string terms) => $"src_ip={address} url=https://www.google.com/search?q=x search=\"{terms}\"";

    [Fact]
    public async Task AnAlertThatNobodyTookYetIsNotRenewedByMoreOfTheSame()
    {
        await AddStaffAsync("dsl");
        await AppendAsync(Search("j.example", Grave));
        await DrainAsync();
        await AppendAsync(Search("j.example", Grave));
        await DrainAsync();

        Assert.Equal([2, DBNull.Value], Assert.Single(await QueryAsync("SELECT event_count, renewed_at FROM onlinesafety.alert")));
        Assert.Empty(await QueryAsync("SELECT 1 FROM onlinesafety.alert_step"));
    }

    [Fact]
    public async Task AResolvedAlertStaysResolvedAndTheNextIsOneOfItsOwn()
    {
        await AddStaffAsync("dsl");
        await AppendAsync(Search("j.example", Grave));
        await DrainAsync();
        await Installation.Store.RunAsync("UPDATE onlinesafety.alert SET state = 'resolved', outcome = 'concern', note = 'x', resolved_at = now(), resolved_by = 'x', acted_at = now()");
        await AppendAsync(Search("j.example", Grave));
        await DrainAsync();

        Assert.Equal(["resolved", "new"], (await QueryAsync("SELECT state FROM onlinesafety.alert ORDER BY number")).Select(row => row[0]));
        Assert.Empty(await QueryAsync("SELECT 1 FROM onlinesafety.alert_step"));
    }
}
