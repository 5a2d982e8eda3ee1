using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.IntegrationTests.Processing.Replay;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Processing.WhatIf;
using OnlineSafety.Monitoring.Retention;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Retention;

/// <summary>A child is erased; then the old log is read again by another mapping, other rules and a what-if.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ErasureReplayTests(PostgresFixture postgres) : ReplayedRetentionScene(postgres)
{
    private const string Child = "annabel.quick";
    private const string Twin = "annabel.quickly";

    private static readonly WhatIfFile Volcano = new(WhatIfFileKind.Pack, "own.json", """
        {"pack":"own","version":"1","language":"en","rules":[{"id":"own.volcano","theme":"violence","severity":"high","all":[["volcano homework"]],
         "explain":"Test.","positive":["volcano homework"],"negative":["homework"]}]}
        """);

    [Fact]
    public async Task NeitherAReplayNorAWhatIfFindsTheChildAgainAndBothFindTheOther()
    {
        var target = await AddMappedAsync();
        await AddPersonAsync(Child, born: null, "a.quick");
        // What is of concern by the rules of then, and in a block of its own what only the new ones find.
        await AppendToAsync(target, ReplayScene.Line(Child, Grave), ReplayScene.Line(Twin, Grave));
        await DrainAsync();
        await AppendToAsync(target, Seen(Child, "volcano homework"), Seen("a.quick", "volcano homework"), Seen(Twin, "volcano homework"));
        await DrainAsync();
        Assert.Equal(2, await CountAsync("event"));
        await ResolveAsync(Child, "false-alert");
        Assert.Equal(2, (await AskAsync(target)).Alerts.Before);

        var proof = await Eraser().RunAsync(School, Child, [], "asked", Officer, CancellationToken.None);

        Assert.Empty(proof.Stays);
        await AssertGoneAsync(Child, "a.quick");
        var after = await AskAsync(target);
        Assert.Equal((1, 1, 0, 0), (after.Alerts.Before, after.Alerts.After, after.Alerts.Appear, after.Alerts.Vanish));
        await MapAsync(target, ReplayScene.Kv(extra: ",\"deviceHost\":\"pc\""), NewRules());
        Assert.Equal((0, 2), (await CountAsync("event", $"subject_key = '{await KeyAsync("user:" + Child)}'"), await CountAsync("event", $"subject_key = '{await KeyAsync("user:" + Twin)}'")));
        await AssertGoneAsync(Child, "a.quick");
        Assert.True((await VerifyAsync()).Clean);
        Assert.True((await AuditAsync()).Clean);
    }

    [Theory]
    [InlineData("volcano homework with annabel.quick")]
    [InlineData("volcano homework of ANNABEL  QUICK's")]
    [InlineData("Quick, Annabel: volcano homework")]
    [InlineData("volcano homework Annabel%20Quick")]
    [InlineData("volcano homework an\u200bnabel.quick")]
    public async Task WhatAnotherSaidIsFoundGraveByOtherRulesAndNamesTheChildNoMore(string said)
    {
        var target = await AddMappedAsync();
        await AddPersonAsync(Child);
        await AppendToAsync(target, Seen(Twin, said));
        await DrainAsync();
        Assert.Equal((0, 0), (await CountAsync("event"), await CountAsync("evidence")));
        Assert.Empty((await EraseAsync("Annabel Quick")).Stays);

        // However often it is read again.
        for (var times = 0; times < 2; times++)
        {
            await MapAsync(target, ReplayScene.Kv(extra: ",\"deviceHost\":\"pc\""), NewRules());

            Assert.Equal(1, await CountAsync("alert", $"subject_key = '{await KeyAsync("user:" + Twin)}'"));
            Assert.Contains("volcano homework", await DumpAsync(), StringComparison.Ordinal);
            Assert.Equal((1, 0), (await CountAsync("event"), await CountAsync("evidence")));
            await AssertGoneAsync(Child, "Annabel Quick", "Quick, Annabel");
        }

        Assert.True((await VerifyAsync()).Clean);
    }

    [Fact]
    public async Task WhatWaitedInTheLogWhileTheChildWasErasedIsAnAlertThatDoesNotNameThem()
    {
        var target = await AddMappedAsync();
        await AddPersonAsync(Child);
        await AppendToAsync(target, ReplayScene.Line(Twin, $"{Grave} because of {Child}"));
        // Nothing reads it, and it is about nobody.
        await AppendToAsync(target, $"{Grave} because of Annabel Quick");
        await EraseAsync("Annabel Quick");

        await DrainAsync();

        Assert.Equal((2, 1), (await CountAsync("alert"), await CountAsync("alert", $"subject_key = '{await KeyAsync("user:" + Twin)}'")));
        Assert.Contains($"{Grave} because of [erased]", await DumpAsync(), StringComparison.Ordinal);
        await AssertGoneAsync(Child, "Annabel Quick");
        Assert.True((await VerifyAsync()).Clean);
    }

    [Fact]
    public async Task WhatALegalHoldIsOnIsKeptAsItWasSaid()
    {
        var target = await AddMappedAsync();
        await AddPersonAsync(Child);
        await AddPersonAsync(Twin);
        await AppendToAsync(target, Seen(Twin, $"volcano homework with {Child}"), Seen("somebody.else", $"volcano homework with {Child}"));
        await DrainAsync();
        await Holds().PlaceOnPersonAsync(School, Twin, "police", Officer, CancellationToken.None);
        await EraseAsync();

        await MapAsync(target, ReplayScene.Kv(extra: ",\"deviceHost\":\"pc\""), NewRules());

        Assert.Equal((2, 1), (await CountAsync("event"), await CountAsync("evidence")));
        var said = await QueryAsync("SELECT subject_key, detail FROM onlinesafety.event ORDER BY seq");
        Assert.Equal([("user:" + Twin, true), ("user:somebody.else", false)], said.Select(row => ((string)row[0], Text(row[1]).Contains(Child, StringComparison.Ordinal))));
    }

    [Fact]
    public async Task AnOpenAlertThatAnErasureLeftIsReadAgainAsItStandsUntilItIsClosed()
    {
        var target = await AddMappedAsync();
        await AddPersonAsync(Child);
        await AppendToAsync(target, ReplayScene.Line(Twin, $"{Grave} because of {Child}"));
        await DrainAsync();
        Assert.Single((await EraseAsync()).Stays);

        for (var times = 0; times < 2; times++)
        {
            await MapAsync(target, ReplayScene.Kv(extra: ",\"deviceHost\":\"pc\""));
            Assert.Equal((1, 1), (await CountAsync("event"), await CountAsync("evidence")));
            Assert.Contains($"because of {Child}", Text((await QueryAsync("SELECT detail FROM onlinesafety.event"))[0][0]), StringComparison.Ordinal);
        }

        await ResolveAsync(Twin, "false-alert");
        Assert.Empty((await EraseAsync()).Stays);
        await AssertGoneAsync(Child);
    }

    [Fact]
    public async Task AnAlertKeepsItsEvidenceWhenTheOtherOfItsRecordWasErased()
    {
        var target = await Installation.AddSourceAsync("generic", School);
        await AddPersonAsync(Child);
        await AppendJsonAsync(target, $$"""
            {"events":[{"user":"{{Child}}","url":"https://child.example/","action":"allowed"},
             {"user":"{{Twin}}","url":"https://twin.example/b","kind":"search","search":"{{Grave}}","action":"blocked"}]}
            """);
        await DrainAsync();
        Assert.Single((await EraseAsync()).Stays);

        await ReplayAsync(target);

        Assert.Equal((1, 1, 1), (await CountAsync("alert"), await CountAsync("event"), await CountAsync("evidence")));
    }

    [Fact]
    public async Task AnAlertThatAnErasureLeftIsNoneThatOtherRulesWouldMiss()
    {
        var target = await AddMappedAsync();
        await AppendToAsync(target, ReplayScene.Line(Child, Grave));
        await DrainAsync();
        Assert.Single((await Eraser().RunAsync(School, Child, [], "asked", Officer, CancellationToken.None)).Stays);

        var report = await AskAsync(target);

        Assert.Equal((0, 1), (report.Alerts.Vanish, report.Saw.NotCompared));
    }

    private Task<ErasureProof> EraseAsync(params string[] also) => Eraser().RunAsync(School, Child, also, "asked", Officer, CancellationToken.None);

    private static string Text(object opened) => opened as string ?? System.Text.Encoding.UTF8.GetString((byte[])opened);

    private static string Seen(string who, string words) => ReplayScene.Line(who, words).Replace("act=deny", "act=seen", StringComparison.Ordinal);

    private static Rules NewRules()
    {
        var editions = new WhatIfRequest(null, 10, Whole: false, [Volcano]).Over(Repository.Rules.Editions!, Repository.Rules.RuleSet.Taxonomy.Id);
        return Repository.Rules with { RuleSet = editions.Standard, Editions = editions };
    }

    private async Task<WhatIfReport> AskAsync(SourceKey target)
    {
        var id = await new WhatIfDesk(Installation[DatabaseRole.Setup], Installation.Seals, TimeProvider.System).AskAsync(
            target, new WhatIfRequest(null, 10, Whole: false, [Volcano]), Some.Time.AddHours(-1), Some.Time.AddHours(2), "review", Officer, CancellationToken.None);
        var job = new WhatIfJob(Installation[DatabaseRole.Process], Installation.Master, Contexts(), Repository.Rules, NullLogger<WhatIfJob>.Instance);
        await new JobRunner(Ledger, [job], TimeProvider.System, NullLogger<JobRunner>.Instance).RunNextAsync(CancellationToken.None);
        var found = (await Jobs.ListAsync(School, source: null, Officer, CancellationToken.None)).Single(one => one.Id == id);
        Assert.True(found.State == JobState.Done, $"{found.State}: {found.Error}");
        return JsonSerializer.Deserialize<WhatIfReport>(found.Result!.Value, WhatIfReport.Json)!;
    }
}
