using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Reading;
using Xunit.Abstractions;

namespace OnlineSafety.Monitoring.IntegrationTests.Alerts;

[CollectionDefinition(Name)]
public sealed class LongQueueCollection : ICollectionFixture<LongQueue>
{
    public const string Name = "long queue";
}

/// <summary>How the database answers the console's queue: from an index, page by page, however much is open and however much is over.</summary>
[Collection(LongQueueCollection.Name)]
public sealed class QueuePlanTests(LongQueue queue, ITestOutputHelper output)
{
    /// <summary>What a page of fifty may read where it begins where the queue does.</summary>
    private const int APage = 1_000;

    /// <summary>What it may read where it has to pass over others that are open, because a filter leaves them out. Never what is over.</summary>
    private const int WhatIsOpen = LongQueue.Open + APage;

    private static readonly string[] s_open = ["new", "acknowledged", "in_review", "escalated", "handed_over"];
    private static readonly string[] s_resolved = ["resolved"];

    [Theory]
    [InlineData("first page", APage)]
    [InlineData("waiting alone", APage)]
    [InlineData("resolved from a place", APage)]
    [InlineData("page from a place", APage)]
    [InlineData("one severity", WhatIsOpen)]
    [InlineData("one theme", WhatIsOpen)]
    [InlineData("resolved", APage)]
    [InlineData("resolved of one theme", APage)]
    public async Task APageIsReadInTheOrderOfAnIndexAndNeverAllThatIsOver(string which, int most)
    {
        var plan = await PlanAsync("dsl", which switch
        {
            "page from a place" => OpenPage(s_open, taken: false, severity: (short)3, since: DateTimeOffset.UtcNow.AddDays(-3), number: LongQueue.Closed + 500),
            "waiting alone" => OpenPage(["new"]),
            "one severity" => OpenPage(s_open, wanted: (short)2),
            "one theme" => OpenPage(s_open, theme: ["gambling"]),
            "resolved" => Resolved(),
            "resolved from a place" => Resolved(before: LongQueue.Closed / 2),
            "resolved of one theme" => Resolved(theme: ["drugs"]),
            _ => OpenPage(s_open),
        });

        plan.AssertFromIndex(most);
    }

    [Fact]
    public async Task CountsTouchWhatIsOpenAndNotWhatIsOver()
    {
        var plan = await PlanAsync("dsl", (QueueSql.Counts, [queue.School, true]));

        plan.AssertFromIndex(WhatIsOpen);
    }

    [Fact]
    public async Task WhoWasNotToldIsLookedForInWhatIsOpen()
    {
        var plan = await PlanAsync("dsl", (QueueSql.Untold, [queue.School, true, 10]));

        plan.AssertFromIndex(WhatIsOpen);
    }

    [Theory]
    [InlineData("newest")]
    [InlineData("since")]
    [InlineData("how many since")]
    [InlineData("these")]
    public async Task WhatAFeedAsksIsAnsweredFromAnIndex(string which)
    {
        var known = LongQueue.Closed + LongQueue.Open - 50;
        var plan = await PlanAsync("dsl", which switch
        {
            "newest" => (QueueSql.Newest, [queue.School, true]),
            "since" => (QueueSql.New, [queue.School, known, 3, true]),
            "how many since" => (QueueSql.NewCount, [queue.School, known, true]),
            _ => (QueueSql.These, [queue.School, Enumerable.Range(known, 50).ToArray()]),
        });

        plan.AssertFromIndex(APage);
    }

    /// <summary>Two of ten thousand open alerts are the head's, and none of a governor's.</summary>
    [Theory]
    [InlineData("page")]
    [InlineData("resolved")]
    [InlineData("counts")]
    [InlineData("untold")]
    [InlineData("newest")]
    [InlineData("how many since")]
    public async Task AHeadWhoseAlertsAreFewIsAskedAboutNoneOfTheOthers(string which)
    {
        var plan = await PlanAsync("head", which switch
        {
            "page" => OpenPage(s_open, all: false),
            "resolved" => Resolved(all: false),
            "counts" => (QueueSql.Counts, [queue.School, false]),
            "untold" => (QueueSql.Untold, [queue.School, false, 10]),
            "newest" => (QueueSql.Newest, [queue.School, false]),
            _ => (QueueSql.NewCount, [queue.School, 0, false]),
        });

        plan.AssertFromIndex(APage);
    }

    [Fact]
    public async Task WhatAHeadFindsThatWayIsAllThatAHeadMaySee()
    {
        await using var session = await queue.Database[DatabaseRole.Console].OpenAsync(queue.School, queue.Actors["head"], default);
        var (open, every) = (OpenPage(s_open, all: false), OpenPage(s_open));

        var found = await session.RowsAsync(open.Sql, open.Values, row => row.GetInt32(0), default);

        Assert.Equal(2, found.Count);
        Assert.Equal(await session.RowsAsync(every.Sql, every.Values, row => row.GetInt32(0), default), found);
    }

    private (string Sql, object[] Values) OpenPage(
        string[] states, short? wanted = null, string[]? theme = null, bool? taken = null, short? severity = null, DateTimeOffset? since = null, int? number = null, bool all = true) =>
        (QueueSql.OpenPage, [queue.School, states, Or(wanted), DBNull.Value, Or(theme), false, Or(taken), Or(severity), Or(since), Or(number), QueueReader.PageSize + 1, all]);

    private (string Sql, object[] Values) Resolved(int? before = null, string[]? theme = null, bool all = true) =>
        (QueueSql.ResolvedPage, [queue.School, s_resolved, DBNull.Value, DBNull.Value, Or(theme), false, Or(before), QueueReader.PageSize + 1, all]);

    private static object Or(object? value) => value ?? DBNull.Value;

    private async Task<QueryPlan> PlanAsync(string role, (string Sql, object[] Values) asked)
    {
        await using var session = await queue.Database[DatabaseRole.Console].OpenAsync(queue.School, queue.Actors[role], default);
        var plan = await QueryPlan.OfAsync(session, asked.Sql, asked.Values);
        output.WriteLine($"{plan.RowsRead:N0} rows, {plan.Took:N1} ms\n{plan.Text}");
        return plan;
    }
}
