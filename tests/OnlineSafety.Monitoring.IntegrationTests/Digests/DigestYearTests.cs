using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Digests;
using OnlineSafety.Monitoring.IntegrationTests.Notifications;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Digests;

/// <summary>
/// A year of digests by a clock that is moved by hand, over both days on which clocks change, a term calendar, restarts and a clock that is set back. Each
/// alert has a theme of its own, so that the digest in which it was counted can be told.
/// </summary>
public sealed class DigestYearTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly DateOnly First = new(2026, 9, 1);

    private const string Calendar = """
        { "terms": [ { "name": "Autumn", "first": "2026-09-03", "last": "2026-12-18" }, { "name": "Spring", "first": "2027-01-04", "last": "2027-03-26" },
                     { "name": "Summer", "first": "2027-04-12", "last": "2027-07-21" } ],
          "closures": [ { "kind": "half-term", "first": "2026-10-26", "last": "2026-10-30" }, { "kind": "half-term", "first": "2027-02-15", "last": "2027-02-19" },
                        { "kind": "half-term", "first": "2027-05-31", "last": "2027-06-04" } ] }
        """;

    [Theory]
    [InlineData("every", "01:30")]
    [InlineData("school", "07:30")]
    public async Task OverAYearEachAlertIsInExactlyOneDigestOfEachRecipientWhoMaySeeIt(string days, string at)
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.Database.RunAsync($"""
            UPDATE onlinesafety.school SET digest_at = '{at}', digest_days = '{days}', created_at = '2026-01-01';
            INSERT INTO onlinesafety.school_calendar (school_id, content) VALUES ('{world.School}', '{Calendar}');
            """);
        var readers = new Dictionary<string, Guid> { ["dsl"] = world.Dsl, ["governor"] = Guid.NewGuid(), ["head"] = Guid.NewGuid(), ["deputy"] = Guid.NewGuid() };
        await world.AddStaffAsync(readers["governor"], "governor@school.example.test", "digest");
        await world.AddStaffAsync(readers["head"], "head@school.example.test", "head", "dsl");
        await world.AddStaffAsync(readers["deputy"], "deputy@school.example.test", "deputy");
        var expected = new Dictionary<string, HashSet<string>> { ["dsl"] = [], ["governor"] = [], ["head"] = [], ["deputy"] = [] };
        var clock = new ManualTimeProvider(new DateTimeOffset(First.AddDays(-1).ToDateTime(new TimeOnly(12, 0)), TimeSpan.Zero));
        var (maker, database) = (world.Maker(), world.Open().Database);
        var service = Service(world, maker, database, clock);
        for (var day = 0; day < 365; day++)
        {
            await RaiseAsync(world, day, readers, expected);
            await LiveADayAsync(day);
        }

        await LiveADayAsync(365);
        service.Dispose();
        var counted = await CountedAsync(world, readers);

        var calendar = SchoolCalendar.ForAnswers(CalendarFile.Parse(Calendar), BankHolidays.None, TimeZoneInfo.FindSystemTimeZoneById("Europe/London"));
        var chosen = Enumerable.Range(-1, 367).Select(First.AddDays).Where(day => days == "every" || calendar.IsSchoolDay(day));
        Assert.Equal(string.Join(',', chosen.Select(day => $"{day:O}")), await world.Database.RunAsync("SELECT string_agg(day::text, ',' ORDER BY day) FROM onlinesafety.digest"));
        Assert.False(counted.ContainsKey("deputy"));
        foreach (var reader in counted.Keys)
        {
            Assert.Equal(expected[reader].Order(), counted[reader].Order());
        }

        // One row and one message of each day for each who gets digests, and none for anybody else.
        Assert.Equal(true, await world.Database.RunAsync("""
            SELECT bool_and(readers = 3 AND messages = 3) FROM (SELECT d.day, (SELECT count(*) FROM onlinesafety.digest_recipient r WHERE r.day = d.day) AS readers,
                (SELECT count(*) FROM onlinesafety.notification n WHERE n.digest_day = d.day) AS messages FROM onlinesafety.digest d) AS made
            """));

        async Task LiveADayAsync(int day)
        {
            // Four looks a day, some by a service that has just started; now and then its clock is set back.
            for (var look = 0; look < 4; look++)
            {
                clock.Advance(TimeSpan.FromHours(6));
                if ((day + look) % 7 == 0)
                {
                    service.Dispose();
                    service = Service(world, maker, database, day % 7 == 3 ? new ManualTimeProvider(clock.GetUtcNow() - TimeSpan.FromHours(2)) : clock);
                }

                await service.MakeDueAsync(default);
            }
        }
    }

    /// <summary>A service that has just started: it knows nothing but the database.</summary>
    private static DigestService Service(NotifyWorld world, DigestMaker maker, Database database, TimeProvider clock) =>
        new(database, maker, world.Policies, clock, NullLogger<DigestService>.Instance);

    /// <summary>What a day brings: something of each kind, in turn.</summary>
    private static async Task RaiseAsync(NotifyWorld world, int day, Dictionary<string, Guid> readers, Dictionary<string, HashSet<string>> expected)
    {
        (string Route, int Audience, Guid? Subject, string[] Seen) kind = (day % 5) switch
        {
            0 => ("dsl", 0, null, ["dsl", "governor", "head"]),
            1 => ("dsl", 1, null, ["dsl", "head"]),
            2 => ("head", 0, readers["dsl"], ["head"]),
            3 => ("head", 0, readers["head"], []),
            _ => ("chair", 0, readers["head"], []),
        };
        var theme = $"t{day:000}";
        await world.RaiseAsync(route: kind.Route, audience: kind.Audience, subject: kind.Subject, theme: theme);
        foreach (var reader in kind.Seen)
        {
            expected[reader].Add(theme);
        }
    }

    /// <summary>For each recipient the alerts that were counted as raised, each as often as it was.</summary>
    private static async Task<Dictionary<string, List<string>>> CountedAsync(NotifyWorld world, Dictionary<string, Guid> readers)
    {
        var counted = new Dictionary<string, List<string>>();
        await using var source = NpgsqlDataSource.Create(world.Database.ConnectionString);
        await using var command = source.CreateCommand("SELECT staff_id, content FROM onlinesafety.digest_recipient");
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            var reader = readers.Single(r => r.Value == rows.GetGuid(0)).Key;
            var scope = DigestScope.FromJson(rows.GetFieldValue<byte[]>(1));
            counted.TryAdd(reader, []);
            counted[reader].AddRange(scope.Alerts.Where(a => a.Raised).SelectMany(a => Enumerable.Repeat(a.Theme, (int)a.Count)));
        }

        return counted;
    }

    [Fact]
    public async Task AtAfterAndAcrossItsTimeThereIsOneDigest()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.Database.RunAsync("UPDATE onlinesafety.school SET created_at = '2026-01-01'");
        var due = new DateTimeOffset(2026, 11, 25, 7, 30, 0, TimeSpan.Zero);

        // Across: the service waits just as long as it must.
        var clock = new ManualTimeProvider(due.AddSeconds(-15));
        var (maker, database) = (world.Maker(), world.Open().Database);
        using (var across = Service(world, maker, database, clock))
        {
            var wait = await across.MakeDueAsync(default);
            Assert.Equal(TimeSpan.FromSeconds(15), wait);
            Assert.Equal("2026-11-24 true", await MadeAsync());
            clock.Advance(wait);
            await across.MakeDueAsync(default);
            Assert.Equal("2026-11-24 true,2026-11-25 false", await MadeAsync());
        }

        // At and after it, by two more that have just started, one with a clock an hour behind.
        foreach (var now in new[] { due, due.AddSeconds(1), due.AddHours(-1), due.AddHours(3) })
        {
            using var started = Service(world, maker, database, new ManualTimeProvider(now));
            await started.MakeDueAsync(default);
        }

        Assert.Equal("2026-11-24 true,2026-11-25 false", await MadeAsync());

        async Task<object?> MadeAsync() => await world.Database.RunAsync("SELECT string_agg(day || ' ' || late, ',' ORDER BY day) FROM onlinesafety.digest");
    }

    [Fact]
    public async Task AClockSetForwardAndBackMakesNoSecondDigestAndLosesNone()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.Database.RunAsync("UPDATE onlinesafety.school SET created_at = '2026-01-01'");
        var noon = new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);
        var (maker, database) = (world.Maker(), world.Open().Database);
        foreach (var hours in new[] { 0, 24, -24, 0, 48, 24, 72 })
        {
            using var service = Service(world, maker, database, new ManualTimeProvider(noon.AddHours(hours)));
            await service.MakeDueAsync(default);
        }

        Assert.Equal("2026-11-25,2026-11-26,2026-11-27,2026-11-28", await world.Database.RunAsync("SELECT string_agg(day::text, ',' ORDER BY day) FROM onlinesafety.digest"));
        Assert.Equal(0L, await world.Database.RunAsync("""
            SELECT count(*) FROM (SELECT window_from, lag(window_to) OVER (ORDER BY day) AS before FROM onlinesafety.digest) d WHERE window_from < before
            """));
    }
}
