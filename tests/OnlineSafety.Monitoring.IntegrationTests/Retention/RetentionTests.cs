using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.IntegrationTests.Retention;

[Collection(PostgresCollection.Name)]
public sealed class RetentionTests(PostgresFixture postgres) : RetentionScene(postgres)
{
    [Fact]
    public async Task WhenTheClockMovesWhatIsDueFallsAndTheRestStays()
    {
        await AddStaffAsync("dsl");
        await AddPersonAsync("grown", new DateOnly(2012, 5, 3));
        await AppendAsync(
            Visit("quiet", "https://www.bbc.co.uk/bitesize", "Education"), Search("blocked", "capital of france"), Search("open", Grave), Search("grown", Grave), Search("unborn", Grave), Search("benign", Grave));
        await DrainAsync();
        await ResolveAsync("grown", "concern");
        await ResolveAsync("unborn", "concern");
        await ResolveAsync("benign", "false-alert");
        await KeepAsync();

        // A month: the log, and nothing that came of it.
        await MoveClockAsync(40);
        await RetainAsync();
        // The hour around what is open was asked for and not copied yet.
        Assert.Equal(1, await CountAsync("data_key"));
        await Keeper().PassAsync(CancellationToken.None);
        await RetainAsync();
        foreach (var table in new[] { "data_key", "intake_segment", "intake_stream", "checkpoint" })
        {
            Assert.Equal(0, await CountAsync(table));
        }

        Assert.Equal((1, 4, 5, 5), (await CountAsync("intake_tombstone"), await CountAsync("alert"), await CountAsync("event"), await CountAsync("evidence")));
        Assert.Empty(await QueryAsync("SELECT 1 FROM pg_inherits WHERE inhparent = 'onlinesafety.intake_segment'::regclass"));
        await AssertWholeAsync(fallen: 6);

        // A year: what no alert holds, and what was no concern.
        await MoveClockAsync(360);
        await RetainAsync();
        Assert.Equal((3, 3, 3), (await CountAsync("alert"), await CountAsync("event"), await CountAsync("evidence")));
        Assert.Equal(0, await CountAsync("event", "alert_id IS NULL"));
        Assert.Equal(0, await CountAsync("notification", "alert_id NOT IN (SELECT alert_id FROM onlinesafety.alert)"));

        // The twenty-fifth birthday of one; the other's is not known.
        await MoveClockAsync((new DateTime(2037, 5, 4, 0, 0, 0, DateTimeKind.Utc) - DateTime.UtcNow.AddDays(400)).TotalDays);
        await RetainAsync();
        Assert.Equal((0, 1), (await CountAsync("alert", $"subject_key = '{await KeyAsync("user:grown")}'"), await CountAsync("alert", $"subject_key = '{await KeyAsync("user:unborn")}'")));
        await MoveClockAsync(365.25 * 13);
        await RetainAsync();
        Assert.Equal((1, 1, 1), (await CountAsync("alert"), await CountAsync("event"), await CountAsync("evidence")));
        Assert.Equal(1, await CountAsync("alert", $"subject_key = '{await KeyAsync("user:open")}' AND state = 'new'"));
        Assert.True((await AuditAsync()).Clean);
    }

    [Fact]
    public async Task ACaseAboutSomebodyOfStaffIsKeptByItsClosingAndNotByABirthday()
    {
        await AddPersonAsync("teacher", PersonRole.Staff, DateOnly.FromDateTime(DateTime.UtcNow).AddYears(-24));
        await AppendAsync(Search("teacher", Grave));
        await DrainAsync();
        await ResolveAsync("teacher", "concern");
        // The log first: while a record is in it, its alert stays for that alone.
        await RetireLogAsync();

        await MoveClockAsync(365.25 * 3);
        await RetainAsync();
        Assert.Equal(1, await CountAsync("alert"));

        await MoveClockAsync(365.25 * 20);
        await RetainAsync();
        Assert.Equal(0, await CountAsync("alert"));
    }

