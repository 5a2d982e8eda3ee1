using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.Intake;
using OnlineSafety.Monitoring.Intake.Files;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.IntegrationTests.Access;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.App;

/// <summary><c>onlinesafety import</c> into the real log.</summary>
public sealed class ImportCommandTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    private readonly string _data = NewData();

    // On a server of one's own the key is given, never made.
    private static string NewData()
    {
        var data = Directory.CreateTempSubdirectory("onlinesafety-import-").FullName;
        MasterKey.ReadOrCreate(Path.Combine(data, MasterKey.FileName));
        return data;
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task AFileIsImportedOnceAndAgainOnlyWhenToldTo()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await AddSourceAsync(database, "smoothwall");
        var file = await WriteAsync("access.log", 20_000);

        var first = await JsonAsync(database, "import", file, "--source", "smoothwall", "--json");
        var (exit, second, _) = await RunAsync(database, "import", file, "--source", "smoothwall");
        var forced = await JsonAsync(database, "import", file, "--source", "smoothwall", "--again", "--json");

        Assert.Equal((20_000, 20_000, "lines"), (first.GetProperty("records").GetInt64(), first.GetProperty("added").GetInt64(), first.GetProperty("type").GetString()));
        Assert.Equal(0, exit);
        Assert.Contains("imported before: nothing was added", second, StringComparison.Ordinal);
        Assert.Equal(20_000, forced.GetProperty("added").GetInt64());
        Assert.Equal(40_000L, await StoredAsync(database));
        Assert.Equal(3, (await database.AccessRecordsAsync("source.import")).Count);
    }

    [Fact]
    public async Task AnImportThatWasStoppedAddsOnlyWhatIsMissingWhenRunAgain()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var source = await AddSourceAsync(database, "smoothwall");
        var file = await WriteAsync("access.log", 30_000);
        var stored = await StopAfterTwoChunksAsync(database, new SourceKey(source.SchoolId, source.SourceId), file);

        var rest = await JsonAsync(database, "import", file, "--source", source.SourceId.ToString(), "--json");

        Assert.InRange(stored, 1, 29_999);
        Assert.Equal(30_000 - stored, rest.GetProperty("added").GetInt64());
        Assert.Equal(30_000L, await StoredAsync(database));
    }

    [Fact]
    public async Task WhatIsWrongWithTheFileOrTheSourceIsSaidInOneLine()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await AddSourceAsync(database, "twin");
        await AddSourceAsync(database, "twin", "Other Academy");
        var file = await WriteAsync("access.log", 10);

        await AssertFailsAsync(database, "There is no such file.", "import", Path.Combine(_data, "none.csv"), "--source", "twin");
        await AssertFailsAsync(database, "directory", "import", _data, "--source", "twin");
        await AssertFailsAsync(database, "There is no source \"nobody\"", "import", file, "--source", "nobody");
        await AssertFailsAsync(database, "2 sources are called \"twin\"", "import", file, "--source", "twin");
        Assert.Equal(0, (await RunAsync(database, "import", file, "--source", "twin", "--school", "Other Academy")).Exit);
    }

    [Fact]
    public async Task ADisabledSourceTakesNoFile()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var source = await AddSourceAsync(database, "smoothwall");
        await database.Sources.DisableAsync(source.SourceId, InstallationDatabase.Tester, default);

        await AssertFailsAsync(database, "disabled", "import", await WriteAsync("access.log", 1), "--source", "smoothwall");
    }

    private async Task<long> StopAfterTwoChunksAsync(InstallationDatabase database, SourceKey target, string path)
    {
        await using var log = new PostgresIntakeLog(
            database[DatabaseRole.Ingest], InstallationSettings.Read(_data, null, null).MasterKey(mayMake: true), new IntakeSignal(), Options.Create(new IntakeLogOptions()),
            TimeProvider.System, NullLogger<PostgresIntakeLog>.Instance);
        await log.StartAsync(default);
        await using var file = await FileToImport.OpenAsync(path, kind: null, new FileDoorOptions(), default);
        using var stop = new CancellationTokenSource();
        var chunks = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new FileImport(new IntakeAppender(log, TimeProvider.System), TimeProvider.System).RunAsync(
            file, target, again: null, _ => { if (++chunks == 2) { stop.Cancel(); } }, stop.Token));
        return await StoredAsync(database);
    }

    private static async Task<Source> AddSourceAsync(InstallationDatabase database, string name, string school = "Example Academy")
    {
        var at = await database.AddSchoolAsync(school);
        return (await database.Sources.AddAsync(at, new NewSource { Product = "smoothwall", Door = SourceDoor.File, Name = name }, InstallationDatabase.Tester, default)).Source;
    }

    private static async Task<long> StoredAsync(InstallationDatabase database) =>
        Convert.ToInt64(await database.Test.RunAsync("SELECT coalesce(sum(last_seq - first_seq + 1), 0) FROM onlinesafety.intake_segment"), null);

    private async Task<string> WriteAsync(string name, int lines)
    {
        var path = Path.Combine(_data, name);
        await File.WriteAllTextAsync(path, string.Concat(Enumerable.Range(0, lines).Select(i => $"{i}, a line of an export that was invented\n")));
        return path;
    }

    private async Task AssertFailsAsync(InstallationDatabase database, string said, params string[] args)
    {
        var (exit, _, error) = await RunAsync(database, args);
        Assert.Equal(1, exit);
        Assert.Contains(said, Assert.Single(error.Trim().Split('\n')), StringComparison.Ordinal);
    }

    private async Task<JsonElement> JsonAsync(InstallationDatabase database, params string[] args)
    {
        var (exit, output, error) = await RunAsync(database, args);
        Assert.True(exit == 0, error);
        return JsonSerializer.Deserialize<JsonElement>(output);
    }

    private async Task<(int Exit, string Output, string Error)> RunAsync(InstallationDatabase database, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await CommandLine.RunAsync([.. args, "--data", _data, "--connection", database.Test.ConnectionString], output, error, TimeProvider.System);
        return (exit, output.ToString(), error.ToString());
    }
}
