using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Intake;
using OnlineSafety.Monitoring.Intake.Files;
using OnlineSafety.Monitoring.Intake.Http;
using OnlineSafety.Monitoring.Intake.Syslog;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.IntegrationTests.Intake;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Hostile;

/// <summary>The real doors in front of the real log, and a worker that processes when told to.</summary>
internal sealed class StoredDoors : IAsyncDisposable
{
    private readonly TestInstallation _installation;
    private readonly PostgresIntakeLog _log;
    private readonly TestCertificate _certificate = new();
    private WebApplication _app = null!;
    private HttpClient _http = null!;

    private StoredDoors(TestInstallation installation)
    {
        _installation = installation;
        // One writer: what comes from several schools at once shares its commits.
        _log = new PostgresIntakeLog(
            installation[DatabaseRole.Ingest], installation.Master, new IntakeSignal(), Options.Create(new IntakeLogOptions { Writers = 1 }), TimeProvider.System, NullLogger<PostgresIntakeLog>.Instance);
    }

    public IPEndPoint Syslog => EndpointOf(SyslogService.CommonListener);

    public IPEndPoint SyslogTls => EndpointOf(SyslogService.CommonTlsListener);

    public RegisteredSources Sources { get; } = new();

    public ReportedTroubles Troubles { get; } = new();

    public FileImport Files => _app.Services.GetRequiredService<FileImport>();

    /// <param name="server">The database server.</param>
    /// <param name="register">Registers the sources.</param>
    public static async Task<StoredDoors> OpenAsync(PostgresServer server, Action<RegisteredSources> register)
    {
        var doors = new StoredDoors(await TestInstallation.CreateAsync(server));
        await doors._log.StartAsync(CancellationToken.None);
        register(doors.Sources);
        doors.Sources.Publish();
        await doors.AddSourcesAsync();

        var builder = WebApplication.CreateSlimBuilder();
        doors._certificate.Write("server");
        builder.Configuration.AddInMemoryCollection([
            new("Intake:Syslog:Listen", "127.0.0.1:0"), new("Intake:Syslog:Tls:Listen", "127.0.0.1:0"),
            new("Intake:Syslog:Tls:CertificateFile", doors._certificate.File), new("Intake:Syslog:Tls:KeyFile", doors._certificate.KeyFile)]);
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(new HttpLimits().Apply);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton<IIntakeLog>(doors._log).AddSingleton<ISourceDirectory>(doors.Sources).AddSingleton<IDoorTroubles>(doors.Troubles).AddSingleton(new ClientAddress([])).AddIntake(builder.Configuration);
        doors._app = builder.Build();
        doors._app.MapIngest();
        await doors._app.StartAsync();
        doors._http = new HttpClient { BaseAddress = new Uri(doors._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) };
        return doors;
    }

    public async Task PostAsync(SourceRegistration source, byte[] body, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/ingest/{source.Key.Source:N}");
        request.Content = new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", RegisteredSources.KeyOf(source));
        using var answer = await _http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    /// <summary>The records of a source in their order, as soon as there are so many.</summary>
    public async Task<List<RawRecord>> StoredAsync(SourceRegistration source, int count)
    {
        var end = Environment.TickCount64 + 60_000;
        List<RawRecord> stored;
        while ((stored = await ReadBackAsync(source.Key)).Count < count && Environment.TickCount64 < end)
        {
            await Task.Delay(50);
        }

        return stored;
    }

    /// <summary>Processes everything that is stored.</summary>
    public async Task ProcessAsync()
    {
        var database = _installation[DatabaseRole.Process];
        var worker = new StreamWorker(
            Guid.NewGuid(), database, _installation.Master, new StreamContexts(database, new PeopleDirectory(database, _installation.Seals, TimeProvider.System), new SchoolRuleDirectory(database, TimeProvider.System), _installation.Seals, Repository.Rules, TimeProvider.System, NullLogger<StreamContexts>.Instance),
            Repository.Rules, new NotificationSignals(), Options.Create(new ProcessingOptions()), TimeProvider.System, NullLogger<StreamWorker>.Instance);
        for (var passes = 0; passes < 1000 && await worker.PassAsync(DateOnly.MinValue, CancellationToken.None); passes++)
        {
        }
    }

    /// <summary>What was recorded, opened where it is sealed.</summary>
    public Task<List<object[]>> RowsAsync(string sql) =>
        OpenedCopy.QueryAsync(_installation.Store.ConnectionString, async school => await _installation.Seals.OfAsync(school, CancellationToken.None), sql);

    public Task ChangeAsync(string sql) => _installation.Store.RunAsync(sql);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
        await _log.DisposeAsync();
        await _installation.DisposeAsync();
        _certificate.Dispose();
    }

    private IPEndPoint EndpointOf(string listener) => _app.Services.GetRequiredService<SyslogService>().Listeners.Single(open => open.Name == listener).Endpoint;

    private async Task AddSourcesAsync()
    {
        // The registered ones get rows: the log refuses what belongs to nobody.
        foreach (var source in Sources.Sources.ToList())
        {
            await using var session = await _installation[DatabaseRole.Setup].OpenAsync(source.Key.School, Actor.Service("test"), CancellationToken.None);
            session.Context.Schools.Add(new School { SchoolId = source.Key.School, Name = source.Name });
            session.Context.Sources.Add(new Source
            {
                SchoolId = source.Key.School, SourceId = source.Key.Source, Name = source.Name, Product = source.Product, Door = (short)source.Door,
            });
            await session.Context.SaveChangesAsync();
            await session.CommitAsync(CancellationToken.None);
        }
    }

    private async Task<List<RawRecord>> ReadBackAsync(SourceKey target)
    {
        var records = new List<RawRecord>();
        var reader = new SegmentReader(_installation[DatabaseRole.Process], new DataKeyRing(_installation[DatabaseRole.Process], _installation.Master));
        foreach (var row in await RowsAsync($"SELECT stream_id, day FROM onlinesafety.intake_stream WHERE source_id = '{target.Source}' ORDER BY opened_at, stream_id"))
        {
            foreach (var stored in await reader.ReadAsync(target.School, (Guid)row[0], row[1] is DateTime day ? DateOnly.FromDateTime(day) : (DateOnly)row[1], 1, 10_000, long.MaxValue, CancellationToken.None))
            {
                var opened = await reader.OpenAsync(stored, CancellationToken.None);
                Assert.Equal("", opened.Damage);
                records.AddRange(opened.Records);
            }
        }

        return records;
    }
}
