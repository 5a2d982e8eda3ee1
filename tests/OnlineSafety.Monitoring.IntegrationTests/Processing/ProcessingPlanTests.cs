using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.IntegrationTests.Access;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Processing.Replay;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Processing;

/// <summary>A stream that has run all day, and people of whom much is recorded.</summary>
public sealed class LongDay : IAsyncLifetime
{
    internal const int Segments = 5_000;
    internal const int RecordsOfOne = 100;
    internal const int People = 20;
    private const int EventsOfOne = 2_000;

    private PostgresServer? _server;

    internal InstallationDatabase Database { get; private set; } = null!;

    internal Guid School { get; private set; }

    internal Guid Stream { get; } = Guid.NewGuid();

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.LeaseAsync();
        Database = await InstallationDatabase.CreateAsync(_server);
        School = await Database.AddSchoolAsync();
        await Database.Test.RunAsync($"""
            SELECT onlinesafety.ensure_intake_partition(current_date);
            INSERT INTO onlinesafety.intake_segment (school_id, stream_id, source_id, day, first_seq, last_seq, received_from, received_to, codec, key_id, previous_hash, hash, payload)
            SELECT '{School}', '{Stream}', gen_random_uuid(), current_date, n * {RecordsOfOne} + 1, (n + 1) * {RecordsOfOne}, now(), now(), 0, gen_random_uuid(), 'x', 'x', 'x'
            FROM generate_series(0, {Segments} - 1) n;
            INSERT INTO onlinesafety.event (school_id, stream_id, source_id, recorded_at, seq, part, received_at, occurred_at, kind, action, risk, severity, theme, parent_theme,
                audience, route, subject_key, subject_role, vendor, detail, signature)
            SELECT '{School}', '{Stream}', gen_random_uuid(), now(), n, 0, now() - n * interval '1 second', now(), 1, 1, 1, 2, 'bullying', 'bullying',
                0, 'dsl', 'user:pupil' || n % {People}, 1, 'protex', 'x', n % {People}
            FROM generate_series(1, {People * EventsOfOne}) n
            """);
    }

    public async Task DisposeAsync()
    {
        await Database.DisposeAsync();
        await _server!.DisposeAsync();
    }
}

/// <summary>
/// What Processing asks for each chunk costs the same at the end of a day as at its beginning, and of somebody of whom much is recorded as of anybody; also on a new server,
/// whose planner knows nothing of the tables yet.
/// </summary>
public sealed class ProcessingPlanTests(LongDay day) : IClassFixture<LongDay>
{
    private const int Limit = 256;

    private static readonly Actor s_actor = Actor.Service("processing");

    [Theory]
    [InlineData(1)]
    [InlineData(LongDay.Segments / 2)]
    [InlineData(LongDay.Segments)]
    public async Task ReadingOnPassesOverNothingOfTheStreamThatIsBehind(int segment)
    {
        var next = (long)segment * LongDay.RecordsOfOne;
        var plan = await PlanAsync(
            "intake_segment", SegmentReader.Select, [day.School, day.Stream, DateOnly.FromDateTime((DateTime)(await day.Database.Test.RunAsync("SELECT current_date::timestamp"))!), next, Limit, 1L << 20]);

        // Those that it may give, and the one in which it looks where to begin.
        Assert.True(plan.RowsRead is > 0 and <= Limit + 1, $"{plan.RowsRead} rows were read:\n{plan.Text}");
    }

    [Fact]
    public async Task OfEachPersonNoMoreIsReadThanIsRemembered()
    {
        var plan = await PlanAsync("event", RecordSql.History, [day.School, Subjects(), DateTimeOffset.UtcNow.AddDays(-7), Recollection.Most]);

        AssertNewest(plan, Recollection.Most);
    }

    [Fact]
    public async Task OfEachPersonNoMoreIsReadByAReplay()
    {
        var before = Enumerable.Repeat(DateTimeOffset.UtcNow, LongDay.People).ToArray();
        var plan = await PlanAsync("event", ReplaySql.History, [day.School, Subjects(), before, DateTimeOffset.UtcNow.AddDays(-7), Guid.NewGuid(), 1L, Recollection.Most]);

        AssertNewest(plan, Recollection.Most);
    }

    [Fact]
    public async Task OfWhatOthersDidNoMoreIsReadThanIsLookedAt()
    {
        var signatures = Enumerable.Range(0, LongDay.People).Select(n => (long)n).ToArray();
        var at = Enumerable.Repeat(DateTimeOffset.UtcNow, LongDay.People).ToArray();
        var plan = await PlanAsync("event", RecordSql.Alike, [day.School, signatures, at, Cohorts.Window, Guid.NewGuid(), 1L, Cohorts.Most]);

        AssertNewest(plan, Cohorts.Most);
    }

    // One further row of each shows that the last has no tie.
    private static void AssertNewest(QueryPlan plan, int most) =>
        Assert.True(plan.RowsRead > 0 && plan.RowsRead <= LongDay.People * (most + 1), $"{plan.RowsRead} rows were read:\n{plan.Text}");

    private static string[] Subjects() => [.. Enumerable.Range(0, LongDay.People).Select(n => $"user:pupil{n}")];

    private async Task<QueryPlan> PlanAsync(string table, string sql, object[] values)
    {
        await using var session = await day.Database[DatabaseRole.Process].OpenAsync(day.School, s_actor, default);
        return await QueryPlan.OfAsync(session, sql, values, table);
    }
}
