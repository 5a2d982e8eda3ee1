using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.IntegrationTests.Access;

namespace OnlineSafety.Monitoring.IntegrationTests.App;

/// <summary>From an unknown product to its first right alert, by commands and the running service.</summary>
public sealed class SourceMapTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    private const string Mapping = """
        {"product":"unknown","mappings":[{"id":"own.json","version":1,"status":"documented","source":"test","shape":{"type":"json"},
         "fields":{"user":"who","searchQuery":"what","action":{"from":"act","map":{"deny":"blocked"},"default":"unknown"},"kind":{"default":"search"}}}]}
        """;

    private readonly string _data = Directory.CreateTempSubdirectory("onlinesafety-map-").FullName;

    [Fact]
    public async Task AnUnknownProductIsCapturedMappedAndAlertedOf()
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
        var source = await JsonAsync(database, "source", "add", "--school", "Example Academy", "--product", "unknown", "--via", "webhook", "--json");
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", source.GetProperty("key").GetString());
        using var sent = new StringContent("""{"who":"ada","what":"where can i buy cocaine","act":"deny","pc":"pc-1"}""", Encoding.UTF8, "application/json");
        var url = $"{service.Addresses.Http}/v1/ingest/{source.GetProperty("source").GetGuid()}";
        Assert.True((await client.PostAsync(url, sent)).IsSuccessStatusCode);
        await UntilAsync(database, "SELECT sum(captured)::bigint FROM onlinesafety.counter_block");

        var file = Path.Combine(_data, "mapping.json");
        await File.WriteAllTextAsync(file, Mapping);
        var id = source.GetProperty("source").GetGuid().ToString();
        var preview = await JsonAsync(database, "source", "map", id, file, "--preview", "--json");
        Assert.Equal(1, preview.GetProperty("result").GetProperty("alerts").GetProperty("raised").GetInt32());
        Assert.Equal(0L, await database.Test.RunAsync("SELECT count(*) FROM onlinesafety.alert"));

        var applied = await JsonAsync(database, "source", "map", id, file, "--yes", "--json");

        Assert.Equal(("replay", "done", 1), (applied.GetProperty("kind").GetString(), applied.GetProperty("state").GetString(), applied.GetProperty("version").GetInt32()));
        Assert.Equal("user:ada", await database.OpenedAsync(_data, "SELECT subject_key FROM onlinesafety.alert WHERE late"));
        Assert.Equal(1, (await JsonAsync(database, "source", "mappings", id, "--json")).GetProperty("inUse").GetInt32());
        Assert.Equal(2, (await JsonAsync(database, "source", "job", "list", "--school", "Example Academy", "--json")).GetArrayLength());
    }

    [Fact]
    public async Task AMappingWithErrorsIsRefusedWithAllOfThemAndNothingIsStored()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await database.AddSchoolAsync();
        var source = await JsonAsync(database, "source", "add", "--school", "Example Academy", "--product", "unknown", "--via", "webhook", "--json");
        var file = Path.Combine(_data, "wrong.json");
        await File.WriteAllTextAsync(file, """{"product":"other","mappings":[{"id":"x","version":0,"status":"sure","source":"s","shape":{"type":"json"},"fields":{}}]}""");

        var (exit, _, error) = await RunAsync(database, "source", "map", source.GetProperty("source").GetGuid().ToString(), file, "--yes");

        Assert.Equal(1, exit);
        Assert.Contains("/mappings/0/version", error, StringComparison.Ordinal);
        Assert.Contains("/mappings/0/status", error, StringComparison.Ordinal);
        Assert.Equal(0L, await database.Test.RunAsync("SELECT count(*) FROM onlinesafety.source_mapping"));
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private static async Task UntilAsync(InstallationDatabase database, string sql)
    {
        for (var i = 0; i < 400 && await database.Test.RunAsync(sql) is not (long and > 0); i++)
        {
            await Task.Delay(50);
        }
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
