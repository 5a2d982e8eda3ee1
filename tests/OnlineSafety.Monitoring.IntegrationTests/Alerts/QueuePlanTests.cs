using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Reading;
using OnlineSafety.Monitoring.IntegrationTests.Access;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Alerts;

/// <summary>A school with years of closed alerts and a queue that nobody has looked at: its installation, once for all tests of plans.</summary>
public sealed class LongQueue : IAsyncLifetime
{
    private const int Open = 10_000;
    private const int Closed = 100_000;

    private PostgresServer? _server;

    internal InstallationDatabase Database { get; private set; } = null!;

    internal Guid School { get; private set; }

    internal Dictionary<string, Actor> Actors { get; } = new(StringComparer.Ordinal);

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.LeaseAsync();
        Database = await InstallationDatabase.CreateAsync(_server);
        School = await Database.AddSchoolAsync();
        foreach (var role in new[] { "dsl", "head" })
        {
            var staff = (await Database.AddStaffAsync(School, role, role)).Staff;
            Actors[role] = Actor.Member(staff.StaffId, staff.Name, staff.Roles);
        }

        await AddAsync(1, Closed, "resolved");
        await AddAsync(Closed + 1, Open, "new");
        await Database.Test.RunAsync("ANALYZE onlinesafety.alert");
    }

    public async Task DisposeAsync()
    {
        await Database.DisposeAsync();
        await _server!.DisposeAsync();
    }

    private Task AddAsync(int first, int count, string state) => Database.Test.RunAsync($"""
        INSERT INTO onlinesafety.alert (school_id, alert_id, number, state, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key, subject_role,
            source_ids, vendors, event_count, reasons, first_received_at, last_received_at, raised_at, acted_at, outcome, note, resolved_at, resolved_by)
        SELECT '{School}', gen_random_uuid(), {first} + n, '{state}', 1 + n % 4, 1 + n % 4, t, t, ARRAY[t], false, 0, CASE WHEN n % 50 = 7 THEN 'head' ELSE 'dsl' END, 'user:pupil' || n, 1,
            ARRAY[]::uuid[], ARRAY['protex'], 1, '[]'::bytea, now() - n * interval '1 minute', now(), now() - n * interval '1 minute',
            CASE WHEN resolved THEN now() END, CASE WHEN resolved THEN 'test' END, CASE WHEN resolved THEN 'x'::bytea END, CASE WHEN resolved THEN now() END, CASE WHEN resolved THEN 'x' END
        FROM (SELECT n, '{state}' = 'resolved' AS resolved, (ARRAY['self_harm', 'gambling', 'bullying', 'drugs'])[1 + n % 4] AS t FROM generate_series(0, {count} - 1) n) made
        """);
}

/// <summary>How the database answers the console's queue: from an index, page by page, however much is open and however much is over.</summary>
public sealed class QueuePlanTests(LongQueue queue) : IClassFixture<LongQueue>
{
    /// <summary>What a page of fifty may read where it begins where the queue does.</summary>
    private const int APage = 1_000;

    /// <summary>What it may read where it has to pass over others that are open: those before its place, and those that a filter leaves out. Never what is over.</summary>
    private const int WhatIsOpen = 11_000;

    private static readonly string[] s_open = ["new", "acknowledged", "in_review", "escalated", "handed_over"];
    private static readonly string[] s_resolved = ["resolved"];

    [Theory]
    [InlineData("first page", APage)]
    [InlineData("waiting alone", APage)]
    [InlineData("resolved from a place", APage)]
    [InlineData("page from a place", WhatIsOpen)]
    [InlineData("one severity", WhatIsOpen)]
    [InlineData("one theme", WhatIsOpen)]
    [InlineData("resolved", WhatIsOpen)]
    [InlineData("resolved of one theme", WhatIsOpen)]
    public async Task APageIsReadInTheOrderOfAnIndexAndNeverAllThatIsOver(string which, int most)
    {
        var plan = await PlanAsync("dsl", which switch
        {
            "page from a place" => OpenPage(s_open, taken: false, severity: (short)3, since: DateTimeOffset.UtcNow.AddDays(-3), number: 100_500),
            "waiting alone" => OpenPage(["new"]),
            "one severity" => OpenPage(s_open, wanted: (short)2),
            "one theme" => OpenPage(s_open, theme: "gambling"),
            "resolved" => Resolved(),
            "resolved from a place" => Resolved(before: 50_000),
            "resolved of one theme" => Resolved(theme: "drugs"),
            _ => OpenPage(s_open),
        });

        AssertFromIndex(plan);
        Assert.True(plan.RowsRead < most, $"{plan.RowsRead} rows were read:\n{plan.Text}");
    }

    [Fact]
    public async Task CountsTouchWhatIsOpenAndNotWhatIsOver()
    {
        var plan = await PlanAsync("dsl", (QueueSql.Counts, [queue.School]));

        AssertFromIndex(plan);
        Assert.True(plan.RowsRead < WhatIsOpen, $"{plan.RowsRead} rows were read:\n{plan.Text}");
    }

    [Theory]
    [InlineData("newest")]
    [InlineData("since")]
    [InlineData("how many since")]
    [InlineData("these")]
    public async Task WhatAFeedAsksIsAnsweredFromAnIndex(string which)
    {
        const int Known = 109_950;
        var plan = await PlanAsync("dsl", which switch
        {
            "newest" => (QueueSql.Newest, [queue.School]),
            "since" => (QueueSql.Since, [queue.School, Known, 3]),
            "how many since" => (QueueSql.SinceCount, [queue.School, Known]),
            _ => (QueueSql.These, [queue.School, Enumerable.Range(Known, 50).ToArray()]),
        });

        AssertFromIndex(plan);
        Assert.True(plan.RowsRead < APage, $"{plan.RowsRead} rows were read:\n{plan.Text}");
    }

    [Theory]
    [InlineData("page")]
    [InlineData("resolved")]
    public async Task AHeadWhoseAlertsAreFewIsAnsweredFromAnIndexToo(string which) => AssertFromIndex(await PlanAsync("head", which == "page" ? OpenPage(s_open) : Resolved()));

    private static void AssertFromIndex(QueryPlan plan)
    {
        Assert.DoesNotContain("Seq Scan on alert", plan.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("external", plan.Text, StringComparison.Ordinal);
        Assert.Contains("Index", plan.Text, StringComparison.Ordinal);
    }

    private (string Sql, object[] Values) OpenPage(
        string[] states, short? wanted = null, string? theme = null, bool? taken = null, short? severity = null, DateTimeOffset? since = null, int? number = null) =>
        (QueueSql.OpenPage, [queue.School, states, Or(wanted), DBNull.Value, Or(theme), false, Or(taken), Or(severity), Or(since), Or(number), QueueReader.PageSize + 1]);

    private (string Sql, object[] Values) Resolved(int? before = null, string? theme = null) =>
        (QueueSql.ResolvedPage, [queue.School, s_resolved, DBNull.Value, DBNull.Value, Or(theme), false, Or(before), QueueReader.PageSize + 1]);

    private static object Or(object? value) => value ?? DBNull.Value;

    private async Task<QueryPlan> PlanAsync(string role, (string Sql, object[] Values) asked)
    {
        await using var session = await queue.Database[DatabaseRole.Console].OpenAsync(queue.School, queue.Actors[role], default);
        return await QueryPlan.OfAsync(session, "alert", asked.Sql, asked.Values);
    }
}
