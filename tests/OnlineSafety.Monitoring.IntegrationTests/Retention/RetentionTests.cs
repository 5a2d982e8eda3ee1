using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.IntegrationTests.Retention;

/// <summary>Clocks of rows: what falls when, and what a run waits for.</summary>
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
            session.RecordAccess(other, "alert.show", "of the other school");
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

    private async Task RecordAsync(string action, string subject)
    {
        await using var session = await Moved(DatabaseRole.Retention).OpenAsync(School, Officer, CancellationToken.None);
        session.RecordAccess(School, action, subject);
        await session.CommitAsync(CancellationToken.None);
    }
}
