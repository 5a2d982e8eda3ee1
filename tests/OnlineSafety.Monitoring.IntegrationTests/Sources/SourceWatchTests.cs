using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Sources;

/// <summary>The watch on a real database, on a Monday in term, minute by minute.</summary>
[Collection(PostgresCollection.Name)]
public sealed class SourceWatchTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly DateTimeOffset Ten = new(2026, 11, 16, 10, 0, 0, TimeSpan.Zero);

    private readonly ManualTimeProvider _time = new(Ten);
    private TestInstallation _installation = null!;
    private SourceKey _filter;

    public async Task InitializeAsync()
    {
        _installation = await TestInstallation.CreateAsync(postgres.Server);
        _filter = await _installation.AddSourceAsync();
        await ExpectAsync(_filter);
        foreach (var role in new[] { "dsl", "it", "head", "digest" })
        {
            await RunAsync($"INSERT INTO staff (school_id, staff_id, name, email, roles) VALUES ('{_filter.School}', gen_random_uuid(), '{role}', '{role}@school.example', ARRAY['{role}'])");
        }
    }

    public async Task DisposeAsync() => await _installation.DisposeAsync();

    [Fact]
    public async Task SilenceIsOneMailToDslAndItAndHeardAgainIsOneMore()
    {
        var watch = Watch();
        await HearAsync(_filter);
        await PassAsync(27, watch);
        Assert.Equal("late", await StateAsync(_filter));
        Assert.Empty(await MailsAsync());

        await PassAsync(3, watch);
        Assert.Equal("silent", await StateAsync(_filter));
        Assert.Equal(["dsl quiet", "it quiet"], await MailsAsync());
        await PassAsync(60, watch);
        Assert.Equal(2, (await MailsAsync()).Count);

        for (var minute = 0; minute < 25; minute++)
        {
            await HearAsync(_filter);
            await PassAsync(1, watch);
        }

        Assert.Equal("healthy", await StateAsync(_filter));
        Assert.Equal(["dsl cleared", "dsl quiet", "it cleared", "it quiet"], await MailsAsync());
        await HearAsync(_filter);
        await PassAsync(10, watch);
        Assert.Equal(4, (await MailsAsync()).Count);
    }

    [Fact]
    public async Task TwoHostsThatJudgeAtTheSameMomentWriteOneMail()
    {
        await HearAsync(_filter);
        await PassAsync(60, Watch(), Watch());
        Assert.Equal(["dsl quiet", "it quiet"], await MailsAsync());
        Assert.Equal(1L, await RunAsync("SELECT count(*) FROM source_alarm"));
    }

    [Fact]
    public async Task ARestartForgetsNothing()
    {
        await HearAsync(_filter);
        await PassAsync(20, Watch());
        await PassAsync(10, Watch());
        Assert.Equal(["dsl quiet", "it quiet"], await MailsAsync());
        await PassAsync(30, Watch());
        Assert.Equal(2, (await MailsAsync()).Count);
    }

    [Fact]
    public async Task AStopInTheNightHidesNoSourceThatIsSlow()
    {
        await ExpectAsync(_filter, minutes: 240);
        await HearAsync(_filter);
        var watch = Watch();
        await PassUntilAsync(Ten.AddHours(6), watch);
        _time.AdvanceTo(Ten.AddHours(22.5));
        await PassUntilAsync(Ten.AddHours(25), watch);

        // 5 h 15 min of Monday and 2 h 13 min of Tuesday are not twice four hours yet.
        Assert.Empty(await MailsAsync());
        await PassUntilAsync(Ten.AddHours(25.5), watch);
        Assert.Equal(["dsl quiet", "it quiet"], await MailsAsync());
    }

    [Fact]
    public async Task AStopInSchoolTimeIsNoSourcesFault()
    {
        await HearAsync(_filter);
        await PassAsync(10, Watch());
        _time.Advance(TimeSpan.FromMinutes(30));
        await PassAsync(10, Watch());
        Assert.Equal("healthy", await StateAsync(_filter));
    }

    [Fact]
    public async Task AClockThatWasAheadKeepsNoSourceQuiet()
    {
        var ahead = new ManualTimeProvider(Ten.AddHours(2));
        await HearAsync(_filter, ahead);
        await Watch(ahead).PassAsync(CancellationToken.None);
        await PassAsync(30, Watch());
        Assert.Equal(["dsl quiet", "it quiet"], await MailsAsync());
    }

    [Fact]
    public async Task AnOutageOfEverythingIsOneMail()
    {
        List<SourceKey> sources = [_filter];
        for (var i = 0; i < 9; i++)
        {
            var other = await _installation.AddSourceAsync("senso", _filter.School);
            await ExpectAsync(other, minutes: 15 + 5 * i);
            sources.Add(other);
        }

        foreach (var source in sources)
        {
            await HearAsync(source);
        }

        await PassAsync(150, Watch());
        Assert.Equal(10L, await RunAsync("SELECT count(*) FROM source_alarm WHERE cleared_at IS NULL"));
        Assert.Equal(["dsl quiet", "it quiet"], await MailsAsync());
    }

    [Fact]
    public async Task AnAlarmOfASourceThatIsTakenOutOfUseEndsWithoutAMail()
    {
        await HearAsync(_filter);
        await PassAsync(30, Watch());
        await RunAsync($"UPDATE source SET enabled = false WHERE source_id = '{_filter.Source}'");
        await PassAsync(2, Watch());
        Assert.Equal(0L, await RunAsync("SELECT count(*) FROM source_alarm WHERE cleared_at IS NULL"));
        Assert.Equal(["dsl quiet", "it quiet"], await MailsAsync());
    }

    [Fact]
    public async Task WithNobodyToTellTheLedgerSaysSo()
    {
        await RunAsync("UPDATE staff SET roles = ARRAY['digest']");
        await HearAsync(_filter);
        await PassAsync(30, Watch());
        Assert.Equal("failed no-recipient", await RunAsync("SELECT state || ' ' || error FROM notification"));
    }

    [Fact]
    public async Task OnADayThatTheCalendarClosesNothingIsAnAlarm()
    {
        await RunAsync($$"""
            INSERT INTO school_calendar (school_id, content) VALUES ('{{_filter.School}}',
                '{"terms":[{"name":"A","first":"2026-09-03","last":"2026-12-18"}],"closures":[{"first":"2026-11-16","last":"2026-11-16","kind":"closed"}]}')
            """);
        await HearAsync(_filter);
        await PassAsync(120, Watch());
        Assert.Equal("healthy", await StateAsync(_filter));
        Assert.Empty(await MailsAsync());
    }

    [Fact]
    public async Task WhatWaitsToBeProcessedWasHeard()
    {
        await HearAsync(_filter);
        await PassAsync(25, Watch());
        await RunAsync($"""
            INSERT INTO intake_stream (school_id, stream_id, source_id, day, writer_id, last_seq, head_hash, last_received_at)
            VALUES ('{_filter.School}', gen_random_uuid(), '{_filter.Source}', '2026-11-16', gen_random_uuid(), 7, sha256(''), '{_time.GetUtcNow():O}')
            """);
        await PassAsync(15, Watch());
        Assert.Equal("healthy", await StateAsync(_filter));
    }

    private SourceWatch Watch(TimeProvider? time = null) =>
        new(_installation[DatabaseRole.Process], Repository.Rules, new NotificationSignals(), time ?? _time, NullLogger<SourceWatch>.Instance);

    private async Task PassUntilAsync(DateTimeOffset end, SourceWatch watch)
    {
        for (; _time.GetUtcNow() < end; _time.Advance(TimeSpan.FromMinutes(4)))
        {
            await watch.PassAsync(CancellationToken.None);
        }
    }

    private async Task PassAsync(int minutes, params SourceWatch[] hosts)
    {
        for (var minute = 0; minute < minutes; minute++)
        {
            await Task.WhenAll(hosts.Select(host => host.PassAsync(CancellationToken.None)));
            _time.Advance(TimeSpan.FromMinutes(1));
        }
    }

    private Task ExpectAsync(SourceKey source, int minutes = 15) => RunAsync($"UPDATE source SET expected_gap = '{minutes} min' WHERE source_id = '{source.Source}'");

    /// <summary>A record of now, as Record leaves it.</summary>
    private Task HearAsync(SourceKey source, TimeProvider? time = null) => RunAsync($"""
        INSERT INTO source_health AS h (school_id, source_id, first_received_at, last_received_at, records, concern, review, unknown_role, last_activity_at)
        SELECT '{source.School}', '{source.Source}', at, at, 1, 0, 0, 0, at FROM (VALUES ('{(time ?? _time).GetUtcNow():O}'::timestamptz)) AS now (at)
        ON CONFLICT (school_id, source_id) DO UPDATE SET last_received_at = EXCLUDED.last_received_at, last_activity_at = EXCLUDED.last_activity_at
        """);

    private async Task<string> StateAsync(SourceKey source) => (string)(await RunAsync($"SELECT state FROM source_state WHERE source_id = '{source.Source}'"))!;

    /// <summary>Who is told, and why.</summary>
    private async Task<List<string>> MailsAsync()
    {
        var words = (string?)await RunAsync(
            "SELECT string_agg(s.name || ' ' || n.cause, ',' ORDER BY s.name, n.cause) FROM notification n JOIN staff s USING (school_id, staff_id) WHERE n.kind = 'source'");
        return words is null ? [] : [.. words.Split(',')];
    }

    private async Task<object?> RunAsync(string sql)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(new Npgsql.NpgsqlConnectionStringBuilder(_installation.Store.ConnectionString) { SearchPath = "onlinesafety" }.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync() is var value && value is DBNull ? null : value;
    }
}
