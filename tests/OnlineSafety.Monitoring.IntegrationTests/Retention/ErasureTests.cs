using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.IntegrationTests.Retention;

/// <summary>One child of two with similar names is erased: nothing of the one is left anywhere, and everything of the other.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ErasureTests(PostgresFixture postgres) : RetentionScene(postgres)
{
    private const string Child = "annabel.quick";
    private const string Twin = "annabel.quickly";
    private const string Quiet = "capital of france";

    [Fact]
    public async Task NothingOfTheChildIsLeftAndEverythingOfTheOther()
    {
        await PrepareAsync();
        var before = await QueryAsync($"SELECT subject_key, severity, event_count FROM onlinesafety.alert WHERE subject_key = 'user:{Twin}'");
        Assert.Single(before);
        Assert.Contains(Child, await DumpAsync(), StringComparison.OrdinalIgnoreCase);

        var proof = await Eraser().RunAsync(School, "SCHOOL\\" + Child, ["Annabel Quick"], $"Parents of {Child}, Annabel Quick", Officer, CancellationToken.None);

        Assert.Empty(proof.Stays);
        Assert.Equal((1, 1, 2), (proof.Deleted["alert"], proof.Deleted["person"], proof.Deleted["person_alias"]));
        await AssertGoneAsync();
        Assert.Equal(before, await QueryAsync($"SELECT subject_key, severity, event_count FROM onlinesafety.alert WHERE subject_key = 'user:{Twin}'"));
        Assert.Equal(1, await CountAsync("person"));
        Assert.Contains(Twin, await DumpAsync(), StringComparison.Ordinal);
        Assert.Equal(1, await CountAsync("erasure", "finished_at IS NOT NULL AND raw_falls_on > now()"));
        await AssertWholeAsync();
    }

    [Fact]
    public async Task ARecordOfSeveralPeopleIsKeptForTheOthersWithoutTheOne()
    {
        await AddPersonAsync(Child);
        // A record that is about the twin and names the child; a note and a reason too.
        await AppendAsync(Search(Twin, $"{Grave} because of {Child}"));
        await DrainAsync();
        var alert = (await QueryAsync("SELECT alert_id FROM onlinesafety.alert"))[0][0];
        var seal = await Installation.Seals.OfAsync(School, CancellationToken.None);
        await Installation.Store.RunAsync($"""
            INSERT INTO onlinesafety.alert_step (school_id, alert_id, at, actor_kind, actor_name, step, from_state, to_state, note)
            VALUES ('{School}', '{alert}', now(), 'operator', 'x', 'note', 'new', 'new',
                decode('{Convert.ToHexString(seal.SealText($"Ask {Child} about it, not {Twin}.", SealedField.StepNote))}', 'hex'))
            """);

        // Whoever has to act on the twin's alert reads it as it is, until it is closed.
        var dump = await DumpAsync();
        var open = await Eraser().RunAsync(School, Child, [], "asked", Officer, CancellationToken.None);
        Assert.Contains("about somebody else", Assert.Single(open.Stays), StringComparison.Ordinal);
        Assert.Equal((0L, 0L), (open.Rewritten["event"], open.Rewritten["alert_step"]));
        Assert.Equal(RowsOf(dump), RowsOf(await DumpAsync()));
        Assert.Equal(1, await CountAsync("person"));

        await ResolveAsync(Twin, "false-alert");
        Assert.Empty((await Eraser().RunAsync(School, Child, [], "asked", Officer, CancellationToken.None)).Stays);

        var note = (byte[])(await Installation.Store.RunAsync("SELECT note FROM onlinesafety.alert_step WHERE step = 'note'"))!;
        Assert.Equal($"Ask [erased] about it, not {Twin}.", seal.OpenText(note, SealedField.StepNote));
        var evidence = (await QueryAsync("SELECT content_type, raw FROM onlinesafety.evidence"))[0];
        Assert.Equal(CaseContent.KeptType, evidence[0]);
        var raw = seal.OpenText((byte[])evidence[1], SealedField.EvidenceRaw);
        Assert.Contains("because of [erased]", raw, StringComparison.Ordinal);
        Assert.Contains(Twin, raw, StringComparison.Ordinal);
        Assert.Equal((1, 1), (await CountAsync("alert", "state = 'resolved'"), await CountAsync("event")));
        await AssertGoneAsync();
        await AssertWholeAsync();
        // Nobody else changes a step, also while somebody is erased.
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => Installation.Store.RunAsync("UPDATE onlinesafety.alert_step SET note = 'x'"));
    }

    [Fact]
    public async Task ImportedAgainTheChildsRecordsComeBackToNobody()
    {
        await AddPersonAsync(Child, born: null, "a.quick");
        string[] file = [Search(Child, Quiet), Search(Twin, Grave), Search("a.quick", Quiet), Visit(Child, "https://www.bbc.co.uk/bitesize", "Education")];
        await AppendAsync(file);
        await DrainAsync();
        await Eraser().RunAsync(School, Child, [], "asked", Officer, CancellationToken.None);
        await AssertGoneAsync();

        await AppendAsync(file);
        await DrainAsync();

        await AssertGoneAsync();
        Assert.Equal(2, await CountAsync("event", $"subject_key = '{await KeyAsync("user:" + Twin)}'"));
        await AssertWholeAsync();
        // What the same child does from now on is seen like anybody's.
        await Task.Delay(20);
        await AppendAsync(Search(Child, Grave));
        await DrainAsync();
        Assert.Equal(1, await CountAsync("alert", $"subject_key = '{await KeyAsync("user:" + Child)}'"));
    }

    [Fact]
    public async Task AGraveSearchAfterTheErasureIsSeenAlsoWhenTheProductsClockIsSlow()
    {
        await AddPersonAsync(Child);
        var (grave, quiet) = (Search(Child, Grave), Search(Child, Quiet));
        await Task.Delay(20);
        await Eraser().RunAsync(School, Child, [], "asked", Officer, CancellationToken.None);
        await Task.Delay(20);

        await AppendAsync(grave, quiet);
        await DrainAsync();

        Assert.Equal(1, await CountAsync("alert", $"subject_key = '{await KeyAsync("user:" + Child)}'"));
        Assert.Equal(1, await CountAsync("event"));
    }

    [Fact]
    public async Task WithoutTheListOfTheErasedAnImportWouldBringThemBack()
    {
        // The control of the test above.
        await AddPersonAsync(Child);
        var line = Search(Child, Quiet);
        await AppendAsync(line);
        await DrainAsync();
        await Eraser().RunAsync(School, Child, [], "asked", Officer, CancellationToken.None);
        await Installation.Store.RunAsync("DELETE FROM onlinesafety.erased_subject");

        await AppendAsync(line);
        await DrainAsync();

        Assert.Equal(1, await CountAsync("event", $"subject_key = '{await KeyAsync("user:" + Child)}'"));
    }

    [Fact]
    public async Task TheHourAroundAnotherAlertShowsNothingOfTheChild()
    {
        await AddPersonAsync(Child);
        await AppendAsync(Visit(Child, "https://www.bbc.co.uk/bitesize", "Education"), Search(Child, Grave));
        await DrainAsync();
        await ResolveAsync(Child, "false-alert");
        await Eraser().RunAsync(School, Child, [], "asked", Officer, CancellationToken.None);
        await AppendAsync(Search(Child, Grave));
        await DrainAsync();
        await ResolveAsync(Child, "concern");

        await KeepAsync();

        // The new alert's own event, and nothing of the hour before the erasure.
        Assert.Equal(1, await CountAsync("kept_context"));
    }

    [Fact]
    public async Task WhatIsOpenOrHeldStaysAndTheProofSaysSo()
    {
        await AddPersonAsync(Child);
        await AppendAsync(Search(Child, Grave));
        await DrainAsync();

        var open = await Eraser().RunAsync(School, Child, [], "asked", Officer, CancellationToken.None);
        Assert.Contains("it is open", Assert.Single(open.Stays), StringComparison.Ordinal);
        Assert.Equal((1, 1, 1, 1), (await CountAsync("alert"), await CountAsync("event"), await CountAsync("evidence"), await CountAsync("person")));

        await ResolveAsync(Child, "false-alert");
        var hold = await Holds().PlaceOnAlertAsync(School, new AlertReference(null, 1), "police", Officer, CancellationToken.None);
        var held = await Eraser().RunAsync(School, Child, [], "asked", Officer, CancellationToken.None);
        Assert.Contains("legal hold", Assert.Single(held.Stays), StringComparison.Ordinal);
        Assert.Equal((1, 1, 1), (await CountAsync("alert"), await CountAsync("event"), await CountAsync("evidence")));

        await Holds().LiftAsync(School, hold, "over", Officer, CancellationToken.None);
        var onPerson = await Holds().PlaceOnPersonAsync(School, Child, "inquiry", Officer, CancellationToken.None);
        await Assert.ThrowsAsync<RetentionException>(() => Eraser().RunAsync(School, Child, [], "asked", Officer, CancellationToken.None));
        await Holds().LiftAsync(School, onPerson, "over", Officer, CancellationToken.None);
        Assert.Empty((await Eraser().RunAsync(School, Child, [], "asked", Officer, CancellationToken.None)).Stays);
        Assert.Equal((0, 0, 0, 0), (await CountAsync("alert"), await CountAsync("event"), await CountAsync("evidence"), await CountAsync("person")));
    }

    [Fact]
    public async Task APreviewErasesNothingAndSaysTheSame()
    {
        await PrepareAsync();

        var preview = await Eraser().PreviewAsync(School, Child, [], "asked", Officer, CancellationToken.None);

        Assert.True(preview.DryRun);
        Assert.Equal((0, 0), (await CountAsync("erasure"), await CountAsync("erased_subject")));
        Assert.Equal(2, await CountAsync("alert"));
        var proof = await Eraser().RunAsync(School, Child, [], "asked", Officer, CancellationToken.None);
        Assert.True(proof.Deleted["event"] > 0 && proof.Deleted["evidence"] > 0);
        Assert.Equal((preview.Deleted["alert"], preview.Deleted["event"], preview.Deleted["person"]), (proof.Deleted["alert"], proof.Deleted["event"], proof.Deleted["person"]));
    }

    [Fact]
    public async Task AnErasureThatWasKilledGoesOnWithTheSameCommand()
    {
        await PrepareAsync();
        var dying = new ErasureDesk(Retention, Seals, TimeProvider.System) { Verify = _ => throw new TimeoutException() };
        await Assert.ThrowsAsync<TimeoutException>(() => dying.RunAsync(School, Child, ["Annabel Quick"], "asked", Officer, CancellationToken.None));
        Assert.Equal(1, await CountAsync("erasure", "finished_at IS NULL"));

        var proof = await Eraser().RunAsync(School, Child, ["Annabel Quick"], "asked", Officer, CancellationToken.None);

        Assert.Equal(1, proof.Deleted["alert"]);
        Assert.Equal((1, 0), (await CountAsync("erasure"), await CountAsync("erasure", "finished_at IS NULL")));
        await AssertGoneAsync();
        await AssertWholeAsync();
    }

    [Fact]
    public async Task AnErasureThatWasKilledIsNotTakenOverByThatOfAnother()
    {
        await PrepareAsync();
        await ResolveAsync(Twin, "false-alert");
        var twins = (Guid)(await Installation.Store.RunAsync($"SELECT alert_id FROM onlinesafety.alert WHERE subject_key = '{await KeyAsync("user:" + Twin)}'"))!;
        var dying = new ErasureDesk(Retention, Seals, TimeProvider.System) { Verify = _ => throw new TimeoutException() };
        await Assert.ThrowsAsync<TimeoutException>(() => dying.RunAsync(School, Child, [], "asked", Officer, CancellationToken.None));

        await Assert.ThrowsAsync<RetentionException>(() => Eraser().RunAsync(School, Twin, [], "asked", Officer, CancellationToken.None));

        Assert.Equal((1, 0), (await CountAsync("erasure", "finished_at IS NULL"), await CountAsync("erased_subject", $"subject_key = '{await KeyAsync("user:" + Twin)}'")));
        // Neither does it open the door to the clocks: what is in the log still, stays.
        await using (var session = await Retention.OpenAsync(School, Officer, CancellationToken.None))
        {
            Assert.Equal([0], await session.RowsAsync(RetentionSql.RetireAlerts, [new[] { twins }], row => row.GetInt32(0), CancellationToken.None));
        }

        await Eraser().RunAsync(School, Child, [], "asked", Officer, CancellationToken.None);
        Assert.Equal(1, (await Eraser().RunAsync(School, Twin, [], "asked", Officer, CancellationToken.None)).Deleted["alert"]);
    }

    [Fact]
    public async Task OutsideOfAnErasureNothingIsErased()
    {
        await PrepareAsync();
        foreach (var sql in new[] { "SELECT erase_events(ARRAY['user:x'])", "SELECT erase_alerts(ARRAY['user:x'])", "SELECT erase_access(ARRAY[1])", "SELECT erase_person('{}')" })
        {
            await using var session = await Retention.OpenAsync(School, Officer, CancellationToken.None);
            Assert.Equal("42501", (await Assert.ThrowsAsync<Npgsql.PostgresException>(() => session.RowsAsync(sql, [], _ => 0, CancellationToken.None))).SqlState);
        }
    }

    /// <summary>What a dump says of alerts, their steps, events and evidence.</summary>
    private static List<string> RowsOf(string dump) =>
        [.. dump.Split('\n').Where(line => line.StartsWith("INSERT INTO onlinesafety.alert", StringComparison.Ordinal) || line.StartsWith("INSERT INTO onlinesafety.ev", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private async Task PrepareAsync()
    {
        await AddStaffAsync("dsl");
        await AddPersonAsync(Child, new DateOnly(2012, 5, 3), "a.quick", "annabel quick");
        await AddPersonAsync(Twin);
        await AppendAsync(
            Search(Child, Grave), Search(Twin, Grave), Search("a.quick", Grave), Search(Child, "capital of france"), Visit(Child, "https://www.bbc.co.uk/bitesize", "Education"),
            $"a line that no mapping reads, of {Child}");
        await DrainAsync();
        await ResolveAsync(Child, "concern", $"Spoke with {Child}");
        await KeepAsync();
        await using var session = await Installation[DatabaseRole.Audit].OpenAsync(School, Officer, CancellationToken.None);
        session.RecordAccess(School, "audit.who-saw", "1", (await Installation.Seals.OfAsync(School, CancellationToken.None)).SealWords($"the mother of {Child} asks", SealedField.AccessReason));
        await session.CommitAsync(CancellationToken.None);
    }

    private Task AssertGoneAsync() => AssertGoneAsync(Child, "a.quick", "Annabel Quick");

    private async Task AssertWholeAsync()
    {
        var log = await VerifyAsync();
        Assert.True(log.Clean, string.Join('\n', log.Breaks));
        var audit = await AuditAsync();
        Assert.True(audit.Clean, string.Join('\n', audit.Breaks));
    }
}