    [Fact]
    public async Task AClockSetForwardByMistakeEmptiesNothingUntilAPersonSaysThatItIsRight()
    {
        await AppendAsync(Search("blocked", "capital of france"));
        await DrainAsync();
        await MoveClockAsync(365 * 30);

        var refused = await RetainAsync(confirmed: false);
        Assert.Contains("set forward", refused.Refused!, StringComparison.Ordinal);
        Assert.True(refused.Waits);
        // Neither does it do so at the next run, for having been asked before.
        await MoveClockAsync(1);
        Assert.NotNull((await RetainAsync(confirmed: false)).Refused);
        Assert.Equal((1, 1, 1), (await CountAsync("data_key"), await CountAsync("event"), await CountAsync("evidence")));

        Assert.Null((await RetainAsync()).Refused);
        Assert.Equal((0, 0, 0), (await CountAsync("data_key"), await CountAsync("event"), await CountAsync("evidence")));
        await MoveClockAsync(1);
        Assert.Null((await RetainAsync(confirmed: false)).Refused);
    }

    [Fact]
    public async Task ARunThatWouldTakeMoreThanAShareOfWhatIsKeptWaits()
    {
        await AppendAsync([.. Enumerable.Range(0, 40).Select(i => Search($"pupil{i}", "capital of france"))]);
        await DrainAsync();
        await MoveClockAsync(40);
        await RetainAsync();
        await MoveClockAsync(400);
        await Installation.Store.RunAsync("UPDATE onlinesafety.retention_watch SET ran_at = shifted_clock.now() - interval '1 day'");

        var waits = await RetainAsync(confirmed: false);

        Assert.Null(waits.Refused);
        Assert.StartsWith(RetentionDesk.NeedsYes + "40 of 40", waits.Clocks.Single(clock => clock.Clock == "eventsDays").Why, StringComparison.Ordinal);
        Assert.Equal(40, await CountAsync("event"));
        await RetainAsync();
        Assert.Equal(0, await CountAsync("event"));
    }

    [Fact]
    public async Task ADryRunSaysWhatWouldFallAndDeletesNothing()
    {
        await AppendAsync(Search("blocked", "capital of france"));
        await DrainAsync();
        await MoveClockAsync(40);

        var report = await RetainAsync(dryRun: true);

        Assert.Equal((1L, 0L), (report.Clocks[0].Due, report.Clocks[0].Fell));
        Assert.Equal(1, await CountAsync("data_key"));
        Assert.Equal(0, await CountAsync("access_record", "action = 'retention.run'"));
    }

    [Fact]
    public async Task WhatWasNotReadYetOrIsReadAgainDoesNotFall()
    {
        await AppendAsync(Search("blocked", "capital of france"));
        await MoveClockAsync(40);
        Assert.Contains("not all of it was read yet", (await RetainAsync()).Clocks[0].Why, StringComparison.Ordinal);
        await DrainAsync();
        await Installation.Store.RunAsync($"""
            INSERT INTO onlinesafety.source_job (school_id, job_id, source_id, kind, state, requested_at) VALUES ('{School}', '{School}', '{Protex.Source}', 'replay', 'running', now());
            INSERT INTO onlinesafety.source_job_stream (school_id, job_id, stream_id, ordinal, day, next_seq, last_seq)
                SELECT '{School}', '{School}', stream_id, 0, day, 1, 1 FROM onlinesafety.intake_stream
            """);
        Assert.Contains("being read again", (await RetainAsync()).Clocks[0].Why, StringComparison.Ordinal);
        Assert.Equal(1, await CountAsync("data_key"));

        await Installation.Store.RunAsync("UPDATE onlinesafety.source_job SET state = 'done', finished_at = now()");
        await RetainAsync();
        Assert.Equal(0, await CountAsync("data_key"));
    }

