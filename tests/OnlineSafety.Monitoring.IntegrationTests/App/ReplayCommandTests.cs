using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.IntegrationTests.Access;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.App;

/// <summary>What the replay command says of rules that would miss a true concern, with the running service.</summary>
public sealed class ReplayCommandTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("onlinesafety-replay-").FullName;

    [Fact]
    public async Task RulesThatMissATrueConcernAreNotFitUnlessThatIsAccepted()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await using var service = await RunningService.StartAsync(
            new ServiceOptions
            {
                Settings = InstallationSettings.Read(_data, database.Test.ConnectionString, masterKeyFile: null),
                Http = new IPEndPoint(IPAddress.Loopback, 0),
                Syslog = new IPEndPoint(IPAddress.Loopback, 0),
            },
            SchemaFiles.BesideTheExecutable,
            TimeProvider.System,
            default);
        await database.AddSchoolAsync();
        await AlertAsync(database, service.Addresses.Http);
        await database.Test.RunAsync("UPDATE onlinesafety.alert SET state = 'resolved', outcome = 'concern', resolved_at = now(), resolved_by = 'x', note = 'x', acted_at = now()");
        var silent = await SilentAsync();
        string[] span = ["replay", "--from", "2020-01-01", "--to", "2099-01-01", "--reason", "test"];

        var (exit, output, error) = await RunAsync(database, [.. span, "--rules", silent]);
        Assert.True(exit == 3, error);
        Assert.Contains("not fit", output, StringComparison.Ordinal);
        Assert.Contains("1 would have been missed: #1", output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(database, [.. span, "--rules", silent, "--accept-missed"])).Exit);

        (exit, output, error) = await RunAsync(database, [.. span, "--taxonomy", "kcsie-2026", "--json"]);
        Assert.True(exit == 0, error);
        var report = JsonSerializer.Deserialize<JsonElement>(output).GetProperty("schools")[0].GetProperty("report");
        Assert.Equal((1, 1), (report.GetProperty("alerts").GetProperty("before").GetInt32(), report.GetProperty("alerts").GetProperty("after").GetInt32()));
    }

    [Fact]
    public async Task WrongRulesAreSaidBeforeAnythingIsAsked()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await database.AddSchoolAsync();
        var file = Path.Combine(_data, "own.json");
        await File.WriteAllTextAsync(file, """{"pack":"own","version":"1","language":"en","colour":1}""");
        var (exit, _, error) = await RunAsync(database, "replay", "--from", "2026-01-01", "--to", "2026-02-01", "--reason", "test", "--rules", file);
        Assert.Equal(1, exit);
        Assert.Contains("own.json", error, StringComparison.Ordinal);
        Assert.Equal(0L, await database.Test.RunAsync("SELECT count(*) FROM onlinesafety.source_job"));
        Assert.Equal(2, (await RunAsync(database, "replay", "--from", "2026-02-01", "--to", "2026-01-01", "--reason", "test", "--rules", file)).Exit);
        Assert.Equal(2, (await RunAsync(database, "replay", "--from", "2026-01-01", "--to", "2026-02-01", "--reason", "test")).Exit);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    // Of the kind that no mapping reads: its grave words alert at once.
    private async Task AlertAsync(InstallationDatabase database, string http)
    {
        var (exit, output, error) = await RunAsync(database, "source", "add", "--school", "Example Academy", "--product", "unknown", "--via", "webhook", "--json");
        Assert.True(exit == 0, error);
        var source = JsonSerializer.Deserialize<JsonElement>(output);
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", source.GetProperty("key").GetString());
        using var sent = new StringContent("""{"who":"ada","what":"painless ways to kill myself"}""", Encoding.UTF8, "application/json");
        Assert.True((await client.PostAsync($"{http}/v1/ingest/{source.GetProperty("source").GetGuid()}", sent)).IsSuccessStatusCode);
        for (var i = 0; i < 400 && await database.Test.RunAsync("SELECT count(*) FROM onlinesafety.alert") is not 1L; i++)
        {
            await Task.Delay(50);
        }
    }

    private async Task<string> SilentAsync()
    {
        var schemas = Path.Combine(_data, "silent");
        foreach (var file in Directory.GetFiles(Repository.Path("schemas", "rulepacks"), "*.json", SearchOption.AllDirectories))
        {
            var pack = JsonNode.Parse(await File.ReadAllTextAsync(file))!.AsObject();
            pack["rules"] = new JsonArray();
            var copy = Path.Combine(schemas, Path.GetRelativePath(Repository.Path("schemas"), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            await File.WriteAllTextAsync(copy, pack.ToJsonString());
        }

        return schemas;
    }

    private async Task<(int Exit, string Output, string Error)> RunAsync(InstallationDatabase database, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await CommandLine.RunAsync([.. args, "--data", _data, "--connection", database.Test.ConnectionString], output, error, TimeProvider.System);
        return (exit, output.ToString(), error.ToString());
    }
}
