using System.Text.Json;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.IntegrationTests.Access;

namespace OnlineSafety.Monitoring.IntegrationTests.App;

public sealed class AuditCommandTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    private readonly string _data = InstallationDatabase.DataWithKey("onlinesafety-audit-");

    [Fact]
    public async Task TheRecordIsProvedWithWhatTheDigestPrintedAndAChangeIsExitOne()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        await database.AddStaffAsync(school, "dsl", "dsl");
        var kept = Path.Combine(_data, "kept.txt");
        await File.WriteAllTextAsync(kept, (await RunAsync(database, "digest", "preview", "--school", "Example Academy")).Output);

        var clean = await RunAsync(database, "audit", "verify", "--anchors", kept);
        Assert.Equal(0, clean.Exit);
        Assert.Contains("anchors printed earlier and looked for: 1", clean.Output, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync(database, "audit", "verify", "--anchor", "OSA1-1-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA")).Exit);
        Assert.Contains("There is no anchor", (await RunAsync(database, "audit", "verify", "--anchor", "twelve")).Error, StringComparison.Ordinal);

        await database.Test.RunAsync("SET session_replication_role = replica; UPDATE onlinesafety.access_record SET actor_name = 'x' WHERE seq = 2");
        var broken = await RunAsync(database, "audit", "verify", "--school", "Example Academy");
        Assert.Equal(1, broken.Exit);
        Assert.Contains($"BREAK school {school} entry 2: was changed", broken.Output, StringComparison.Ordinal);
        var report = JsonSerializer.Deserialize<JsonElement>((await RunAsync(database, "audit", "verify", "--json")).Output);
        Assert.False(report.GetProperty("clean").GetBoolean());
    }

    [Fact]
    public async Task WhoSawWhatIsAnsweredWithoutContent()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        await database.AddAlertAsync(school, 1, reasons: """[{"rule":"r","version":1,"explanation":"secret words"}]""");
        Assert.Equal(0, (await RunAsync(database, "alerts", "show", "1", "--school", "Example Academy", "--name", "O. Perator", "--reason", "the lead is away")).Exit);

        var viewed = await RunAsync(database, "audit", "viewed", "--school", "Example Academy");
        var saw = await RunAsync(database, "audit", "who-saw", "--school", "Example Academy", "--alert", "1");
        var person = await RunAsync(database, "audit", "who-saw", "--school", "Example Academy", "--person", "pupil1", "--reason", "asked by the parents");
        var list = await RunAsync(database, "audit", "list", "--school", "Example Academy", "--action", "alert.show");

        Assert.All([viewed, saw, person, list], said => Assert.Contains("operator", said.Output.Replace(Environment.UserName, "operator", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.All([viewed, saw, person, list], said => Assert.DoesNotContain("secret words", said.Output, StringComparison.Ordinal));
        Assert.All([viewed, saw, person], said => Assert.DoesNotContain("pupil1", said.Output, StringComparison.Ordinal));
        var reason = (string)(await database.Test.RunAsync("SELECT reason FROM onlinesafety.access_record WHERE action = 'audit.who-saw' AND reason IS NOT NULL"))!;
        Assert.DoesNotContain("parents", reason, StringComparison.Ordinal);
        Assert.Equal("asked by the parents", (await database.Seals.OfAsync(school, default)).OpenWords(reason, SealedField.AccessReason));
        Assert.Equal(0L, await database.Test.RunAsync("SELECT count(*) FROM onlinesafety.access_record WHERE object LIKE '%pupil1%'"));
    }

    [Theory]
    [InlineData("who-saw", "--school", "S")]
    [InlineData("who-saw", "--school", "S", "--alert", "1", "--person", "p")]
    [InlineData("who-saw", "--school", "S", "--person", "p")]
    [InlineData("who-saw", "--school", "S", "--person", "p", "--reason", " ")]
    [InlineData("list", "--school", "S", "--limit", "0")]
    [InlineData("list")]
    [InlineData("viewed")]
    public async Task WhatIsAskedWrongIsExitTwo(params string[] args)
    {
        using var said = new StringWriter();

        Assert.Equal(CommandLine.Usage, await CommandLine.RunAsync(["audit", .. args], said, said, TimeProvider.System));
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private async Task<(int Exit, string Output, string Error)> RunAsync(InstallationDatabase database, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await CommandLine.RunAsync([.. args, "--data", _data, "--connection", database.Test.ConnectionString], output, error, TimeProvider.System);
        return (exit, output.ToString(), error.ToString());
    }
}
