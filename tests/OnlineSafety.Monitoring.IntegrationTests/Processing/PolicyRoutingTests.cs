using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.Processing;

/// <summary>Lines that become alerts, told by what the school's policy says at that moment.</summary>
public sealed class PolicyRoutingTests(PostgresFixture postgres) : ProcessingScene(postgres), IClassFixture<PostgresFixture>
{
    private const string Grave = "painless ways to kill myself";

    [Fact]
    public async Task AnAlertAboutTheHeadReachesTheTrustContactWhereThereIsNoChair()
    {
        await AddStaffAsync("dsl");
        await AddStaffAsync("head", "h.teacher");
        var lead = await AddStaffAsync("digest");
        await ImportAsync("""{"trust":["Digest@School.example"]}""");
        await AppendAsync(Search("h.teacher", Grave));
        await DrainAsync();

        Assert.Equal(["chair", lead, "due"], Assert.Single(await ToldAsync()));
        await using var console = await Installation[DatabaseRole.Console].OpenAsync(Protex.School, Actor.Member(lead, "lead", ["digest"]), CancellationToken.None);
        Assert.Equal(1, Assert.Single(await console.RowsAsync("SELECT number FROM alert", [], row => row.GetInt32(0), CancellationToken.None)));
    }

    [Fact]
    public async Task ADeputyOfAYearIsToldOfThatYearAndTheWholeDeskOfTheRest()
    {
        var (dsl, deputy) = (await AddStaffAsync("dsl"), await AddStaffAsync("deputy"));
        await Installation.Store.RunAsync($"""
            INSERT INTO onlinesafety.person (school_id, person_id, account, role, year_group, class)
            VALUES ('{Protex.School}', gen_random_uuid(), 'nine', 1, 'Year 9', '9B'), ('{Protex.School}', gen_random_uuid(), 'ten', 1, 'Year 10', '10A')
            """);
        await ImportAsync("""{"routing":[{"name":"Year 9","when":{"groups":["9b"]},"only":["deputy"]}]}""");
        await AppendAsync(Search("nine", Grave));
        await DrainAsync();
        Assert.Equal(["dsl", deputy, "due"], Assert.Single(await ToldAsync()));
        Assert.Equal(["Year 9", "9B", "KS3"], (string[])(await QueryAsync("SELECT groups FROM onlinesafety.alert"))[0][0]);

        await AppendAsync(Search("ten", Grave));
        await DrainAsync();
        Assert.Equal([deputy, dsl, deputy], (await ToldAsync()).Select(row => row[1]));
    }

    [Fact]
    public async Task APolicyHoldsFromTheMomentItIsSetAndOneThatCannotBeReadLeavesTheWholeDesk()
    {
        var (dsl, head) = (await AddStaffAsync("dsl"), await AddStaffAsync("head"));
        await AppendAsync(Search("a", Grave));
        await DrainAsync();
        await ImportAsync("""{"routing":[{"name":"All","when":{},"also":["head"]}]}""");
        await AppendAsync(Search("b", Grave));
        await DrainAsync();
        await Installation.Store.RunAsync("UPDATE onlinesafety.school_policy SET policy = '{\"routing\": 7}'");
        await AppendAsync(Search("c", Grave));
        await DrainAsync();

        Assert.Equal([dsl, dsl, head, dsl], (await ToldAsync()).Select(row => row[1]));
    }

    [Fact]
    public async Task APolicyThatNamesSomebodyWhoIsNotThereIsRefusedAndOneThatWasChangedMeanwhileToo()
    {
        await AddStaffAsync("dsl");
        var stranger = await Assert.ThrowsAsync<PolicyException>(() => ImportAsync("""{"trust":["nobody@school.example","dsl@school.example"]}"""));
        Assert.Contains("nobody@school.example is nobody on this school's staff list", Assert.Single(stranger.Errors), StringComparison.Ordinal);
        await AddStaffAsync("it");
        var blind = await Assert.ThrowsAsync<PolicyException>(() => ImportAsync("""{"outOfHours":{"choice":"onCall","onCall":["dsl","IT@school.example"]}}"""));
        Assert.Contains("it@school.example cannot open an alert", Assert.Single(blind.Errors), StringComparison.Ordinal);

        var register = new PolicyRegister(Installation[DatabaseRole.Setup], TimeProvider.System);
        var one = await register.ProposeAsync(Protex.School, """{"silences":{"longestDays":3}}""", null, Actor.Operator("one"), CancellationToken.None);
        Assert.Equal(["silences: 14 days at most"], one.Removed);
        Assert.Equal(["silences: 3 days at most"], one.Added);
        Assert.Contains("An alert about a head reaches nobody. Give somebody the role \"Chair of governors\", or name somebody under trust.", one.Unheard);
        var two = await register.ProposeAsync(Protex.School, "{}", null, Actor.Operator("two"), CancellationToken.None);
        Assert.Equal(1, await register.ImportAsync(Protex.School, one, Actor.Operator("one"), CancellationToken.None));
        await Assert.ThrowsAsync<SetupException>(() => register.ImportAsync(Protex.School, two, Actor.Operator("two"), CancellationToken.None));
        Assert.Equal((1, "one"), await register.FindAsync(Protex.School, Actor.Operator("x"), CancellationToken.None) is { } stored ? (stored.Revision, stored.SetBy) : default);
    }

    private async Task ImportAsync(string json)
    {
        var register = new PolicyRegister(Installation[DatabaseRole.Setup], TimeProvider.System);
        var proposed = await register.ProposeAsync(Protex.School, json, isTheme: null, Actor.Operator("tester"), CancellationToken.None);
        await register.ImportAsync(Protex.School, proposed, Actor.Operator("tester"), CancellationToken.None);
    }

    private Task<List<object[]>> ToldAsync() => QueryAsync("""
        SELECT a.route, n.staff_id, n.state FROM onlinesafety.alert a JOIN onlinesafety.notification n USING (school_id, alert_id) JOIN onlinesafety.staff s USING (school_id, staff_id)
        ORDER BY a.number, array_position(ARRAY['dsl', 'deputy', 'head', 'digest'], s.roles[1])
        """);
}
