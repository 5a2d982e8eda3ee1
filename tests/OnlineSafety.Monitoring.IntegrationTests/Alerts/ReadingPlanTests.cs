using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Reading;
using OnlineSafety.Monitoring.Alerts.Silences;
using OnlineSafety.Monitoring.Digests;
using OnlineSafety.Monitoring.IntegrationTests.Access;
using OnlineSafety.Monitoring.Processing.Review;
using OnlineSafety.Monitoring.Retention;
using OnlineSafety.Monitoring.Web.People;
using Xunit.Abstractions;

namespace OnlineSafety.Monitoring.IntegrationTests.Alerts;

/// <summary>What is read beside the queue: of one person, of a time, for a report, a digest, a clock. None of it is read through years of closed alerts.</summary>
[Collection(LongQueueCollection.Name)]
public sealed class ReadingPlanTests(LongQueue queue, ITestOutputHelper output)
{
    /// <summary>Of one person, of a day, of a page.</summary>
    private const int Few = 1_500;

    /// <summary>All that is open, and its messages.</summary>
    private const int WhatIsOpen = (2 * LongQueue.Open) + Few;

    private static readonly DateTimeOffset s_now = DateTimeOffset.UtcNow;

    /// <summary>Of the few people that a list shows, all that there is.</summary>
    private static readonly int s_people = WhatIsOpen + (400 * 60);

    /// <summary>A share of all: what was raised in two weeks or a term, what is due, what was a case.</summary>
    private static readonly int s_share = LongQueue.Open + (LongQueue.Closed / 5);

    private object School => queue.School;

    [Theory]
    [InlineData("one person's alerts")]
    [InlineData("earlier alerts of the same person")]
    [InlineData("people")]
    [InlineData("one account")]
    [InlineData("alerts with the same words")]
    [InlineData("judged in a month")]
    [InlineData("what a silence would have covered")]
    public async Task WhatTheConsoleReadsBesideTheQueue(string which)
    {
        string[] person = ["user:pupil77"];
        (string Sql, object[] Values, int Most) asked = which switch
        {
            "one person's alerts" => (PersonReader.AlertsSql, [School, person], Few),
            "earlier alerts of the same person" => (SurroundingsSql.Earlier, [School, person, Guid.NewGuid(), 20], Few),
            "people" => (PersonReader.PeopleSql, [School, Array.Empty<string>(), 200], s_people),
            "one account" => (PersonReader.PeopleSql, [School, person, 200], Few),
            "alerts with the same words" => (SurroundingsSql.Alike, [School, s_now.AddDays(-90)], s_share),
            "judged in a month" => (AlertQueue.JudgedSql, [School, s_now.AddDays(-60), s_now.AddDays(-30)], s_share),
            _ => (SilenceSql.Preview, [School, DBNull.Value, "gambling", DBNull.Value, (short)2, s_now.AddDays(-14)], s_share),
        };

        (await PlanAsync(DatabaseRole.Console, queue.Actors["dsl"], asked.Sql, asked.Values)).AssertFromIndex(asked.Most);
    }

    [Theory]
    [InlineData("counts")]
    [InlineData("waiting")]
    [InlineData("breaches")]
    [InlineData("left")]
    [InlineData("undelivered")]
    [InlineData("how many of each")]
    [InlineData("drills")]
    public async Task WhatADigestReads(string which)
    {
        object from = s_now.AddDays(-1);
        object[] window = [School, from, s_now];
        (string Sql, object[] Values, int Most) asked = which switch
        {
            "counts" => (DigestReader.AlertsSql, [.. window, from], WhatIsOpen + LongQueue.Open),
            "waiting" => (DigestReader.WaitingSql, [School, 20, s_now], WhatIsOpen),
            "breaches" => (AnsweringReader.BreachesSql, [.. window, from, 20], WhatIsOpen),
            "left" => (AnsweringReader.LeftSql, [.. window, 20], WhatIsOpen),
            "undelivered" => (AnsweringReader.UndeliveredSql, [.. window, 20], WhatIsOpen),
            "how many of each" => (AnsweringReader.CountsSql, [.. window, from], WhatIsOpen),
            _ => (AnsweringReader.DrillsSql, window, WhatIsOpen),
        };

        (await PlanAsync(DatabaseRole.Notify, Actor.Service("digest"), asked.Sql, asked.Values)).AssertFromIndex(asked.Most);
    }

    [Theory]
    [InlineData("due")]
    [InlineData("cases")]
    public async Task WhatTheClocksOfRetentionRead(string which)
    {
        var (sql, values) = which == "due" ? (RetentionSql.SettledBefore, new[] { School, s_now.AddDays(-365 * 4.5) }) : (RetentionSql.Cases, [School]);

        (await PlanAsync(DatabaseRole.Retention, InstallationDatabase.Tester, sql, values)).AssertFromIndex(s_share);
    }

    /// <summary>They are counted from indexes alone, and not fetched.</summary>
    [Fact]
    public async Task HowManyAreKeptIsCountedFromIndexes()
    {
        var plan = await PlanAsync(DatabaseRole.Retention, InstallationDatabase.Tester, RetentionSql.SettledCounts, [School, s_now.AddDays(-365)]);

        plan.AssertFromIndex(LongQueue.Closed * 1.2);
    }

    [Fact]
    public async Task WhatIsHeldAgainstThePeopleListIsWhatIsOpenAndAMonth() =>
        (await PlanAsync(DatabaseRole.Process, Actor.Service("process"), ReviewedEvent.Alerts, [School])).AssertFromIndex(s_share);

    /// <summary>A term is counted inside of a function, which shows no plan: how often a table was read from one end to the other, it does show.</summary>
    [Fact]
    public async Task AGovernorsTermIsFoundByItsDays()
    {
        await using var session = await queue.Database[DatabaseRole.Console].OpenAsync(queue.School, queue.Actors["head"], default);
        // Of the connection, whoever had it before.
        Task<List<long>> ScansAsync() => session.RowsAsync(
            "SELECT COALESCE(seq_scan, 0) FROM pg_stat_xact_user_tables WHERE schemaname = 'onlinesafety' AND relname = 'alert'", [], row => row.GetInt64(0), default);
        var (before, began) = (await ScansAsync(), s_now.AddMonths(-14));
        await session.RowsAsync("SELECT * FROM governors_report($1)", [new DateOnly(began.Year, began.Month >= 4 ? 4 : 1, 1).AddYears(began.Month >= 4 ? 0 : -1)], row => row.GetString(0), default);

        Assert.Equal(before, await ScansAsync());
    }

    private async Task<QueryPlan> PlanAsync(DatabaseRole role, Actor actor, string sql, object[] values)
    {
        await using var session = await queue.Database[role].OpenAsync(queue.School, actor, default);
        var plan = await QueryPlan.OfAsync(session, sql, values);
        output.WriteLine($"{plan.RowsRead:N0} rows, {plan.Took:N1} ms\n{plan.Text}");
        return plan;
    }
}
