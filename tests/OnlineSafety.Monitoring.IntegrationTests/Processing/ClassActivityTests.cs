using System.Text;

namespace OnlineSafety.Monitoring.IntegrationTests.Processing;

[Collection(PostgresCollection.Name)]
public sealed class ClassActivityTests(PostgresFixture postgres) : ProcessingScene(postgres)
{
    private static string Cocaine(string user) => Search(user, "where can i buy cocaine");

    private const string Alerts = "SELECT subject_key LIKE 'cohort:%', severity, event_count, route FROM onlinesafety.alert ORDER BY number";

    [Fact]
    public async Task FromTheFifthPupilOnTheClassHasOneAlert()
    {
        await AppendAsync([.. Enumerable.Range(1, 30).Select(i => Cocaine($"pupil{i}"))]);
        await DrainAsync();

        var alerts = await QueryAsync(Alerts);
        Assert.Equal(5, alerts.Count);
        Assert.All(alerts[..4], alert => Assert.Equal([false, (short)2, 1, "dsl"], alert));
        Assert.Equal([true, (short)2, 26, "dsl"], alerts[4]);
        Assert.Equal(30, (await QueryAsync("SELECT DISTINCT subject_key FROM onlinesafety.event")).Count);
        var last = Encoding.UTF8.GetString((byte[])Assert.Single(await QueryAsync("SELECT detail FROM onlinesafety.event ORDER BY seq DESC LIMIT 1"))[0]);
        Assert.Contains("\"alike\":30", last, StringComparison.Ordinal);
        Assert.Contains("correlate.class-activity", last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatWasRecordedBeforeCountsAndAPupilWithAnOpenAlertStaysInIt()
    {
        await AppendAsync([.. Enumerable.Range(1, 4).Select(i => Cocaine($"pupil{i}"))]);
        await DrainAsync();
        await AppendAsync(Cocaine("pupil5"), Cocaine("pupil1"));
        await DrainAsync();
        var alerts = await QueryAsync(Alerts);
        Assert.Equal([(false, 2), (false, 1), (false, 1), (false, 1), (true, 1)], alerts.Select(a => ((bool)a[0], (int)a[2])));
    }

    [Fact]
    public async Task AGraverThingOfOneOfTheClassIsAnAlertOfItsOwn()
    {
        await AppendAsync([.. Enumerable.Range(1, 6).Select(i => Cocaine($"pupil{i}")), Search("pupil6", "painless ways to kill myself")]);
        await DrainAsync();
        var alerts = await QueryAsync(Alerts);
        Assert.Equal([(true, 2), (false, 1)], alerts.TakeLast(2).Select(a => ((bool)a[0], (int)a[2])));
        Assert.Equal((short)4, alerts[^1][1]);
        Assert.Equal(["user:pupil6"], Assert.Single(await QueryAsync("SELECT subject_key FROM onlinesafety.alert WHERE severity = 4")));
    }
}
