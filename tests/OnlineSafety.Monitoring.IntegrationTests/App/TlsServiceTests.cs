using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.IntegrationTests.Access;
using OnlineSafety.Monitoring.IntegrationTests.Intake;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.App;

/// <summary>Syslog over TLS as a contractor sets it up: settings file, commands, a sender.</summary>
public sealed class TlsServiceTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("onlinesafety-tls-").FullName;
    private readonly TestCertificate _certificate = new();

    public void Dispose()
    {
        Directory.Delete(_data, recursive: true);
        _certificate.Dispose();
    }

    [Fact]
    public async Task ASourceIsBoundByCommandAndOnlyItsCertificateIsHeard()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await database.AddSchoolAsync();
        await using var service = await StartAsync(database);
        using var client = TestCertificate.Make("relay");
        var file = Path.Combine(_data, "client.pem");
        await File.WriteAllTextAsync(file, client.ExportCertificatePem());

        var added = await RunAsync(database, "source", "add", "--school", "Example Academy", "--product", "protex", "--via", "syslog", "--tls");
        Assert.Contains($"port {service.Addresses.SyslogTls!.Split(':')[1]}", added, StringComparison.Ordinal);
        Assert.Contains("streamDriver=\"ossl\"", added, StringComparison.Ordinal);
        Assert.Contains("set_accesslog", added, StringComparison.Ordinal);
        var source = (await ListedAsync(database)).GetProperty("source").GetString()!;
        await RunAsync(database, "source", "certificate", "bind", source, "--file", file);
        Assert.Contains(CertificateThumbprint.Text(CertificateThumbprint.Of(client)), await RunAsync(database, "source", "certificate", "show", source), StringComparison.Ordinal);

        var endpoint = IPEndPoint.Parse(service.Addresses.SyslogTls!);
        await using var bound = await TlsSender.ConnectAsync(endpoint, client: client);
        await bound.SendAsync("<14>Mar  2 09:14:07 filter1 e2guardian: hello\n");
        await Doors.UntilAsync(
            () => database.Test.RunAsync($"SELECT count(*) FROM onlinesafety.intake_stream WHERE source_id = '{source}'").GetAwaiter().GetResult(), streams => streams is 1L);
        await using var stranger = await TlsSender.ConnectAsync(endpoint);
        Assert.True(await stranger.IsEndedAsync(TimeSpan.FromSeconds(20)));

        await Doors.UntilAsync(
            () => ListedAsync(database).GetAwaiter().GetResult().GetProperty("troubles").EnumerateArray().Select(t => t.GetProperty("kind").GetString()).SingleOrDefault(),
            kind => kind == "proof_missing");
        Assert.Contains("proof missing 1", await RunAsync(database, "source", "list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACertificateThatEndsSoonMakesReadinessDegradedAndANewOneMendsIt()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await using var service = await StartAsync(database, DateTimeOffset.UtcNow.AddDays(13));
        using var client = new HttpClient { BaseAddress = new Uri(service.Addresses.Http) };

        Assert.Equal("degraded", await CertificateAsync(client));

        _certificate.Write("renewed");
        await Doors.UntilAsync(() => CertificateAsync(client).GetAwaiter().GetResult(), word => word == "ok");
    }

    private static async Task<string?> CertificateAsync(HttpClient client) =>
        (await client.GetFromJsonAsync<JsonElement>("/health/ready")).GetProperty("checks").GetProperty("certificate").GetString();

    private async Task<JsonElement> ListedAsync(InstallationDatabase database) =>
        JsonSerializer.Deserialize<JsonElement>(await RunAsync(database, "source", "list", "--json")).EnumerateArray().Single(source => !source.GetProperty("unassigned").GetBoolean());

    private Task<RunningService> StartAsync(InstallationDatabase database, DateTimeOffset? ends = null)
    {
        _certificate.Write("service", to: ends);
        File.WriteAllText(
            Path.Combine(_data, "appsettings.json"),
            JsonSerializer.Serialize(new
            {
                Intake = new { Syslog = new { Tls = new { Listen = "127.0.0.1:0", CertificateFile = _certificate.File, _certificate.KeyFile } } },
            }));
        MasterKey.ReadOrCreate(Path.Combine(_data, MasterKey.FileName));
        return RunningService.StartAsync(
            new ServiceOptions
            {
                Settings = InstallationSettings.Read(_data, database.Test.ConnectionString, masterKeyFile: null),
                Http = new IPEndPoint(IPAddress.Loopback, 0),
                Syslog = new IPEndPoint(IPAddress.Loopback, 0),
                Roles = ServiceRoles.Ingest,
            },
            SchemaFiles.BesideTheExecutable,
            TimeProvider.System,
            default);
    }

    private async Task<string> RunAsync(InstallationDatabase database, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await CommandLine.RunAsync([.. arguments, "--data", _data, "--connection", database.Test.ConnectionString], output, error, TimeProvider.System);
        Assert.True(exit == 0, error.ToString());
        return output.ToString();
    }
}
