using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.IntegrationTests.Notifications;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Alerts.Escalation;

/// <summary>What a person puts before the next desk waits there by a clock of its own, until somebody at it acts.</summary>
public sealed class HandedOnTests(PostgresFixture postgres) : EscalationScene(postgres)
{
    private const string Clock = "SELECT concat_ws(' ', state, steps_done, rounds, breached_at IS NOT NULL, answered_at IS NOT NULL, next_at IS NOT NULL) FROM onlinesafety.alert JOIN onlinesafety.escalation USING (school_id, alert_id)";

    private const string Unanswered = Rows + " WHERE cause = 'unanswered'";

    [Fact]
    public async Task WhoeverIsAskedHasAWholeClockAndNobodyIsToldTwiceMeanwhile()
    {
        await using var world = await WorldAsync();
        var alert = await EscalatedAsync(world);
        var pass = world.Escalation();

        Assert.Equal(1, await pass.RunAsync(default));
        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.Equal("escalated 0 0 f f t", await world.Database.RunAsync(Clock));
        var mail = Assert.Single(world.Smtp.Mails);
        Assert.Equal("head@school.example.test", Assert.Single(mail.Recipients));
        Assert.Contains("Take on by", mail.Text, StringComparison.Ordinal);
        var shown = Assert.Single(await world.Queue().ListAsync(world.School, NotifyWorld.Member(world.Dsl, "dsl"), [], 10, default));
        Assert.Equal((alert, 0, true), (shown.Alert, shown.Breaches, shown.AcknowledgeBy > DateTimeOffset.UtcNow));
    }

    [Fact]
    public async Task WhenNobodyThereTakesItOnTheyAreAskedAgainAndSoIsWhoeverPutItThereThroughFiveRounds()
    {
        await using var world = await WorldAsync();
        var alert = await EscalatedAsync(world);
        await world.Process().Dispatcher.DispatchOnceAsync(default);
        await LongAgoAsync(world);
        var pass = world.Escalation();
        Assert.Equal(1, await pass.RunAsync(default));

        // There is nobody behind the head.
        Assert.Equal("unanswered deputy, unanswered dsl, unanswered head", await world.Database.RunAsync(Unanswered));
        Assert.Equal("escalated 1 1 t f t", await world.Database.RunAsync(Clock));
        await world.Process().Dispatcher.DispatchOnceAsync(default);
        Assert.Contains(world.Smtp.Mails, mail => mail.Text.ReplaceLineEndings("").Replace("= ", " ", StringComparison.Ordinal).Contains("nobody has taken it on in time", StringComparison.Ordinal));
        for (var round = 2; round <= 5; round++)
        {
            await MakeDueAsync(world);
            Assert.Equal(1, await pass.RunAsync(default));
        }

        Assert.Equal("escalated 5 5 t f f", await world.Database.RunAsync(Clock));
        Assert.Equal(15L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.notification WHERE cause = 'unanswered'"));
        Assert.Equal("round 1,round 2,round 3,round 4,round 5", await world.Database.RunAsync("SELECT string_agg(detail, ',' ORDER BY step_no) FROM onlinesafety.alert_step WHERE step = 'breached' AND from_state = 'escalated'"));
        Assert.Equal(5, Assert.Single(await world.Queue().ListAsync(world.School, NotifyWorld.Member(world.Dsl, "dsl"), [], 10, default)).Breaches);
        Assert.Equal(alert, Assert.Single(await world.Queue().ListAsync(world.School, NotifyWorld.Member(await HeadAsync(world), "head"), [], 10, default)).Alert);
    }

    [Theory]
    [InlineData("review")]
    [InlineData("handover")]
    [InlineData("resolve")]
    public async Task WhoeverTakesItOnStopsTheClockAndWhatWaitsToBeSent(string step)
    {
        await using var world = await WorldAsync();
        var alert = await EscalatedAsync(world);
        await world.Process().Dispatcher.DispatchOnceAsync(default);
        await LongAgoAsync(world);
        var pass = world.Escalation();
        await pass.RunAsync(default);
        AlertMove move = step switch
        {
            "review" => new AlertMove.Review(),
            "handover" => new AlertMove.HandOver("C-1", ""),
            _ => new AlertMove.Resolve(Resolution.TryCreate("concern", "Talked to the family.", out _)!),
        };

        Assert.True((await world.Queue().StepAsync(world.School, NotifyWorld.Member(await HeadAsync(world), "head"), new AlertReference(alert, 0), move, default)).Done);
        await MakeDueAsync(world);
        Assert.Equal(0, await pass.RunAsync(default));
        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.Single(world.Smtp.Mails);
        Assert.Equal("dropped", await world.Database.RunAsync("SELECT DISTINCT state FROM onlinesafety.notification WHERE cause = 'unanswered'"));
    }

    /// <summary>A note is no answer, and neither is giving it to somebody.</summary>
    [Fact]
    public async Task ANoteStopsNothing()
    {
        await using var world = await WorldAsync();
        var alert = await EscalatedAsync(world);

        await world.Queue().StepAsync(world.School, NotifyWorld.Member(await HeadAsync(world), "head"), new AlertReference(alert, 0), new AlertMove.Note("Seen."), default);

        Assert.Equal("escalated 0 0 f f t", await world.Database.RunAsync(Clock));
    }

    [Theory]
    [InlineData("escalated", "t f")]
    [InlineData("in_review", "f t")]
    public async Task WhatWasEscalatedBeforeTheUpgradeHasAClockFromThenOn(string state, string clock)
    {
        await using var installation = await TestInstallation.CreateAtAsync(Postgres.Server, "0033_people_review");
        var school = Guid.NewGuid();
        await installation.Store.RunAsync($"""
            INSERT INTO onlinesafety.school (school_id, name) VALUES ('{school}', 'Example Academy');
            INSERT INTO onlinesafety.alert (school_id, alert_id, number, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_role, source_ids, vendors, event_count,
                reasons, first_received_at, last_received_at, raised_at)
            VALUES ('{school}', gen_random_uuid(), 1, 3, 1, 'self_harm', 'self_harm', ARRAY['self_harm'], false, 0, 'dsl', 1, ARRAY[]::uuid[], ARRAY['protex'], 1, '[]', now(), now(), now() - interval '9 days');
            UPDATE onlinesafety.escalation SET breached_at = now() - interval '8 days', rounds = 2, steps_done = 5, answer_by = now() - interval '8 days';
            UPDATE onlinesafety.alert SET state = '{state}', acknowledged_at = now() - interval '7 days', acknowledged_by = 'x', acted_at = now() - interval '7 days';
            """);

        await installation.UpgradeAsync();

        Assert.Equal(clock, await installation.Store.RunAsync(
            "SELECT concat_ws(' ', next_at > now() - interval '1 hour' AND since > now() - interval '1 hour' AND rounds = 0 AND breached_at IS NULL AND answered_at IS NULL, answered_at IS NOT NULL) FROM onlinesafety.escalation"));
    }

    private static async Task<Guid> EscalatedAsync(NotifyWorld world)
    {
        var (alert, _) = await world.RaiseAsync(severity: 4);
        var step = await world.Queue().StepAsync(world.School, NotifyWorld.Member(world.Dsl, "dsl"), new AlertReference(alert, 0), new AlertMove.Escalate("Third week in a row."), default);
        Assert.Equal((null, 1), (step.Refusal, step.Told));
        return alert;
    }

    private static async Task<Guid> HeadAsync(NotifyWorld world) => (Guid)(await world.Database.RunAsync("SELECT staff_id FROM onlinesafety.staff WHERE 'head' = ANY (roles)"))!;
}