    [Fact]
    public async Task ADayWhoseKeyIsNotThereFallsWithItsStreamsAndNotBefore()
    {
        await AppendAsync(Search("blocked", "capital of france"));
        await DrainAsync();
        await MoveClockAsync(40);
        await Installation.Store.RunAsync("DELETE FROM onlinesafety.data_key");

        await using (var session = await Retention.OpenAsync(School, Officer, CancellationToken.None))
        {
            await session.RowsAsync(RetentionSql.DropEmptyDay, [], row => 0, CancellationToken.None);
            await session.CommitAsync(CancellationToken.None);
        }

        Assert.Equal(1, await CountAsync("intake_segment"));
        await RetainAsync();
        Assert.Equal((0, 0, 1), (await CountAsync("intake_segment"), await CountAsync("intake_stream"), await CountAsync("intake_tombstone")));
        await AssertWholeAsync(fallen: 1);
    }

    [Fact]
    public async Task ADayThatAWriterWithAWrongClockFillsDoesNotFall()
    {
        await AppendAsync(Search("blocked", "capital of france"));
        await DrainAsync();
        await MoveClockAsync(40);
        foreach (var (table, column) in new[] { ("intake_stream", "opened_at"), ("data_key", "created_at") })
        {
            // Begun a moment ago, of a day that the writer's clock takes for today's.
            await Installation.Store.RunAsync($"UPDATE onlinesafety.{table} SET {column} = {column} + interval '40 days'");
            Assert.Contains("less than two days ago", (await RetainAsync()).Clocks[0].Why, StringComparison.Ordinal);
            Assert.Equal((1, 1), (await CountAsync("data_key"), await CountAsync("intake_segment")));
            await Installation.Store.RunAsync($"UPDATE onlinesafety.{table} SET {column} = {column} - interval '40 days'");
        }

        await RetainAsync();
        Assert.Equal((0, 0), (await CountAsync("data_key"), await CountAsync("intake_segment")));
    }

    [Fact]
    public async Task AHoldWinsOverEveryClockUntilItIsLifted()
    {
        await AppendAsync(Search("held", Grave), Search("other", Grave), Search("watched", "capital of france"), Search("free", "capital of france"));
        await DrainAsync();
        await ResolveAsync("held", "false-alert");
        await ResolveAsync("other", "false-alert");
        var holds = Holds();
        var number = (int)(await Installation.Store.RunAsync($"SELECT number FROM onlinesafety.alert WHERE subject_key = '{await KeyAsync("user:held")}'"))!;
        var onAlert = await holds.PlaceOnAlertAsync(School, new AlertReference(null, number), "police", Officer, CancellationToken.None);
        var onPerson = await holds.PlaceOnPersonAsync(School, "WATCHED@school.example", "inquiry", Officer, CancellationToken.None);
        await KeepAsync();

        await MoveClockAsync(365 * 40);
        var report = await RetainAsync();

        Assert.Equal(["user:held"], (await QueryAsync("SELECT subject_key FROM onlinesafety.alert")).ConvertAll(row => (string)row[0]));
        Assert.Equal(
            ["user:held", "user:watched"],
            (await QueryAsync("SELECT subject_key FROM onlinesafety.event")).ConvertAll(row => (string)row[0]).Order(StringComparer.Ordinal));
        Assert.Equal(2, await CountAsync("evidence"));
        Assert.Equal((1L, 1L), (report.Clocks.Single(clock => clock.Clock == "dismissedDays").Held, report.Clocks.Single(clock => clock.Clock == "eventsDays").Held));
        // Not by the owner either, and not by a superuser.
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => Installation.Store.RunAsync("DELETE FROM onlinesafety.alert"));

