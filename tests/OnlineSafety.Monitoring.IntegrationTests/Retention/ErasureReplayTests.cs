using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.IntegrationTests.Processing.Replay;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Processing.WhatIf;
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
