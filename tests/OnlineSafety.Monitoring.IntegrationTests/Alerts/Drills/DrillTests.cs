using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Drills;
using OnlineSafety.Monitoring.Digests;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntegrationTests.Notifications;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Alerts.Drills;

public sealed class DrillTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly Actor Tester = Actor.Operator("tester");

    [Fact]
    public async Task ADrillGoesTheWholeWayAndTheReportSaysWhoGotItAndWhoAnswered()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.AddStaffAsync(Guid.NewGuid(), "deputy@school.example.test", "deputy");
        await world.AddStaffAsync(Guid.NewGuid(), "head@school.example.test", "head");
        var drill = await Raiser(world).RaiseAsync(world.School, Tester, Severity.Critical, default);
        Assert.Equal(2, drill.Told);
        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.Equal(["deputy@school.example.test", "dsl@school.example.test"], world.Smtp.Mails.SelectMany(mail => mail.Recipients).Order());
        Assert.All(world.Smtp.Mails, mail =>
        {
            var text = mail.Text.Replace("=\r\n", "", StringComparison.Ordinal);
            Assert.Contains("Subject: [Online safety] DRILL: Critical: alert 1 at Oak School", text, StringComparison.Ordinal);
            Assert.Contains("This is a DRILL. Nothing has happened and nobody is at risk.", text, StringComparison.Ordinal);
            Assert.DoesNotContain("call 999", text, StringComparison.Ordinal);
        });

        // Nobody answers in time, and it goes to the head like any other.
        await world.Database.RunAsync("UPDATE onlinesafety.escalation SET since = now() - interval '30 days', next_at = now()");
        await world.Escalation().RunAsync(default);
        await world.Database.RunAsync("UPDATE onlinesafety.escalation SET next_at = now()");
        await world.Escalation().RunAsync(default);
        await world.Queue().StepAsync(world.School, NotifyWorld.Member(world.Dsl, "dsl"), new AlertReference(drill.Alert, 0), new AlertMove.Acknowledge(), default);

        var watch = new DrillWatch(world.Open(DatabaseRole.Console).Database, world.Queue(), TimeProvider.System);
        var report = await watch.ReportAsync(world.School, Tester, drill, "critical", default);
        Assert.Equal(2, report.Told.Count(told => told is { State: "sent", Cause: "raised" }));
        Assert.Equal(3, report.Told.Count(told => told.Cause == "unanswered"));
        Assert.StartsWith("dsl", report.Answered!.By, StringComparison.Ordinal);
        Assert.True(report.AnsweredAfter > TimeSpan.Zero);
        Assert.Equal(1, report.Breaches);
    }

    [Fact]
    public async Task ADrillThatWentToAFolderReachedNobody()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var drill = await Raiser(world).RaiseAsync(world.School, Tester, Severity.High, default);
        await world.Database.RunAsync("UPDATE onlinesafety.notification SET state = 'sent', sent_at = now(), error = 'folder'");

        var report = await new DrillWatch(world.Open(DatabaseRole.Console).Database, world.Queue(), TimeProvider.System).ReportAsync(world.School, Tester, drill, "high", default);
        Assert.True(Assert.Single(report.Told).ReachedNobody);
        await world.Maker().MakeAsync(world.School, new DateOnly(2026, 11, 25), late: false, default);
        var listed = Assert.Single(DigestContent.FromJson((byte[])(await world.Database.RunAsync("SELECT content FROM onlinesafety.digest"))!).Drills);
        Assert.Equal((0L, 1L), (listed.Reached, listed.Folder));
    }

    [Fact]
    public async Task WaitingEndsWhenSomebodyAnswers()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var drill = await Raiser(world).RaiseAsync(world.School, Tester, Severity.High, default);
        var watch = new DrillWatch(world.Open(DatabaseRole.Console).Database, world.Queue(), TimeProvider.System);

        var waiting = watch.WaitAsync(world.School, Tester, drill.Alert, TimeSpan.FromMinutes(1), default);
        await world.Process().Dispatcher.DispatchOnceAsync(default);
        await world.Queue().StepAsync(world.School, NotifyWorld.Member(world.Dsl, "dsl"), new AlertReference(drill.Alert, 0), new AlertMove.Acknowledge(), default);
        await waiting;

        Assert.NotNull((await watch.ReportAsync(world.School, Tester, drill, "high", default)).Answered);
    }

    [Fact]
    public async Task ADrillIsInNoFigureAndTheDigestSaysThatThereWasOne()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var drill = await Raiser(world).RaiseAsync(world.School, Tester, Severity.Critical, default);
        await world.Database.RunAsync("UPDATE onlinesafety.escalation SET since = now() - interval '30 days', next_at = now()");
        await world.Escalation().RunAsync(default);
        await world.Maker().MakeAsync(world.School, new DateOnly(2026, 11, 25), late: false, default);

        var content = DigestContent.FromJson((byte[])(await world.Database.RunAsync("SELECT content FROM onlinesafety.digest"))!);
        Assert.Empty(content.Alerts);
        Assert.Empty(content.Unacknowledged);
        Assert.Empty(content.Breaches);
        Assert.Equal(drill.Number, Assert.Single(content.Drills).Number);

        var queue = world.Queue();
        Assert.True(Assert.Single(await queue.ListAsync(world.School, NotifyWorld.Member(world.Dsl, "dsl"), [], 10, default)).Drill);
        var resolved = Resolution.TryCreate("false-alert", "A drill.", out _)!;
        await queue.StepAsync(world.School, NotifyWorld.Member(world.Dsl, "dsl"), new AlertReference(drill.Alert, 0), new AlertMove.Resolve(resolved), default);
        Assert.Equal(0L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.alert WHERE state = 'resolved' AND NOT drill"));
    }

    private static DrillRaiser Raiser(NotifyWorld world) => new(world.Open(DatabaseRole.Process).Database, world.Policies);
}
