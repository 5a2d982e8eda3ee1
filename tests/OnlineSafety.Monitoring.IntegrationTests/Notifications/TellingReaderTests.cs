using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Email;
using Microsoft.Extensions.Options;

namespace OnlineSafety.Monitoring.IntegrationTests.Notifications;

/// <summary>Whoever may see no alert at all learns as much of it as whoever sees all.</summary>
public sealed class TellingReaderTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task WhatBecameOfMailsSaysWhetherAnybodyIsTold()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var technician = Guid.NewGuid();
        await world.AddStaffAsync(technician, "it@school.example.test", "it");
        Assert.Equal((false, null, 1, 0), await StateAsync());

        await world.RaiseAsync();
        await world.Database.RunAsync("UPDATE onlinesafety.notification SET state = 'sent', sent_at = now(), error = 'folder'");
        Assert.Equal((true, null, 1, 0), await StateAsync());

        await world.Database.RunAsync("UPDATE onlinesafety.notification SET error = ''; UPDATE onlinesafety.staff SET enabled = false WHERE roles = '{dsl}'");
        Assert.Equal((false, null, 0, 0), await StateAsync());

        await world.RaiseAsync();
        await world.Database.RunAsync("UPDATE onlinesafety.notification SET attempts = 3, error = 'connect', created_at = now() + interval '1 second' WHERE state = 'due'");
        Assert.NotNull((await StateAsync()).WaitsSince);

        async Task<(bool NoRelay, DateTimeOffset? WaitsSince, int AtTheDesk, int Channels)> StateAsync()
        {
            var state = await new TellingReader(world.Open(DatabaseRole.Console).Database, world.Policies, transport: null, TimeProvider.System).OfAsync(world.School, NotifyWorld.Member(technician, "it"), default);
            return (state.NoRelay, state.WaitsSince, state.AtTheDesk, state.Channels);
        }
    }

    /// <summary>Where all are refused nothing waits, and nobody is told; the first that the relay takes ends it.</summary>
    [Theory]
    [InlineData("failed", "recipient-refused", true)]
    [InlineData("failed", "connect", true)]
    [InlineData("due", "message-refused", true)]
    [InlineData("due", "relay-down", true)]
    [InlineData("due", "", false)]
    [InlineData("failed", "bounced", false)]
    [InlineData("failed", "address", false)]
    [InlineData("failed", "no-recipient", false)]
    public async Task WhatTheRelayRefusedIsNotTakenEither(string state, string error, bool waits)
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.RaiseAsync();
        await world.Database.RunAsync($"UPDATE onlinesafety.notification SET state = '{state}', error = '{error}'");
        Assert.Equal(waits, await WaitAsync());

        await world.RaiseAsync();
        await world.Database.RunAsync("UPDATE onlinesafety.notification SET state = 'sent', sent_at = now() + interval '1 second', error = '' WHERE notification_id = (SELECT notification_id FROM onlinesafety.notification ORDER BY created_at DESC LIMIT 1)");
        Assert.False(await WaitAsync());

        async Task<bool> WaitAsync() =>
            (await new TellingReader(world.Open(DatabaseRole.Console).Database, world.Policies, transport: null, TimeProvider.System).OfAsync(world.School, NotifyWorld.Member(world.Dsl, "dsl"), default)).WaitsSince is not null;
    }

    /// <summary>As the page of sources counts them: see <see cref="OnlineSafety.Monitoring.Sources.Health.SourceAttention"/>.</summary>
    [Theory]
    [InlineData("silent", true, false, 1)]
    [InlineData("silent", false, false, 1)]
    [InlineData("volume collapsed", true, false, 1)]
    [InlineData("healthy", false, true, 1)]
    [InlineData("late", false, false, 0)]
    [InlineData("healthy", false, false, 0)]
    public async Task SourcesThatNeedAttentionAreCounted(string state, bool alarming, bool capture, int troubled)
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var source = Guid.NewGuid();
        await world.Database.RunAsync($"""
            INSERT INTO onlinesafety.source (school_id, source_id, name, product, door, capture) VALUES ('{world.School}', '{source}', 'Web filter', 'protex', 2, {capture});
            INSERT INTO onlinesafety.source_state (school_id, source_id, state, alarming, since, expected_gap, gap_basis, words) VALUES ('{world.School}', '{source}', '{state}', {alarming}, now(), '1 hour', 'set', 'x');
            """);
        Assert.Equal(troubled, (await new TellingReader(world.Open(DatabaseRole.Console).Database, world.Policies, transport: null, TimeProvider.System).OfAsync(world.School, NotifyWorld.Member(world.Dsl, "dsl"), default)).Troubled);
    }

    [Fact]
    public async Task TheProcessThatSendsKnowsBeforeTheFirstMail()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var outbox = new OutboxTransport(Options.Create(new MailOptions()));

        Assert.True((await new TellingReader(world.Open(DatabaseRole.Console).Database, world.Policies, outbox, TimeProvider.System).OfAsync(world.School, NotifyWorld.Member(world.Dsl, "dsl"), default)).NoRelay);
    }

    [Theory]
    [InlineData("test", "x", "sentence")]
    [InlineData("duplicate", "the same search in another lesson", "number of another alert")]
    [InlineData("duplicate", "99: the same search in another lesson", "number of another alert")]
    [InlineData("duplicate", "2: the same search in another lesson", null)]
    [InlineData("test", "Our technician tried the filter at nine", null)]
    public async Task ACriticalAlertIsClosedAsATestOrADuplicateWithASentenceAndTheNumber(string outcome, string note, string? refusal)
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var (alert, _) = await world.RaiseAsync(severity: 4);
        await world.RaiseAsync(severity: 4);
        var move = AlertMove.TryCreate(AlertStep.Resolve, new MoveInput(note, outcome), out _)!;

        var result = await world.Queue().StepAsync(world.School, NotifyWorld.Member(world.Dsl, "dsl"), new AlertReference(alert, 0), move, default);

        Assert.Equal(refusal is null, result.Done);
        Assert.True(refusal is null || result.Refusal!.Contains(refusal, StringComparison.Ordinal), result.Refusal);
    }
}
