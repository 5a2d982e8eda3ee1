using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
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
    public async Task OnlyWhatIsOnTheAskersDeskIsComparedCountedOrNamed()
    {
        await RecordAsync();
        var (lead, deputy, head) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var key = (await Installation.Seals.OfAsync(Protex.School, default)).Index("user:ada");
        await Installation.Store.RunAsync($"""
            SET search_path = onlinesafety;
            INSERT INTO staff (school_id, staff_id, name, email, roles) VALUES ('{Protex.School}', '{lead}', 'l', 'l@school.example', ARRAY['dsl']),
                ('{Protex.School}', '{deputy}', 'd', 'd@school.example', ARRAY['deputy']), ('{Protex.School}', '{head}', 'h', 'h@school.example', ARRAY['head']);
            -- The one about ada turned out to be about the deputy; a concern, so that it would also be named as missed.
            UPDATE event SET subject_staff = '{deputy}', subject_role = 5, route = 'head' WHERE subject_key = '{key}';
            UPDATE alert SET subject_staff = '{deputy}', subject_role = 5, route = 'head', state = 'resolved', outcome = 'concern', resolved_at = now(), resolved_by = 'x', note = 'x', acted_at = now()
                WHERE subject_key = '{key}';
            """);
        var whole = Protex with { Source = Guid.Empty };
        var (ada, ben) = (await NumberAsync("user:ada"), await NumberAsync("user:ben"));

        var everything = Read(await AskAsync(whole, Silent(), whole: true));
        Assert.Equal([ada], everything.TrueConcerns.Missed);
        foreach (var (staff, role) in new[] { (lead, "dsl"), (deputy, "deputy") })
        {
            var report = Read(await AskAsync(whole, Silent(), whole: true, by: Actor.Member(staff, role, [role])));
            Assert.Equal((1, 0), (report.Alerts.Before, report.TrueConcerns.Resolved));
            Assert.Equal([ben], report.Vanished);
            Assert.True(report.Fit);
        }

        // What was claimed of somebody counts for nothing: the head has no pupil's alert, and only the one that is on the head's desk.
        var heads = Read(await AskAsync(whole, Silent(), whole: true, by: Actor.Member(head, "h", ["dsl"])));
        Assert.Equal([ada], heads.Vanished);
    }

    [Fact]
    public async Task NobodyIsShownAnothersAnswerAndNobodyAsksInAnothersName()
    {
        await RecordAsync();
        var (lead, deputy) = (Actor.Member(Guid.NewGuid(), "l", ["dsl"]), Actor.Member(Guid.NewGuid(), "d", ["deputy"]));
        await Installation.Store.RunAsync($"""
            INSERT INTO onlinesafety.staff (school_id, staff_id, name, email, roles) VALUES ('{Protex.School}', '{lead.Staff}', 'l', 'l@school.example', ARRAY['dsl']),
                ('{Protex.School}', '{deputy.Staff}', 'd', 'd@school.example', ARRAY['deputy'])
            """);
        await AskAsync(Protex, [], by: lead);

        Assert.Single(await Desk.ListAsync(Protex.School, source: null, lead, default));
        Assert.Empty(await Desk.ListAsync(Protex.School, source: null, deputy, default));
        var reason = (string)(await Installation.Store.RunAsync("SELECT reason FROM onlinesafety.access_record WHERE action = 'source.job.whatif'"))!;
        Assert.Equal("review", (await Installation.Seals.OfAsync(Protex.School, default)).OpenWords(reason, SealedField.AccessReason));
        await using var session = await Installation[DatabaseRole.Setup].OpenAsync(Protex.School, deputy, default);
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => session.ExecuteAsync(
            "INSERT INTO source_job (school_id, job_id, kind, requested_at, content, asked_by) VALUES ($1, $2, 'whatif', now(), '', $3)", [Protex.School, Guid.NewGuid(), lead.Staff!.Value], default));
    }

    [Fact]
    public void WhatWasTriedIsNamedByTheHashThatAnybodyCanTakeOfTheFile()
    {
        var one = new WhatIfFile(WhatIfFileKind.Pack, "own.json", "{}");
        // printf '{}' | sha256sum
        const string hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        Assert.Equal("kcsie-2025 sha256:" + hash, new WhatIfRequest("kcsie-2025", 10, Whole: false, [one]).Tried);
        var two = new WhatIfRequest(null, 10, Whole: false, [one, one with { Name = "other.json" }]).Tried;
        Assert.Equal("sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{hash}  own.json\n{hash}  other.json\n"))), two);
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

    private async Task<JsonElement> AskAsync(SourceKey target, List<WhatIfFile> files, bool whole = false, Actor? by = null)
    {
        var job = await RunAsync(target, new WhatIfRequest(null, 10, whole, files), by);
        Assert.True(job.State == JobState.Done, $"{job.State}: {job.Error}");
        return job.Result!.Value;
    }

    private async Task<SourceJob> RunAsync(SourceKey target, WhatIfRequest request, Actor? by = null)
    {
        var id = await new WhatIfDesk(Installation[DatabaseRole.Setup], Installation.Seals, TimeProvider.System).AskAsync(
            target, request, Started, Started.AddHours(3), "review", by ?? Operator, CancellationToken.None);
        var job = new WhatIfJob(Installation[DatabaseRole.Process], Installation.Master, Contexts(), Repository.Rules, NullLogger<WhatIfJob>.Instance);
        await new JobRunner(Ledger, [job], TimeProvider.System, NullLogger<JobRunner>.Instance).RunNextAsync(CancellationToken.None);
        return (await Desk.ListAsync(target.School, source: null, Operator, CancellationToken.None)).Single(found => found.Id == id);
    }

    private static WhatIfReport Read(JsonElement result) => result.Deserialize<WhatIfReport>(WhatIfReport.Json)!;

    private async Task<int> NumberAsync(string subject) => (int)(await QueryAsync($"SELECT number FROM onlinesafety.alert WHERE subject_key = '{subject}'"))[0][0];

    private async Task<string> CountAsync() => string.Join(
        ' ', (await QueryAsync("SELECT (SELECT count(*) FROM onlinesafety.event), (SELECT count(*) FROM onlinesafety.alert), (SELECT count(*) FROM onlinesafety.notification), (SELECT count(*) FROM onlinesafety.evidence)"))[0]);
}
