using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Silences;
using OnlineSafety.Monitoring.Digests;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntegrationTests.Notifications;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Alerts.Silences;

public sealed class SilenceTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly Guid Deputy = Guid.NewGuid();

    [Fact]
    public async Task ASilencedAlertStaysOnTheQueueAndItsMessageIsDroppedCountedAndListed()
    {
        await using var world = await WorldAsync();
        var silence = await BeginAsync(world, Theme("self_harm", Severity.High), approved: true);
        var (_, row) = await world.RaiseAsync();
        var (_, other) = await world.RaiseAsync(theme: "grooming");

        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.Equal("dropped silenced", await world.StateAsync(row));
        Assert.Equal("sent ", await world.StateAsync(other));
        Assert.Equal(2, (await world.Queue().ListAsync(world.School, Dsl(world), ["new"], 10, default)).Count);
        var shown = Assert.Single(await Register(world).ListAsync(world.School, Dsl(world), ended: false, default));
        Assert.Equal((silence, 1L, "standing"), (shown.Silence, shown.Hits, shown.State));

        await world.Maker().MakeAsync(world.School, new DateOnly(2026, 11, 25), late: false, default);
        var listed = Assert.Single(DigestContent.FromJson((byte[])(await world.Database.RunAsync("SELECT content FROM onlinesafety.digest"))!).Silences);
        Assert.Equal(("theme self_harm, up to high", "A reason.", 1L, false), (listed.Scope, listed.Reason, listed.Hits, listed.Waits));
    }

    [Fact]
    public async Task UpToHighItSilencesNothingBeforeASecondPersonWhoIsNotItsAuthor()
    {
        await using var world = await WorldAsync();
        var silence = await BeginAsync(world, Theme("self_harm", Severity.High), approved: false);
        var (_, before) = await world.RaiseAsync();
        await world.Process().Dispatcher.DispatchOnceAsync(default);
        Assert.Equal("sent ", await world.StateAsync(before));
        Assert.Equal("waiting", Assert.Single(await Register(world).ListAsync(world.School, Dsl(world), ended: false, default)).State);

        await Assert.ThrowsAsync<SetupException>(() => Register(world).ApproveAsync(world.School, Dsl(world), silence, default));
        await Assert.ThrowsAsync<SetupException>(() => Register(world).ApproveAsync(world.School, NotifyWorld.Member(Guid.NewGuid(), "digest"), silence, default));
        await Register(world).ApproveAsync(world.School, NotifyWorld.Member(Deputy, "deputy"), silence, default);

        var (_, after) = await world.RaiseAsync();
        await world.PassAsync(TimeSpan.FromMinutes(2));
        await world.Process().Dispatcher.DispatchOnceAsync(default);
        Assert.Equal("dropped silenced", await world.StateAsync(after));
    }

    public static TheoryData<string> NeverSilenced => ["critical", "about-staff", "help-seeking", "another-theme", "another-source", "drill", "escalated"];

    [Theory]
    [MemberData(nameof(NeverSilenced))]
    public async Task SomeAlertsNoSilenceCovers(string what)
    {
        await using var world = await WorldAsync();
        var source = Guid.NewGuid();
        await world.Database.RunAsync($"INSERT INTO onlinesafety.source (school_id, source_id, name, product, door) VALUES ('{world.School}', '{source}', 'Web filter', 'protex', 2)");
        await BeginAsync(world, what == "another-source" ? new SilenceScope(source, null, null, Severity.High) : Theme("self_harm", Severity.High), approved: true);
        var (alert, row) = await world.RaiseAsync(severity: what == "critical" ? 4 : 3, audience: what == "help-seeking" ? 1 : 0);
        var change = what switch
        {
            "about-staff" => $"route = 'head', subject_staff = '{Guid.NewGuid()}'",
            "another-theme" => "themes = '{self_harm,grooming}'",
            "another-source" => $"source_ids = ARRAY['{source}', '{Guid.NewGuid()}']::uuid[]",
            "drill" => "drill = true",
            "escalated" => "state = 'escalated', acknowledged_at = now(), acknowledged_by = 'x', acted_at = now() - interval '1 hour'",
            _ => "number = number",
        };
        await world.Database.RunAsync($"UPDATE onlinesafety.alert SET {change} WHERE alert_id = '{alert}'");
        if (what == "about-staff")
        {
            await world.Database.RunAsync($"UPDATE onlinesafety.staff SET roles = ARRAY['head'] WHERE staff_id = '{world.Dsl}'");
        }

        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.Equal("sent ", await world.StateAsync(row));
    }

    [Theory]
    [InlineData("escalate", "new", "escalated")]
    [InlineData("assign", "new", "new")]
    [InlineData("reopen", "resolved", "new")]
    public async Task WhatAPersonHandedOnIsFollowedUpWhateverIsSilenced(string step, string from, string to)
    {
        await using var world = await WorldAsync();
        await BeginAsync(world, Theme("self_harm", Severity.High), approved: true);
        var (alert, row) = await world.RaiseAsync();
        await world.Database.RunAsync($"""
            INSERT INTO onlinesafety.alert_step (school_id, alert_id, at, actor_kind, actor_name, step, from_state, to_state, detail, note)
            VALUES ('{world.School}', '{alert}', now(), 'staff', 'x', '{step}', '{from}', '{to}', '{(step == "assign" ? world.Dsl.ToString() : "")}', 'x');
            UPDATE onlinesafety.notification SET cause = 'unanswered'
            """);

        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.Equal("sent ", await world.StateAsync(row));
    }

    [Theory]
    [InlineData("raised", true)]
    [InlineData("severity", true)]
    [InlineData("unanswered", true)]
    [InlineData("escalated", false)]
    [InlineData("assigned", false)]
    [InlineData("reopened", false)]
    [InlineData("unreached", false)]
    public async Task WhatOneColleagueTellsAnotherNoSilenceKeepsBack(string cause, bool silenced)
    {
        await using var world = await WorldAsync();
        await BeginAsync(world, Theme("self_harm", Severity.High), approved: true);
        var (_, row) = await world.RaiseAsync();
        await world.Database.RunAsync($"UPDATE onlinesafety.notification SET cause = '{cause}'");

        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.Equal(silenced ? "dropped silenced" : "sent ", await world.StateAsync(row));
    }

    [Theory]
    [InlineData("""[{"rule":"self-harm.explicit"},{"rule":"modifier.evening"}]""", true)]
    [InlineData("""[{"rule":"self-harm.explicit"},{"rule":"self-harm.other"}]""", false)]
    [InlineData("""[{"rule":"self-harm.other"}]""", false)]
    public async Task ARuleIsSilencedOnlyWhereNoOtherSpeaks(string reasons, bool silenced)
    {
        await using var world = await WorldAsync();
        await BeginAsync(world, new SilenceScope(null, null, "self-harm.explicit", Severity.High), approved: true);
        var (alert, row) = await world.RaiseAsync();
        await world.Database.RunAsync($"UPDATE onlinesafety.alert SET rules = ARRAY(SELECT DISTINCT reason ->> 'rule' FROM jsonb_array_elements('{reasons}') AS reason) WHERE alert_id = '{alert}'");

        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.Equal(silenced ? "dropped silenced" : "sent ", await world.StateAsync(row));
    }

    [Fact]
    public async Task WhatIsWrongWithASilenceIsRefused()
    {
        await using var world = await WorldAsync();
        var register = Register(world);
        var right = Theme("self_harm", Severity.Medium);
        await RefusedAsync(Actor.Operator("root"), right);
        await RefusedAsync(NotifyWorld.Member(Guid.NewGuid(), "digest"), right);
        await RefusedAsync(NotifyWorld.Member(Guid.NewGuid(), "head"), right);
        await RefusedAsync(Dsl(world), right with { Most = Severity.Critical });
        await RefusedAsync(Dsl(world), new SilenceScope(null, null, null, Severity.Medium));
        await RefusedAsync(Dsl(world), new SilenceScope(Guid.NewGuid(), null, null, Severity.Medium));
        await RefusedAsync(Dsl(world), Theme("slef_harm", Severity.Medium));
        await RefusedAsync(Dsl(world), new SilenceScope(null, null, "no.such", Severity.Medium));
        await RefusedAsync(Dsl(world), right, days: 15);
        await RefusedAsync(Dsl(world), right, days: -1);
        await RefusedAsync(Dsl(world), right, reason: "  ");
        Assert.Equal(0L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.silence"));
        // And by the database itself.
        await Assert.ThrowsAsync<PostgresException>(() => world.Database.RunAsync($"""
            INSERT INTO onlinesafety.silence (school_id, silence_id, theme, most_severity, reason, author, author_id, starts_at, ends_at)
            VALUES ('{world.School}', gen_random_uuid(), 't', 4, 'r', 'a', gen_random_uuid(), now(), now() + interval '1 day')
            """));

        Task RefusedAsync(Actor actor, SilenceScope scope, int days = 7, string reason = "A reason.") =>
            Assert.ThrowsAsync<SetupException>(() => register.AddAsync(world.School, actor, new NewSilence(scope, reason, DateTimeOffset.UtcNow.AddDays(days)), default));
    }

    [Fact]
    public async Task ARuleThatAnAlertNamesExistsWhateverTheSharedRulesAre()
    {
        await using var world = await WorldAsync();
        var (alert, _) = await world.RaiseAsync();
        await world.Database.RunAsync($"UPDATE onlinesafety.alert SET rules = ARRAY['school.0123456789ab'] WHERE alert_id = '{alert}'");

        Assert.NotEqual(Guid.Empty, await BeginAsync(world, new SilenceScope(null, null, "school.0123456789ab", Severity.Medium), approved: false));
    }

    [Fact]
    public async Task WhatItWouldCoverIsShownBefore()
    {
        await using var world = await WorldAsync();
        await world.RaiseAsync();
        await world.RaiseAsync(severity: 4);
        await world.RaiseAsync(theme: "grooming");
        await world.RaiseAsync(to: Guid.NewGuid(), route: "head", subject: Guid.NewGuid());

        var preview = await Register(world).PreviewAsync(world.School, Dsl(world), Theme("self_harm", Severity.High), default);

        // What is on another desk is not even counted.
        Assert.Equal(new SilencePreview(14, Covered: 1, High: 1, Open: 1, All: 3), preview);
    }

    [Fact]
    public async Task OneThatMetNothingForAWeekIsEndedAndTellsAgain()
    {
        await using var world = await WorldAsync();
        var unmatched = await BeginAsync(world, Theme("games", Severity.Medium), approved: false);
        var over = await BeginAsync(world, Theme("self_harm", Severity.High), approved: true);
        var (_, met) = await world.RaiseAsync();
        await world.Process().Dispatcher.DispatchOnceAsync(default);
        Assert.Equal("dropped silenced", await world.StateAsync(met));
        await world.Database.RunAsync("UPDATE onlinesafety.silence SET starts_at = starts_at - interval '8 days', ends_at = ends_at - interval '6 days', approved_at = approved_at - interval '8 days'");

        await world.Escalation().RunAsync(default);
        Assert.Equal("unmatched", await WhyAsync(unmatched));
        Assert.Equal("", await WhyAsync(over));

        await world.Database.RunAsync("UPDATE onlinesafety.silence SET starts_at = starts_at - interval '2 days', ends_at = ends_at - interval '2 days' WHERE ended_at IS NULL");
        var (_, after) = await world.RaiseAsync();
        await world.PassAsync(TimeSpan.FromMinutes(2));
        await world.Process().Dispatcher.DispatchOnceAsync(default);
        Assert.Equal("sent ", await world.StateAsync(after));
        await world.Escalation().RunAsync(default);
        Assert.Equal("over", await WhyAsync(over));

        async Task<object?> WhyAsync(Guid silence) => await world.Database.RunAsync($"SELECT COALESCE(why_ended, '') FROM onlinesafety.silence WHERE silence_id = '{silence}'");
    }

    [Fact]
    public async Task EndedByHandItTellsAgain()
    {
        await using var world = await WorldAsync();
        var silence = await BeginAsync(world, Theme("self_harm", Severity.High), approved: true);
        await Register(world).EndAsync(world.School, NotifyWorld.Member(Deputy, "deputy"), silence, default);
        var (_, row) = await world.RaiseAsync();

        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.Equal("sent ", await world.StateAsync(row));
        Assert.Equal("ended", Assert.Single(await Register(world).ListAsync(world.School, Dsl(world), ended: true, default)).State);
        await Assert.ThrowsAsync<SetupException>(() => Register(world).EndAsync(world.School, Dsl(world), silence, default));
    }

    private async Task<NotifyWorld> WorldAsync()
    {
        var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.AddStaffAsync(Deputy, "deputy@school.example.test", "deputy");
        return world;
    }

    private static SilenceScope Theme(string theme, Severity most) => new(null, theme, null, most);

    private static Actor Dsl(NotifyWorld world) => NotifyWorld.Member(world.Dsl, "dsl");

    private static SilenceRegister Register(NotifyWorld world) => new(world.Open(DatabaseRole.Console).Database, world.Policies, Words, TimeProvider.System);

    private static SilenceVocabulary Words { get; } = new(theme => theme is "self_harm" or "grooming" or "games", rule => rule == "self-harm.explicit");

    private static async Task<Guid> BeginAsync(NotifyWorld world, SilenceScope scope, bool approved)
    {
        var id = await Register(world).AddAsync(world.School, Dsl(world), new NewSilence(scope, "A reason.", DateTimeOffset.UtcNow.AddDays(7)), default);
        if (approved)
        {
            await Register(world).ApproveAsync(world.School, NotifyWorld.Member(Deputy, "deputy"), id, default);
        }

        return id;
    }
}
