namespace OnlineSafety.Monitoring.IntegrationTests.Processing;

/// <summary>Events that name nobody: copies share an alert, and hide no second child.</summary>
[Collection(PostgresCollection.Name)]
public sealed class CopiesTests(PostgresFixture postgres) : ProcessingScene(postgres)
{
    private const string Copy = "url=https://forum.example.test/ search=\"painless ways to kill myself\"";

    private const string Alerts = "SELECT state, event_count, severity FROM onlinesafety.alert ORDER BY number";

    [Fact]
    public async Task NineCopiesAreOneAlertAndWhatSaysAnythingElseIsAnother()
    {
        var target = await Installation.AddSourceAsync("generic");
        await AppendToAsync(target, [.. Enumerable.Repeat(Copy, 5)]);
        await DrainAsync();
        await AppendToAsync(target, [.. Enumerable.Repeat(Copy, 4), Copy + " note=\"form 9b\"", Copy.Replace("forum", "chat", StringComparison.Ordinal)]);
        await DrainAsync();
        Assert.Equal([["new", 9, (short)4], ["new", 1, (short)4], ["new", 1, (short)4]], await QueryAsync(Alerts));
        Assert.Equal(9, (await QueryAsync("SELECT 1 FROM onlinesafety.event e JOIN onlinesafety.alert a USING (school_id, alert_id) WHERE a.number = 1 AND e.subject_key IS NULL")).Count);
    }

    [Fact]
    public async Task WhatComesOnceSomebodyTookTheAlertIsAnAlertOfItsOwnAndIsTold()
    {
        await AddStaffAsync("dsl");
        var target = await Installation.AddSourceAsync("generic");
        await AppendToAsync(target, Copy);
        await DrainAsync();
        await Installation.Store.RunAsync("UPDATE onlinesafety.alert SET state = 'acknowledged', acknowledged_at = now(), acknowledged_by = 'd.lead', acted_at = now()");
        await AppendToAsync(target, Copy);
        await DrainAsync();
        Assert.Equal([["acknowledged", 1, (short)4], ["new", 1, (short)4]], await QueryAsync(Alerts));
        Assert.Equal(["raised", "raised"], (await QueryAsync("SELECT cause FROM onlinesafety.notification")).Select(row => row[0]));
    }

    [Fact]
    public async Task OfWhatNothingCouldReadOnlyTheSameBytesAreACopy()
    {
        var target = await Installation.AddSourceAsync("generic");
        await AppendToAsync(target, "somebody wrote: i want to kill myself", "somebody wrote: i want to kill myself", "somebody else wrote: i want to kill myself");
        await DrainAsync();
        Assert.Equal([2, 1], (await QueryAsync("SELECT event_count FROM onlinesafety.alert WHERE needs_review ORDER BY number")).Select(row => row[0]));
    }
}
