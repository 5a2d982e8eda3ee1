using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Reading;
using OnlineSafety.Monitoring.IntegrationTests.Notifications;

namespace OnlineSafety.Monitoring.IntegrationTests.Alerts;

/// <summary>By when an alert must be answered is one time, wherever people look: the one after which escalation tells others.</summary>
public sealed class QueueClockTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly ThemeGuide Guide = ThemeGuide.Read("""{"taxonomy":"t","version":"1","themes":[]}"""u8.ToArray());

    [Fact]
    public async Task AnAlertThatWasOverdueAndGrewIsOverdueEverywhere()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var (alert, _) = await world.RaiseAsync(severity: 3);
        await world.Database.RunAsync("UPDATE onlinesafety.escalation SET since = now() - interval '30 days', next_at = now()");
        await world.Escalation().RunAsync(default);
        await world.Database.RunAsync("UPDATE onlinesafety.alert SET severity = 4, renewed_at = now()");
        await world.Escalation().RunAsync(default);
        var by = new DateTimeOffset((DateTime)(await world.Database.RunAsync("SELECT answer_by FROM onlinesafety.escalation"))!);
        Assert.True(by < DateTimeOffset.UtcNow.AddDays(-1));

        var (row, news, around) = await LookAsync(world, alert);

        Assert.Equal(by, row.AcknowledgeBy);
        Assert.Equal(by, news.AcknowledgeBy);
        Assert.Equal(by, around.AcknowledgeBy);
        Assert.Equal(by, Assert.Single(await world.Queue().ListAsync(world.School, Dsl(world).Actor, [], 10, default)).AcknowledgeBy);
        Assert.Equal(by, (await world.Queue().ShowAsync(world.School, Dsl(world).Actor, new AlertReference(alert, 0), default))!.AcknowledgeBy);
        var noted = await world.Queue().StepAsync(world.School, Dsl(world).Actor, new AlertReference(alert, 0), new AlertMove.Note("Seen."), default);
        Assert.Equal(by, noted.Alert!.AcknowledgeBy);
    }

    [Fact]
    public async Task BeforeEscalationHasLookedTheTimeIsTheOneThatItWillFind()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var (alert, _) = await world.RaiseAsync(severity: 4);
        var before = await LookAsync(world, alert);
        await world.Escalation().RunAsync(default);
        var after = await LookAsync(world, alert);

        Assert.NotNull(before.Row.AcknowledgeBy);
        // Kept to the microsecond.
        Assert.Equal(after.Row.AcknowledgeBy!.Value, before.Row.AcknowledgeBy!.Value, TimeSpan.FromMicroseconds(1));
        Assert.Equal(after.Around.AcknowledgeBy!.Value, before.Around.AcknowledgeBy!.Value, TimeSpan.FromMicroseconds(1));
    }

    [Fact]
    public async Task ARowWhoseTimeChangedIsAnotherVersionAndOneThatIsAnsweredHasNone()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var (alert, _) = await world.RaiseAsync(severity: 4);
        await world.Escalation().RunAsync(default);
        var first = (await LookAsync(world, alert)).Row;
        Assert.Equal(first.Version, (await LookAsync(world, alert)).Row.Version);

        await world.Database.RunAsync("UPDATE onlinesafety.escalation SET answer_by = answer_by - interval '10 minutes'");
        Assert.NotEqual(first.Version, (await LookAsync(world, alert)).News.Version);

        await world.Queue().StepAsync(world.School, Dsl(world).Actor, new AlertReference(alert, 0), new AlertMove.Acknowledge(), default);
        var answered = await LookAsync(world, alert);
        Assert.Null(answered.Row.AcknowledgeBy);
        Assert.Null(answered.Around.AcknowledgeBy);
    }

    [Fact]
    public async Task WhatWasGivenToSomebodyWhomNoMessageReachedIsNamedUntilTheyAct()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var (alert, _) = await world.RaiseAsync(severity: 4);
        var deputy = Guid.NewGuid();
        await world.AddStaffAsync(deputy, "deputy@school.example.test", "deputy");
        await world.Queue().StepAsync(world.School, Dsl(world).Actor, new AlertReference(alert, 0), new AlertMove.Acknowledge(), default);
        Assert.False((await LookAsync(world, alert)).Row.IsGivenOn);

        await world.Queue().StepAsync(world.School, Dsl(world).Actor, new AlertReference(alert, 0), new AlertMove.Assign(deputy), default);
        var waits = await UntoldAsync(world);
        await world.PassAsync(TimeSpan.FromMinutes(6));
        var late = await UntoldAsync(world);
        await world.Database.RunAsync("UPDATE onlinesafety.notification SET state = 'sent', sent_at = now(), error = 'folder' WHERE cause = 'assigned'");
        var folder = await UntoldAsync(world);
        await world.Database.RunAsync("UPDATE onlinesafety.notification SET error = '' WHERE cause = 'assigned'");
        var sent = await UntoldAsync(world);
        await world.Queue().StepAsync(world.School, SignedInStaff.Of(world.School, deputy, "Someone", ["deputy"]).Actor, new AlertReference(alert, 0), new AlertMove.Review(), default);
        var acted = await UntoldAsync(world);

        // Until then it is on the mind of whoever gave it as well.
        Assert.Equal([(true, false, 0, 1), (true, true, 1, 1), (true, true, 1, 1), (true, false, 0, 1), (false, false, 0, 0)], new[] { waits, late, folder, sent, acted });
    }

    [Fact]
    public void WordsWithinLongerOnesAreFoundInReasons()
    {
        var reasons = """[{"rule":"r","version":"1","field":"text","matched":"I am going to Kill Myself tonight","start":0,"explanation":"kill myself now","effect":"","length":5,"parts":[]}]"""u8.ToArray();

        Assert.True(SurroundingsReader.Quotes(reasons, "kill myself"));
        Assert.False(SurroundingsReader.Quotes(reasons, "kill myself now"));
    }

    private static async Task<(bool Given, bool Untold, int Named, int Mine)> UntoldAsync(NotifyWorld world)
    {
        var queue = new QueueReader(world.Open(DatabaseRole.Console).Database, Guide, world.Policies, world.Seals);
        var page = await queue.PageAsync(Dsl(world), QueueFilter.Open, after: null, default);
        var mine = await queue.PageAsync(Dsl(world), QueueFilter.Open with { Mine = true }, after: null, default);
        Assert.Equal(mine.Rows.Count, page.Counts.Where(count => count.Mine).Sum(count => count.Alerts));
        var row = Assert.Single(page.Rows);
        return (row.IsGivenOn, row.IsUntold, page.Untold.Count, mine.Rows.Count);
    }

    private static SignedInStaff Dsl(NotifyWorld world) => SignedInStaff.Of(world.School, world.Dsl, "D. Lead", ["dsl"]);

    private static async Task<(QueueRow Row, QueueRow News, Surroundings Around)> LookAsync(NotifyWorld world, Guid alert)
    {
        var console = world.Open(DatabaseRole.Console).Database;
        var queue = new QueueReader(console, Guide, world.Policies, world.Seals);
        var page = await queue.PageAsync(Dsl(world), QueueFilter.Open, after: null, default);
        var news = await queue.NewsAsync(Dsl(world), 1, [1], default);
        var surroundings = new SurroundingsReader(console, Guide, world.Policies, world.Seals, TimeProvider.System);
        var visit = await new AlertVisits(console, world.Queue(), surroundings, world.Seals).OpenAsync(Dsl(world), new AlertReference(alert, 0), default);
        return (Assert.Single(page.Rows), Assert.Single(news.Shown), visit!.Around);
    }
}
