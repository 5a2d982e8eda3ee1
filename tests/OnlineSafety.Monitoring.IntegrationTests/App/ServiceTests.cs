using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.IntegrationTests.Access;
using OnlineSafety.Monitoring.IntegrationTests.Intake;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.App;

/// <summary>The service put together as it ships.</summary>
public sealed class ServiceTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("onlinesafety-service-").FullName;

    [Fact]
    public async Task TheDemonstrationRaisesAlertsForEveryProductAndCanBeRepeated()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        foreach (var run in new[] { 1, 2 })
        {
            using var output = new StringWriter();
            using var error = new StringWriter();
            var exit = await CommandLine.RunAsync(["demo", "--exit", "--data", _data, "--connection", database.Test.ConnectionString], output, error, TimeProvider.System);

            Assert.True(exit == 0, $"run {run}: {error}{output}");
            var vendors = (string)(await database.Test.RunAsync("SELECT string_agg(DISTINCT v, ',') FROM onlinesafety.alert, unnest(vendors) v"))!;
            Assert.Superset(
                new HashSet<string>(["lightspeed", "netsweeper", "protex", "senso", "smoothwall"], StringComparer.Ordinal),
                vendors.Split(',').ToHashSet(StringComparer.Ordinal));
        }

        Assert.NotEmpty(Directory.GetFiles(Path.Combine(_data, "outbox"), "*.eml"));
        Assert.Equal(1L, await database.Test.RunAsync("SELECT count(*) FROM onlinesafety.school WHERE kind = 'school'"));
    }

    [Fact]
    public async Task AProcessThatOnlyIngestsHasNoStaffRoutesAndNoWayToReadAnEvent()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await using var service = await StartAsync(database, ServiceRoles.Ingest);
        using var client = new HttpClient { BaseAddress = new Uri(service.Addresses.Http) };

        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/v1/alerts")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.PostAsync($"/v1/ingest/{Guid.NewGuid()}", new StringContent("{}"))).StatusCode);
        Assert.Throws<InvalidOperationException>(() => service.Database[DatabaseRole.Process]);
        Assert.Throws<InvalidOperationException>(() => service.Database[DatabaseRole.Console]);
        Assert.Equal(["database", "listeners", "certificate", "limits"], await ChecksAsync(client));
    }

    [Fact]
    public async Task AProcessThatIsTheConsoleAloneOpensNoDoor()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await using var service = await StartAsync(database, ServiceRoles.Console);
        using var client = new HttpClient { BaseAddress = new Uri(service.Addresses.Http) };

        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync($"/v1/ingest/{Guid.NewGuid()}", new StringContent("{}"))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/v1/alerts")).StatusCode);
        Assert.Equal(["database"], await ChecksAsync(client));
    }

    [Fact]
    public async Task WithoutItsDatabaseTheServiceIsLiveAndNotReady()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await using var service = await StartAsync(database, ServiceRoles.Console);
        using var client = new HttpClient { BaseAddress = new Uri(service.Addresses.Http) };
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/ready")).StatusCode);

        await using (var server = Npgsql.NpgsqlDataSource.Create(postgres.Server.ConnectionString("postgres")))
        {
            await server.CreateCommand($"ALTER DATABASE {database.Test.Name} WITH ALLOW_CONNECTIONS false").ExecuteNonQueryAsync();
            await server.CreateCommand($"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{database.Test.Name}'").ExecuteNonQueryAsync();
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live")).StatusCode);
    }

    [Fact]
    public async Task ADoorThatCannotOpenMakesReadinessDegradedUntilItOpens()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        using var taken = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        var wanted = new NewSource { Product = "protex", Door = SourceDoor.Syslog, Port = ((IPEndPoint)taken.LocalEndPoint!).Port };
        var school = await database.AddSchoolAsync();
        var source = await database.Sources.AddAsync(school, wanted, InstallationDatabase.Tester, default);
        await using var service = await StartAsync(database, ServiceRoles.Ingest);
        using var client = new HttpClient { BaseAddress = new Uri(service.Addresses.Http) };

        var ready = await client.GetFromJsonAsync<JsonElement>("/health/ready");
        Assert.Equal(("degraded", "degraded"), (ready.GetProperty("status").GetString(), ready.GetProperty("checks").GetProperty("listeners").GetString()));

        // The framework logs each check that is not healthy with the reason that it gives.
        var report = await service.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal($"shut: syslog-{wanted.Port}", report.Entries["listeners"].Description);
        Assert.All(report.Entries.Values.Where(check => check.Status != HealthStatus.Healthy), check => Assert.False(string.IsNullOrEmpty(check.Description)));

        await database.Sources.DisableAsync(source.Source.SourceId, InstallationDatabase.Tester, default);
        await Doors.UntilAsync(
            () => client.GetFromJsonAsync<JsonElement>("/health/ready").GetAwaiter().GetResult().GetProperty("status").GetString(), status => status == "ok");
    }

    [Fact]
    public async Task AnswersSayNothingOfWhatServesThem()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await using var service = await StartAsync(database, ServiceRoles.Console);
        using var client = new HttpClient { BaseAddress = new Uri(service.Addresses.Http) };

        var answer = await client.GetAsync("/no/such/thing");

        Assert.Empty(answer.Headers.Server);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task EverySettingThatIsWrongIsSaidAtOnceAndNothingStarts()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await File.WriteAllTextAsync(
            Path.Combine(_data, "appsettings.json"), """{"Mail":{"From":"nobody","Concurrency":0},"Intake":{"Http":{"MaxBodyBytes":1}},"Http":{"MaxConnectionsPerPeer":0,"Proxies":["10.0.0.1","the proxy"]}}""");
        using var output = new StringWriter();
        using var error = new StringWriter();

        var exit = await CommandLine.RunAsync(
            ["serve", "--data", _data, "--http", "127.0.0.1:0", "--syslog", "127.0.0.1:0", "--connection", database.Test.ConnectionString], output, error, TimeProvider.System);

        Assert.Equal(1, exit);
        Assert.Contains("Mail:From", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("Mail:Concurrency", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("MaxBodyBytes", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("MaxConnectionsPerPeer", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("Http:Proxies holds \"the proxy\", which is neither", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(output.ToString());
    }

    [Fact]
    public async Task ASettingThatThereIsNotIsNamedAndNothingStarts()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_data, "appsettings.json"),
            """{"Intakes":{},"Intake":{"Syslog":{"MaxConections":5,"Tls":{"Certificate":"/srv/tls.pem"}},"Http":{"KeptHeaders":["User-Agent"]}},"Mail":{"Relay":"smtp.example"},"SignIn":{"Proxies":["10.0.0.1"]}}""");
        using var output = new StringWriter();
        using var error = new StringWriter();

        var exit = await CommandLine.RunAsync(
            ["serve", "--data", _data, "--http", "127.0.0.1:0", "--syslog", "127.0.0.1:0", "--connection", "Host=127.0.0.1;Port=1;Username=x"], output, error, TimeProvider.System);

        Assert.Equal(1, exit);
        Assert.Equal(
            ["Intakes", "Mail:Relay", "SignIn:Proxies", "Intake:Syslog:MaxConections", "Intake:Syslog:Tls:Certificate"],
            error.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]).OrderBy(name => name.Length));
        Assert.Contains("CertificateFile", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("SignIn:Proxies is Http:Proxies now", error.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private Task<RunningService> StartAsync(InstallationDatabase database, ServiceRoles roles)
    {
        // A process of some roles makes none of its own.
        MasterKey.ReadOrCreate(Path.Combine(_data, MasterKey.FileName));
        return RunningService.StartAsync(
            new ServiceOptions
            {
                Settings = InstallationSettings.Read(_data, database.Test.ConnectionString, masterKeyFile: null),
                Http = new IPEndPoint(IPAddress.Loopback, 0),
                Syslog = new IPEndPoint(IPAddress.Loopback, 0),
                Roles = roles,
            },
            SchemaFiles.BesideTheExecutable,
            TimeProvider.System,
            default);
    }

    private static async Task<IEnumerable<string>> ChecksAsync(HttpClient client)
    {
        var answer = await client.GetFromJsonAsync<JsonElement>("/health/ready");
        Assert.Equal("ok", answer.GetProperty("status").GetString());
        return answer.GetProperty("checks").EnumerateObject().Select(c => c.Name);
    }
}
