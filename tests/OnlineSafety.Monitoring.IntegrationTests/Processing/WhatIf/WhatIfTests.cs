using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntegrationTests.Processing.Replay;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Processing.WhatIf;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Processing.WhatIf;

/// <summary>Other rules over what was received and recorded, by the job that the process role does.</summary>
public sealed class WhatIfTests(PostgresFixture postgres) : ReplayScene(postgres), IClassFixture<PostgresFixture>
{
    private static readonly DateTimeOffset Started = Some.Time.AddHours(-1);

    [Fact]
    public async Task TheSameRulesChangeNothingAndSayTheSameBytesTwice()
    {
        await RecordAsync();
        var target = Protex with { Source = Guid.Empty };
        var first = await AskAsync(target, []);
        var second = await AskAsync(target, []);
        Assert.Equal(first.GetRawText(), second.GetRawText());
        var report = Read(first);
        Assert.Equal(new WhatIfReport.Tally(2, 2, 0, 0, 0, 0, 0), report.Alerts);
        Assert.Equal((3, 0, 0L), (report.Saw.Log.Records, report.Saw.Evidence.Records, report.Saw.Unreadable));
        Assert.Equal(report.Rules.Before, report.Rules.After);
        Assert.True(report.Fit);
        // It says nothing of anybody: neither words nor names.
        Assert.All(["user:", "kill", "vape", "pc-lib"], word => Assert.DoesNotContain(word, first.GetRawText(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task RulesWithoutTheGraveOnesMissWhatADslCalledATrueConcernAndSaySo()
    {
        await RecordAsync();
        await Installation.Store.RunAsync($"UPDATE onlinesafety.alert SET state = 'resolved', outcome = 'concern', resolved_at = now(), resolved_by = 'x', note = 'x', acted_at = now() WHERE subject_key = '{await KeyAsync("user:ada")}'");
        var before = await CountAsync();
        var report = Read(await AskAsync(Protex, Silent(), whole: true));
        Assert.Equal(1, report.TrueConcerns.Resolved);
        Assert.Equal([await NumberAsync("user:ada")], report.TrueConcerns.Missed);
        Assert.False(report.Fit);
        Assert.NotEqual(report.Rules.Before, report.Rules.After);
        // Nothing was written.
        Assert.Equal(before, await CountAsync());
    }

    [Fact]
    public async Task WhereTheLogIsGoneEvidenceIsRead()
    {
        await RecordAsync();
        var kept = Read(await AskAsync(Protex, Silent(), whole: true));
        await Installation.Store.RunAsync("DELETE FROM onlinesafety.intake_segment");
        var report = Read(await AskAsync(Protex, Silent(), whole: true));
        Assert.Equal((0, 2), (report.Saw.Log.Records, report.Saw.Evidence.Records));
        Assert.Equal(kept.Alerts, report.Alerts);
        Assert.Equal(kept.Vanished, report.Vanished);
    }

    [Fact]
    public async Task ANewRuleShowsWhatWouldAppear()
    {
        await RecordAsync();
        const string pack = """
            {"pack":"own","version":"1","language":"en","rules":[{"id":"own.volcano","theme":"violence","severity":"high","all":[["volcano homework"]],
             "explain":"Test.","positive":["volcano homework"],"negative":["homework"]}]}
            """;
        var report = Read(await AskAsync(Protex, [new WhatIfFile(WhatIfFileKind.Pack, "own.json", pack)]));
        Assert.Equal(new WhatIfReport.Tally(2, 3, 1, 0, 0, 0, 0), report.Alerts);
        Assert.Equal(new WhatIfReport.Line("violence", 0, 1, 1, 0), report.ByTheme.Single(line => line.Name == "violence"));
    }

    [Fact]
    public async Task RulesThatAreWrongEndTheJobWithEveryError()
    {
        await RecordAsync();
        var job = await RunAsync(Protex, new WhatIfRequest(null, 10, Whole: false, [new WhatIfFile(WhatIfFileKind.Pack, "own.json", """{"pack":"own","colour":1}""")]));
        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("rulepacks/own.json", job.Error, StringComparison.Ordinal);
    }

    private async Task RecordAsync()
    {
        await AppendAsync(Search("ada", Grave), Search("ben", "buy vape no id near me"), Visit("cem", "https://www.google.com/search?q=volcano+homework", "Education"));
        await DrainAsync();
    }

    /// <summary>The shipped packs without a rule.</summary>
    private static List<WhatIfFile> Silent()
    {
        var (_, files) = WhatIfFiles.Read(Repository.Path("schemas", "rulepacks"));
        return files.ConvertAll(file =>
        {
            var pack = JsonNode.Parse(file.Json)!.AsObject();
            pack["rules"] = new JsonArray();
            return file with { Json = pack.ToJsonString() };
        });
    }

    private async Task<JsonElement> AskAsync(SourceKey target, List<WhatIfFile> files, bool whole = false)
    {
        var job = await RunAsync(target, new WhatIfRequest(null, 10, whole, files));
        Assert.True(job.State == JobState.Done, $"{job.State}: {job.Error}");
        return job.Result!.Value;
    }

    private async Task<SourceJob> RunAsync(SourceKey target, WhatIfRequest request)
    {
        var id = await new WhatIfDesk(Installation[DatabaseRole.Setup], TimeProvider.System).AskAsync(
            target, request, Started, Started.AddHours(3), Operator, CancellationToken.None);
        var job = new WhatIfJob(Installation[DatabaseRole.Process], Installation.Master, Contexts(), Repository.Rules, NullLogger<WhatIfJob>.Instance);
        await new JobRunner(Ledger, [job], TimeProvider.System, NullLogger<JobRunner>.Instance).RunNextAsync(CancellationToken.None);
        return (await Desk.ListAsync(target.School, source: null, Operator, CancellationToken.None)).Single(found => found.Id == id);
    }

    private static WhatIfReport Read(JsonElement result) => result.Deserialize<WhatIfReport>(WhatIfReport.Json)!;

    private async Task<int> NumberAsync(string subject) => (int)(await QueryAsync($"SELECT number FROM onlinesafety.alert WHERE subject_key = '{subject}'"))[0][0];

    private async Task<string> CountAsync() => string.Join(
        ' ', (await QueryAsync("SELECT (SELECT count(*) FROM onlinesafety.event), (SELECT count(*) FROM onlinesafety.alert), (SELECT count(*) FROM onlinesafety.notification), (SELECT count(*) FROM onlinesafety.evidence)"))[0]);
}
