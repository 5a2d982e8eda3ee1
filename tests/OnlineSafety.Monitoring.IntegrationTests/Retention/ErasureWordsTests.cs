using System.Text;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.IntegrationTests.Retention;

/// <summary>Where a name may stand beside events and alerts, how it may be written, and whether it is anybody's.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ErasureWordsTests(PostgresFixture postgres) : RetentionScene(postgres)
{
    private const string Child = "zo\u00eb.quick";
    private const string Twin = "annabel.quickly";

    [Fact]
    public async Task ANameThatNobodyHasIsRefusedAndSaysWhereItWasLookedFor()
    {
        await AddPersonAsync(Child, born: null, "z.quick");
        await AppendAsync(Search(Child, "capital of france"));
        await DrainAsync();

        foreach (var ask in new Func<Task>[] { () => RunAsync("zoe.qiuck"), () => Eraser().PreviewAsync(School, "zoe.qiuck", [], "asked", Officer, CancellationToken.None) })
        {
            var refused = await Assert.ThrowsAsync<RetentionException>(ask);
            Assert.Contains("1 person on the list (1 alias)", refused.Message, StringComparison.Ordinal);
            Assert.Contains("--nothing-known", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("qiuck", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal((0, 0), (await CountAsync("erasure"), await CountAsync("erased_subject")));
        // Known by an event alone, by a text alone, or because of an erasure before: somebody.
        await RunAsync(Child);
        await RunAsync(Child);
    }

    [Fact]
    public async Task SomebodyOfWhomNothingIsKnownIsHiddenInAdvanceWhenThatIsMeant()
    {
        await AppendAsync(Search(Child, "capital of france"));

        await new ErasureDesk(Retention, Seals, TimeProvider.System) { MayBeNobody = true }.RunAsync(School, Child, [], "asked", Officer, CancellationToken.None);

        await DrainAsync();
        Assert.Equal(0, await CountAsync("event"));
    }

    [Fact]
    public async Task ALookAtAHeldAlertStaysOnRecordWithItsReason()
    {
        await AddPersonAsync(Child);
        await AppendAsync(Search(Child, Grave), Search(Twin, Grave));
        await DrainAsync();
        await ResolveAsync(Child, "false-alert");
        await ResolveAsync(Twin, "false-alert");
        var (own, others) = (await NumberAsync(Child), await NumberAsync(Twin));
        var hold = await Holds().PlaceOnAlertAsync(School, new AlertReference(null, own.Number), "police", Officer, CancellationToken.None);
        await LookAsync(own.Alert);
        await LookAsync(others.Alert);

        Assert.Single((await RunAsync(Child)).Stays);

        Assert.Equal((1, 1), (await CountAsync("access_record", $"object LIKE '{own.Alert}%' AND action = 'alert.hour'"), await CountAsync("access_record", "action = 'alert.hour' AND object IS NULL")));
        Assert.True((await AuditAsync()).Clean);
        await Holds().LiftAsync(School, hold, "over", Officer, CancellationToken.None);
        await RunAsync(Child);
        Assert.Equal(0, await CountAsync("access_record", "action = 'alert.hour' AND object IS NOT NULL"));
        await AssertGoneAsync(Child);
    }

    [Fact]
    public async Task ALiftedHoldSaysNoMoreWhomItWasOn()
    {
        await AddPersonAsync(Child);
        await AppendAsync(Search(Child, Grave), Search(Twin, Grave));
        await DrainAsync();
        await ResolveAsync(Child, "false-alert");
        await ResolveAsync(Twin, "false-alert");
        var lifted = await Holds().PlaceOnPersonAsync(School, Child, $"the police ask for {Child}", Officer, CancellationToken.None);
        await Holds().LiftAsync(School, lifted, $"{Child} was heard", Officer, CancellationToken.None);
        var stands = await Holds().PlaceOnAlertAsync(School, new AlertReference(null, (await NumberAsync(Twin)).Number), $"{Child} may have seen it", Officer, CancellationToken.None);

        var proof = await RunAsync(Child);
        Assert.Contains(proof.Stays, stays => stays.StartsWith($"hold {stands}", StringComparison.Ordinal));
        Assert.Equal(1, proof.Rewritten["legal_hold"]);
        var holds = await Holds().ListAsync(School, all: true, Officer, CancellationToken.None);
        Assert.Equal(("person [erased]", "the police ask for [erased]", "[erased] was heard"), holds.Where(hold => hold.Hold == lifted).Select(hold => (hold.About, hold.Reason, hold.WhyLifted)).Single());
        Assert.Equal($"{Child} may have seen it", holds.Single(hold => hold.Hold == stands).Reason);

        await Holds().LiftAsync(School, stands, "over", Officer, CancellationToken.None);
        Assert.Empty((await RunAsync(Child)).Stays);
        await AssertGoneAsync(Child);
    }

    [Fact]
    public async Task AWordThatAMappingTookForACategoryIsLookedAtToo()
    {
        var wrong = await Installation.AddSourceAsync("generic", School);
        await AddPersonAsync(Child);
        await AppendJsonAsync(wrong, $$"""{"events":[{"user":"{{Twin}}","url":"https://x.example/","action":"allowed","category":"Pupil {{Child}}"}]}""");
        await DrainAsync();
        Assert.Equal(1, await CountAsync("unmapped", "kind = 'category'"));

        var rewritten = (await RunAsync(Child)).Rewritten;

        Assert.Equal((1, 1), (rewritten["unmapped"], rewritten["counter_block"]));

        Assert.Equal(1, await CountAsync("unmapped", "kind = 'category' AND sealed IS NOT NULL"));
        await AssertGoneAsync(Child);
    }

    [Fact]
    public async Task ANameThatWasToldApartFromAnotherGoesWithWhomItIsOf()
    {
        await AddPersonAsync(Twin, born: null, Child, "a.quickly");
        await Installation.Store.RunAsync("UPDATE onlinesafety.person_alias SET apart_since = now()");
        await AddPersonAsync(Child);

        Assert.Equal(1, (await RunAsync(Child)).Deleted["person_alias"]);

        Assert.Equal((1, 1), (await CountAsync("person"), await CountAsync("person_alias")));
        await AssertGoneAsync(Child);
    }

    [Fact]
    public async Task AnAlertThatStandsUnderANameOfTheChildLosesItAndOneOfSomebodyElseKeepsTheirs()
    {
        await AddPersonAsync(Child);
        await AddPersonAsync("zo\u00eb");
        // A product that calls them by their names in full, and another child of the same first name.
        await AppendAsync(Search("Zo\u00eb Quick", Grave), Search("zo\u00eb", Grave));
        await DrainAsync();
        await ResolveAsync("zo\u00eb quick", "false-alert");
        await ResolveAsync("zo\u00eb", "false-alert");

        Assert.Empty((await Eraser().RunAsync(School, Child, ["Zo\u00eb Quick", "Zo\u00eb"], "asked", Officer, CancellationToken.None)).Stays);

        var seal = await Installation.Seals.OfAsync(School, CancellationToken.None);
        await using var alerts = await Retention.OpenAsync(School, Officer, CancellationToken.None);
        Assert.Equal(
            ["user:[erased]", "user:zo\u00eb"],
            await alerts.RowsAsync("SELECT subject FROM alert ORDER BY number", [], row => seal.OpenText(row.GetFieldValue<byte[]>(0), SealedField.AlertSubject), CancellationToken.None));
        await AssertGoneAsync(Child, "Zo\u00eb Quick");
    }

    [Theory]
    [InlineData("user")]
    [InlineData("medium")]
    [InlineData("false-alert")]
    public async Task AChildWhoIsCalledAsWeCallSomethingTakesNoWordOfOursAlong(string name)
    {
        await AddPersonAsync(name);
        await AppendAsync(Search(Twin, Grave));
        await DrainAsync();
        await ResolveAsync(Twin, "false-alert");
        await Installation.Store.RunAsync("""
            INSERT INTO onlinesafety.alert_step (school_id, alert_id, at, actor_kind, actor_name, step, from_state, to_state, detail, note)
            SELECT school_id, alert_id, now(), 'staff', 'D. Lead', 'resolve', 'new', 'resolved', 'false-alert', convert_to('looked into', 'UTF8') FROM onlinesafety.alert
            """);

        var rewritten = (await RunAsync(name)).Rewritten;

        var seal = await Installation.Seals.OfAsync(School, CancellationToken.None);
        await using var session = await Retention.OpenAsync(School, Officer, CancellationToken.None);
        Assert.Equal(
            [$"user:{Twin}"], await session.RowsAsync("SELECT subject FROM alert", [], row => seal.OpenText(row.GetFieldValue<byte[]>(0), SealedField.AlertSubject), CancellationToken.None));
        Assert.Equal(1, await CountAsync("alert_step", "detail = 'false-alert'"));
        Assert.Equal((0, 0, 0), (rewritten.GetValueOrDefault("event"), rewritten.GetValueOrDefault("alert"), rewritten.GetValueOrDefault("alert_step")));
        var reasons = await session.RowsAsync("SELECT reasons FROM alert", [], row => seal.Open(row.GetFieldValue<byte[]>(0), SealedField.AlertReasons), CancellationToken.None);
        Assert.NotEmpty(StoredEvent.ReadReasons(reasons[0]));
    }

    [Theory]
    [InlineData("zo\\u00eb.quick")]
    [InlineData("zoe\u0308.quick")]
    [InlineData("zo%C3%AB.quick")]
    [InlineData("zo=C3=AB.quick")]
    [InlineData("zo&euml;.quick")]
    [InlineData("em/Dqy5xdWljaw==")]
    [InlineData("UHVwaWwgem/Dqy5xdWljayBpcyBtZWFudA==")]
    public async Task ANameIsTakenOutHoweverItIsWritten(string written)
    {
        await AddPersonAsync(Child);
        await AppendAsync(Search(Twin, $"{Grave} because of {written}"));
        await DrainAsync();
        await ResolveAsync(Twin, "false-alert");
        Assert.Contains(written, await DumpAsync(), StringComparison.Ordinal);

        await RunAsync(Child);

        Assert.DoesNotContain(written, await DumpAsync(), StringComparison.Ordinal);
        Assert.Equal(CaseContent.KeptType, await Installation.Store.RunAsync("SELECT content_type FROM onlinesafety.evidence"));
    }

    private Task<ErasureProof> RunAsync(string name) => Eraser().RunAsync(School, name, [], "asked", Officer, CancellationToken.None);

    private async Task<(Guid Alert, int Number)> NumberAsync(string user) =>
        (await QueryAsync($"SELECT alert_id, number FROM onlinesafety.alert WHERE subject_key = 'user:{user}'")).ConvertAll(row => ((Guid)row[0], (int)row[1])).Single();

    private async Task LookAsync(Guid alert)
    {
        var seal = await Installation.Seals.OfAsync(School, CancellationToken.None);
        await using var session = await Installation[DatabaseRole.Console].OpenAsync(School, Officer, CancellationToken.None);
        session.RecordAccess(School, "alert.hour", $"{alert} 1", seal.SealWords($"the tutor of {Child} asks", SealedField.AccessReason));
        await session.CommitAsync(CancellationToken.None);
    }
}
