using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.IntegrationTests.Access;

namespace OnlineSafety.Monitoring.IntegrationTests.Alerts;

/// <summary>An alert's way through people's hands.</summary>
public sealed class AlertStepTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly ThemeGuide Guide = ThemeGuide.Read("""{"taxonomy":"t","version":"1","themes":[]}"""u8.ToArray());
    private static readonly AlertReference First = new(null, 1);

    [Fact]
    public async Task TheWholeWayIsWrittenDownWithWhoWentItAndWhoWasTold()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var (dsl, deputy, head) = (await AddAsync(database, school, "dsl"), await AddAsync(database, school, "deputy"), await AddAsync(database, school, "head"));
        await database.AddAlertAsync(school, 1);
        var queue = Queue(database);

        (Actor Actor, AlertMove Move, int Told)[] way =
        [
            (dsl, new AlertMove.Acknowledge(), 0), (dsl, new AlertMove.Review(), 0), (dsl, new AlertMove.Assign(deputy.Staff!.Value), 1), (deputy, new AlertMove.Note(" Seen before. "), 0),
            (deputy, new AlertMove.Escalate("Third week."), 1), (head, new AlertMove.Review(), 0), (head, new AlertMove.HandOver("C-1042", "To children's services."), 0),
            (dsl, Resolve("concern"), 0), (dsl, new AlertMove.Reopen("Not over."), 1), (dsl, Resolve("low-level-concern"), 0), (head, new AlertMove.Note("Mother called."), 0),
        ];
        foreach (var (actor, move, told) in way)
        {
            var result = await queue.StepAsync(school, actor, First, move, default);
            Assert.True(result.Done, result.Refusal);
            Assert.Equal(told, result.Told);
        }

        var history = await queue.HistoryAsync(school, dsl, First, default);
        Assert.Equal(
            [
                "raised new>new process", "acknowledge new>acknowledged dsl", "review acknowledged>in_review dsl", "assign in_review>in_review dsl deputy", "note in_review>in_review deputy",
                "escalate in_review>escalated deputy", "review escalated>in_review head", "hand_over in_review>handed_over head C-1042", "resolve handed_over>resolved dsl concern",
                "reopen resolved>new dsl", "resolve new>resolved dsl low-level-concern", "note resolved>resolved head",
            ],
            history.Select(s => $"{s.Step} {s.From}>{s.To} {s.By} {s.Detail}".TrimEnd()));
        Assert.Equal(["Seen before.", "Third week."], history.Skip(4).Take(2).Select(s => s.Note));
        Assert.All(history.Skip(1), step => Assert.Equal("staff", step.ByKind));
        var ledger = await queue.ToldAsync(school, dsl, First, default);
        Assert.Equal(["assigned deputy email due", "escalated head email due", "reopened deputy email due"], ledger.Select(t => $"{t.Cause} {t.Name} {t.Channel} {t.State}"));
        var shown = await queue.ShowAsync(school, dsl, First, default);
        Assert.Equal(("resolved", "low-level-concern", "deputy", "C-1042"), (shown!.State, shown.Outcome, shown.Assignee, shown.Reference));
        Assert.Equal(history[^2].At, shown.ActedAt);
        Assert.Equal(way.Length, (await database.AccessRecordsAsync("alert.%")).Count(r => !r.Contains("alert.history", StringComparison.Ordinal) && !r.Contains("alert.told", StringComparison.Ordinal) && !r.Contains("alert.show", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task WhatIsPutBackWaitsByTheClockThatItHadAndOnlyWhoeverTookItPutsItBack()
    {
        const string Clock = "SELECT concat_ws(' ', state, since, answer_by, steps_done, answered_at IS NOT NULL, next_at IS NOT NULL, acted_at IS NOT NULL) FROM onlinesafety.alert JOIN onlinesafety.escalation USING (school_id, alert_id)";
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var (dsl, deputy) = (await AddAsync(database, school, "dsl"), await AddAsync(database, school, "deputy"));
        await database.AddAlertAsync(school, 1);
        await database.Test.RunAsync("UPDATE onlinesafety.escalation SET since = now() - interval '20 minutes', answer_by = now() + interval '5 minutes', steps_done = 1");
        var before = await database.Test.RunAsync(Clock);
        var queue = Queue(database);
        await queue.StepAsync(school, dsl, First, new AlertMove.Acknowledge(), default);

        Assert.False((await queue.StepAsync(school, deputy, First, new AlertMove.PutBack(), default)).Done);
        var result = await queue.StepAsync(school, dsl, First, new AlertMove.PutBack(), default);

        Assert.True(result.Done, result.Refusal);
        Assert.Equal(before, await database.Test.RunAsync(Clock));
        Assert.Equal(["raised", "acknowledge", "put_back"], (await queue.HistoryAsync(school, dsl, First, default)).Select(step => step.Step));

        await queue.StepAsync(school, dsl, First, new AlertMove.Acknowledge(), default);
        await database.Test.RunAsync("UPDATE onlinesafety.alert SET acknowledged_at = acknowledged_at - interval '11 minutes'");
        Assert.Contains("within 10 minutes", (await queue.StepAsync(school, dsl, First, new AlertMove.PutBack(), default)).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhoeverItIsEscalatedToSeesItAndNobodyElseDoes()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var (dsl, head, chair) = (await AddAsync(database, school, "dsl"), await AddAsync(database, school, "head"), await AddAsync(database, school, "chair"));
        await database.AddAlertAsync(school, 1);
        var queue = Queue(database);
        Assert.Empty(await queue.ListAsync(school, head, [], 10, default));

        Assert.Equal(1, (await queue.StepAsync(school, dsl, First, new AlertMove.Escalate("Now."), default)).Told);

        Assert.Equal("escalated", Assert.Single(await queue.ListAsync(school, head, [], 10, default)).State);
        Assert.Empty(await queue.ListAsync(school, chair, [], 10, default));
        // Of two who press at once the second must not put it before the next desk but one.
        Assert.False((await queue.StepAsync(school, dsl, First, new AlertMove.Escalate("Now."), default)).Done);
        // There is no desk behind the head's for a pupil; that is said, and nothing changes.
        await queue.StepAsync(school, head, First, new AlertMove.Review(), default);
        var (now, refusal, told) = await queue.StepAsync(school, head, First, new AlertMove.Escalate("And on."), default);
        Assert.Equal(("in_review", 0), (now!.State, told));
        Assert.StartsWith("Nobody is at a further desk", refusal, StringComparison.Ordinal);
        Assert.Equal("due", Assert.Single(await queue.ToldAsync(school, head, First, default)).State);
        Assert.Empty(await queue.ListAsync(school, chair, [], 10, default));
    }

    [Fact]
    public async Task AnAlertIsGivenToNobodyWhoMayNotHaveIt()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var (dsl, head, reader) = (await AddAsync(database, school, "dsl"), await AddAsync(database, school, "head"), await AddAsync(database, school, "digest"));
        var elsewhere = await AddAsync(database, await database.AddSchoolAsync("Other School"), "deputy");
        var about = await AddAsync(database, school, "deputy");
        await database.AddAlertAsync(school, 1);
        await database.AddAlertAsync(school, 2, route: "head", subjectStaff: about.Staff);
        var queue = Queue(database);

        foreach (var nobody in new[] { reader.Staff!.Value, elsewhere.Staff!.Value, Guid.NewGuid() })
        {
            Assert.Equal("Nobody with that id looks after alerts like this one.", (await queue.StepAsync(school, dsl, First, new AlertMove.Assign(nobody), default)).Refusal);
        }

        foreach (var nobody in new[] { about.Staff!.Value, dsl.Staff!.Value })
        {
            Assert.False((await queue.StepAsync(school, head, new AlertReference(null, 2), new AlertMove.Assign(nobody), default)).Done);
        }

        Assert.Single(await queue.HistoryAsync(school, dsl, First, default));
        Assert.Null((await queue.ShowAsync(school, dsl, First, default))!.AssignedTo);
        Assert.Equal(5, (await database.AccessRecordsAsync("alert.assign.refused")).Count);
        // To oneself: nobody needs to be told.
        Assert.Equal((true, 0), (await queue.StepAsync(school, dsl, First, new AlertMove.Assign(dsl.Staff!.Value), default)) is var own ? (own.Done, own.Told) : default);
    }

    [Fact]
    public async Task AMoveWithoutWhatItNeedsChangesNothing()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        await database.AddAlertAsync(school, 1);
        var queue = Queue(database);

        foreach (var move in new AlertMove[] { new AlertMove.Note(" "), new AlertMove.Escalate(""), new AlertMove.HandOver("", "note"), new AlertMove.Assign(Guid.Empty) })
        {
            Assert.NotNull((await queue.StepAsync(school, InstallationDatabase.Tester, First, move, default)).Refusal);
        }

        Assert.Single(await queue.HistoryAsync(school, InstallationDatabase.Tester, First, default));
    }

    [Fact]
    public async Task OfManyWhoActAtOnceEachStepBeginsWhereTheOneBeforeItEnded()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        await database.AddAlertAsync(school, 1);
        var queue = Queue(database);

        AlertMove[] moves = [new AlertMove.Acknowledge(), new AlertMove.Review(), new AlertMove.Escalate("x"), new AlertMove.HandOver("C-1", ""), new AlertMove.Note("x")];
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            queue.StepAsync(school, Actor.Operator($"person{i}"), First, moves[i % moves.Length], default)));

        var history = await queue.HistoryAsync(school, InstallationDatabase.Tester, First, default);
        Assert.Equal(results.Count(r => r.Done), history.Count - 1);
        Assert.All(history.Zip(history.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
        Assert.Equal(history.Select(s => s.At).Skip(1).Order(), history.Select(s => s.At).Skip(1));
        Assert.Equal(history[^1].To, (await queue.ShowAsync(school, InstallationDatabase.Tester, First, default))!.State);
        Assert.Contains(results, r => r.Refusal is not null);
    }

    [Fact]
    public async Task PrecisionCountsWhatTheActorMaySee()
    {
        const string reasons = """[{"rule":"violence.en-1","version":"1","field":"text","matched":"secret words","start":0,"explanation":"Why.","effect":"high"}]""";
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var dsl = await AddAsync(database, school, "dsl");
        await database.AddAlertAsync(school, 1, theme: "violence", reasons: reasons);
        await database.AddAlertAsync(school, 2, theme: "violence", reasons: reasons);
        await database.AddAlertAsync(school, 3, route: "head");
        await database.AddAlertAsync(school, 4);
        var queue = Queue(database);
        foreach (var (number, outcome) in new[] { (1, "concern"), (2, "false-alert"), (3, "concern") })
        {
            await queue.StepAsync(school, InstallationDatabase.Tester, new AlertReference(null, number), Resolve(outcome), default);
        }

        var now = TimeProvider.System.GetUtcNow();
        var view = await queue.PrecisionAsync(school, dsl, now.AddHours(-1), now.AddHours(1), default);

        Assert.Equal(new PrecisionRow("violence.en-1", 1, 1, 0, 0.5), Assert.Single(view.Rules));
        Assert.Equal(2, view.Resolved);
        Assert.DoesNotContain("secret", System.Text.Json.JsonSerializer.Serialize(view), StringComparison.Ordinal);
        Assert.Equal(3, (await queue.PrecisionAsync(school, InstallationDatabase.Tester, now.AddHours(-1), now.AddHours(1), default)).Resolved);
        Assert.Equal(0, (await queue.PrecisionAsync(school, InstallationDatabase.Tester, now.AddHours(1), now.AddHours(2), default)).Resolved);
    }

    private static AlertMove.Resolve Resolve(string outcome) => new(Resolution.TryCreate(outcome, "Done.", out _)!);

    internal static async Task<Actor> AddAsync(InstallationDatabase database, Guid school, string role)
    {
        var staff = (await database.AddStaffAsync(school, role, role)).Staff;
        return Actor.Member(staff.StaffId, role, [role]);
    }

    private static AlertQueue Queue(InstallationDatabase database) => new(database[DatabaseRole.Console], Guide, InstallationDatabase.Policies, database.Seals);
}