        await holds.LiftAsync(School, onAlert, "over", Officer, CancellationToken.None);
        await holds.LiftAsync(School, onPerson, "over", Officer, CancellationToken.None);
        await RetainAsync();
        Assert.Equal((0, 0, 0), (await CountAsync("alert"), await CountAsync("event"), await CountAsync("evidence")));
    }

    [Fact]
    public async Task TheHourAroundAConcernIsCopiedBeforeTheLogFallsAndIsNobodyElses()
    {
        await AppendAsync(
            Visit("child", "https://www.bbc.co.uk/bitesize/a", "Education"), Visit("neighbour", "https://www.bbc.co.uk/bitesize/b", "Education"), Search("child", Grave),
            Visit("child", "https://www.bbc.co.uk/bitesize/c", "Education"));
        await DrainAsync();
        Assert.Equal(0, await Keeper().PassAsync(CancellationToken.None));
        await ResolveAsync("child", "concern");

        Assert.Equal(1, await KeepAsync());

        Assert.Equal(3, await CountAsync("kept_context"));
        Assert.DoesNotContain((await DumpAsync()).Split('\n'), line => line.Contains("kept_context", StringComparison.Ordinal) && line.Contains("neighbour", StringComparison.Ordinal));
        Assert.Contains((await DumpAsync()).Split('\n'), line => line.Contains("kept_context", StringComparison.Ordinal) && line.Contains("bitesize/c", StringComparison.Ordinal));
        Assert.Equal(0, await Keeper().PassAsync(CancellationToken.None));
        await MoveClockAsync(40);
        await RetainAsync();
        Assert.Equal((0, 3), (await CountAsync("data_key"), await CountAsync("kept_context")));
    }

    [Fact]
    public async Task ASchoolWhoseKeyCannotBeOpenedKeepsNoHourOfAnotherFromBeingCopied()
    {
        var other = await Installation.AddSourceAsync();
        await AppendAsync(Search("child", Grave));
        await AppendToAsync(other, Search("child", Grave));
        await DrainAsync();
        await Installation.Store.RunAsync("UPDATE onlinesafety.alert SET state = 'resolved', outcome = 'concern', resolved_at = now(), resolved_by = 'd.lead', acted_at = now(), note = 'seen'");
        // Of the one whose turn is first.
        await Installation.Store.RunAsync("UPDATE onlinesafety.data_key SET master_id = 'elsewhere' WHERE school_id = (SELECT school_id FROM onlinesafety.school ORDER BY school_id LIMIT 1)");

        Assert.Equal(1, await KeepAsync());

        Assert.Equal((1, 1), (await CountAsync("context_wish", "done_at IS NULL"), await CountAsync("context_wish", "done_at IS NOT NULL")));
    }

    [Fact]
    public async Task WhatIsDueFallsThoughNoHourCanBeCopied()
    {
        await Installation.Store.RunAsync($"""
            INSERT INTO onlinesafety.retention_watch (school_id, ran_at) VALUES ('{School}', now() - interval '1 day') ON CONFLICT (school_id) DO UPDATE SET ran_at = EXCLUDED.ran_at
            """);
        await using var gone = Npgsql.NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Timeout=2");
        await using var services = new ServiceCollection().AddSingleton(new RetentionPass(Retention, Desk(), NullLogger<RetentionPass>.Instance)).BuildServiceProvider();
        using var service = new RetentionService(services, Keeper(new Database(gone, DatabaseRole.Process)), TimeProvider.System, NullLogger<RetentionService>.Instance);
        await service.StartAsync(CancellationToken.None);
        for (var waits = 0; waits < 600 && await CountAsync("retention_watch", "ran_at > now() - interval '1 hour'") == 0; waits++)
        {
            await Task.Delay(50);
        }

        await service.StopAsync(CancellationToken.None);
        Assert.Equal(1, await CountAsync("retention_watch", $"school_id = '{School}' AND ran_at > now() - interval '1 hour'"));
    }

    [Fact]
    public async Task TheHourAroundIsCopiedWhenItIsOverSoThatWhatCameAfterwardsIsInIt()
    {
        await AppendAsync(Search("child", Grave));
        await DrainAsync();
        await ResolveAsync("child", "concern");

        Assert.Equal(0, await Keeper().PassAsync(CancellationToken.None));
        await AppendAsync(Visit("child", "https://www.bbc.co.uk/bitesize/after", "Education"));
        await DrainAsync();

        Assert.Equal(1, await KeepAsync());
        Assert.Equal(2, await CountAsync("kept_context"));
    }

    [Fact]
    public async Task AnHourThatWasCopiedTooEarlyIsCopiedAgainBeforeTheLogFalls()
    {
        await AppendAsync(Search("child", Grave));
        await DrainAsync();
        await ResolveAsync("child", "concern");
        await KeepAsync();
        // The alert grew afterwards.
        await Installation.Store.RunAsync("UPDATE onlinesafety.context_wish w SET done_at = a.last_received_at FROM onlinesafety.alert a WHERE a.alert_id = w.alert_id");
        await MoveClockAsync(40);

        await RetainAsync();

        Assert.Equal(1, await CountAsync("data_key"));
        Assert.Equal(1, await Keeper().PassAsync(CancellationToken.None));
        await RetainAsync();
        Assert.Equal(0, await CountAsync("data_key"));
    }

    [Fact]
    public async Task HeadsThatWerePrintedHoldAfterTheirRecordsFell()
    {
        await AppendAsync(Search("blocked", "capital of france"));
        await AppendAsync(Search("blocked", "capital of spain"));
        await DrainAsync();
        var head = (await QueryAsync("SELECT stream_id, last_seq, head_hash FROM onlinesafety.intake_stream")).Select(row => new HeadAnchor((Guid)row[0], (long)row[1], (byte[])row[2])).Single();
        await MoveClockAsync(40);
        await RetainAsync();

        Assert.Empty((await VerifyAsync(head)).Breaks);
        var earlier = await VerifyAsync(head with { Last = 1 });
        Assert.Equal((0, 1L), (earlier.Breaks.Count, earlier.Unprovable));
        // Controls: another hash, a later end, a stream that never was, a tombstone that was written anew.
        Assert.Single((await VerifyAsync(head with { Hash = new byte[32] })).Breaks);
        Assert.Single((await VerifyAsync(head with { Last = 9 })).Breaks);
        Assert.Single((await VerifyAsync(head with { Stream = Guid.NewGuid() })).Breaks);
        await Installation.Store.RunAsync("UPDATE onlinesafety.intake_tombstone SET head_hash = sha256('')");
        Assert.Single((await VerifyAsync(head)).Breaks);
    }

    [Fact]
    public async Task AccessRecordsFallFromTheFirstOnAndTheRestOfTheChainIsWalked()
    {
        for (var i = 0; i < 30; i++)
        {
            await RecordAsync("alert.show", $"object {i}");
        }

        var before = await AnchorAsync();
        await MoveClockAsync(800);
        await RecordAsync("alert.show", "later");
        // Nothing is due of what was recorded by the real clock a moment ago, but all of it by the moved one.
        await RetainAsync(batch: 7);

        var report = await AuditAsync(before);
        Assert.True(report.Clean, string.Join('\n', report.Breaks));
        Assert.True(report.Fallen >= 30);
        Assert.Equal(0, await CountAsync("access_record", "object LIKE 'object %'"));
        // A superuser who cuts a little more, and moves the tombstone to fit, is found: the chain does not say it.
        await Installation.Store.RunAsync("""
            SET session_replication_role = replica; SET search_path = onlinesafety;
            UPDATE access_tombstone t SET last_seq = r.seq, hash = r.hash FROM access_record r WHERE r.seq = t.last_seq + 1;
            DELETE FROM access_record r USING access_tombstone t WHERE r.seq <= t.last_seq
            """);
        Assert.Contains((await AuditAsync()).Breaks, found => found.Contains("no entry behind them says that they fell", StringComparison.Ordinal));
    }

    [Fact]
    public async Task OverAllSchoolsAnAnchorOfEntriesThatFellIsToldFromOneThatIsLost()
    {
        for (var i = 0; i < 30; i++)
        {
            await RecordAsync("alert.show", $"object {i}");
        }

        var before = await AnchorAsync();
        // The entry at which the cut is made is still known: this one falls before it.
        await RecordAsync("alert.show", "object 30");
        var other = (await Installation.AddSourceAsync()).School;
        await using (var session = await Installation[DatabaseRole.Setup].OpenAsync(other, Officer, CancellationToken.None))
        {
            await session.RecordAccessAsync(other, "alert.show", "of the other school", CancellationToken.None);
            await session.CommitAsync(CancellationToken.None);
        }

        await MoveClockAsync(800);
        await RecordAsync("alert.show", "later");
        await RetainAsync();

        var fell = await VerifyAllAsync(before);
        Assert.True(fell.Clean, string.Join('\n', fell.Breaks));
        Assert.Equal(1, fell.Unprovable);
        // One of the other school, of which nothing fell, is lost though its number is lower than what fell here.
        Assert.Contains("no chain has it", Assert.Single((await VerifyAllAsync(before with { Last = 1, School = AuditAnchor.TagOf(other) })).Breaks), StringComparison.Ordinal);
        Assert.Contains("of no school here", Assert.Single((await VerifyAllAsync(before with { School = AuditAnchor.TagOf(Guid.NewGuid()) })).Breaks), StringComparison.Ordinal);
        // An old one does not say whose it is: it is decided with the school, and till then it is neither.
        var old = await VerifyAllAsync(before.Untagged);
        Assert.Equal((true, 0, 1), (old.Clean, old.Unprovable, old.Undecided.Count));
        Assert.Equal(1, (await AuditAsync(before.Untagged)).Unprovable);
    }

    [Fact]
    public async Task ARunThatIsKilledBetweenBatchesGoesOnAndEndsAsOneThatWasNot()
    {
        await AppendAsync([.. Enumerable.Range(0, 60).Select(i => Search($"pupil{i}", "capital of france"))]);
        await DrainAsync();
        await MoveClockAsync(40);
        await RetainAsync();
        await MoveClockAsync(400);

        await Assert.ThrowsAsync<TimeoutException>(() => RetainAsync(batch: 10, progress: (fell, _) => Stop(fell)));
        Assert.InRange(await CountAsync("event"), 1, 59);
        // What fell is recorded, and nothing is half gone.
        Assert.Equal(await CountAsync("event"), await CountAsync("evidence"));
        Assert.True((await AuditAsync()).Clean);

        await RetainAsync();
        Assert.Equal((0, 0), (await CountAsync("event"), await CountAsync("evidence")));

        static void Stop(long fell)
        {
            if (fell >= 20)
            {
                throw new TimeoutException();
            }
        }
    }

    private Task<AuditReport> VerifyAllAsync(AuditAnchor anchor) =>
        new AuditVerifier(Installation[DatabaseRole.Audit]).VerifyAsync(school: null, [anchor], progress: null, CancellationToken.None);

    private async Task RetireLogAsync()
    {
        await MoveClockAsync(40);
        await Keeper().PassAsync(CancellationToken.None);
        await RetainAsync();
        Assert.Equal(0, await CountAsync("data_key"));
    }

    private async Task RecordAsync(string action, string subject)
    {
        await using var session = await Moved(DatabaseRole.Retention).OpenAsync(School, Officer, CancellationToken.None);
        await session.RecordAccessAsync(School, action, subject, CancellationToken.None);
        await session.CommitAsync(CancellationToken.None);
    }

    private Task<VerifyReport> VerifyAsync(HeadAnchor anchor) =>
        new LogVerifier(Installation[DatabaseRole.Process]).VerifyAsync(source: null, [anchor], progress: null, CancellationToken.None);

    private async Task AssertWholeAsync(long fallen)
    {
        var report = await VerifyAsync();
        Assert.Empty(report.Breaks);
        Assert.Equal((0, fallen), (report.Stored, report.Fallen));
    }
}
