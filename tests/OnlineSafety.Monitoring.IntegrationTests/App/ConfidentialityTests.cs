using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.App.Demo;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.IntegrationTests.Access;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.App;

/// <summary>
/// What a child wrote, searched or is called is shown to staff who ask for it, and appears nowhere else: a marker goes in with every sample of every
/// product, and everything that comes out is searched for it, also when things fail.
/// </summary>
[Collection(nameof(ConfidentialityTests))]
public sealed class ConfidentialityTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    private const string Marker = MarkedSamples.Marker;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _data = Directory.CreateTempSubdirectory("onlinesafety-confidential-").FullName;
    private readonly string _schemas = Directory.CreateTempSubdirectory("onlinesafety-schemas-").FullName;
    private readonly List<string> _answers = [];
    private readonly HttpClient _http = new();

    [Fact]
    public async Task NothingOfAChildIsInLogsSpansMetricsMailsNamesOrAnswers()
    {
        MarkedSamples.Write(SchemaFiles.BesideTheExecutable.Root, _schemas);
        await File.WriteAllTextAsync(Path.Combine(_data, "appsettings.json"), """{"Logging":{"LogLevel":{"OnlineSafety":"Trace"}}}""");
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        using var heard = new Overheard();
        await using (var service = await StartAsync(database))
        {
            var (school, sources, staffKey) = await SetUpAsync(service, database);
            await PlayAsync(service, school, sources);
            await KnockAsync(service, school, sources, staffKey);
            await FailAsync(service, database, school, sources, staffKey, heard);
            Assert.Equal(0, await CommandLine.RunAsync(
                ["digest", "send", "--school", DemoSchool.Name, "--data", _data, "--connection", database.Test.ConnectionString],
                TextWriter.Null, TextWriter.Null, TimeProvider.System));
            Assert.True(await new DemoProgress(service.Database, TimeProvider.System).WaitAsync(school, 0, Patience, default));
            heard.Collect();
            await AssertTheMarkerWentInAsync(database);
        }

        Clean("log", heard.Log);
        Assert.Contains("A request to /v1/alerts", heard.Log, StringComparison.Ordinal);
        Assert.NotEmpty(heard.Spans);
        Assert.All(heard.Spans, s => Clean("span", s));
        Assert.NotEmpty(heard.Measurements);
        Assert.All(heard.Measurements, m => Clean("measurement", m));
        Assert.All(_answers, a => Clean("answer", a));
        AssertFilesAreClean();
        await AssertThinTablesAreCleanAsync(database);
    }

    public void Dispose()
    {
        _http.Dispose();
        Directory.Delete(_data, recursive: true);
        Directory.Delete(_schemas, recursive: true);
    }

    private Task<RunningService> StartAsync(InstallationDatabase database) => RunningService.StartAsync(
        new ServiceOptions
        {
            Settings = InstallationSettings.Read(_data, database.Test.ConnectionString, masterKeyFile: null),
            Http = new IPEndPoint(IPAddress.Loopback, 0),
            Syslog = new IPEndPoint(IPAddress.Loopback, 0),
            Roles = ServiceRoles.All,
        },
        new SchemaFiles(_schemas),
        TimeProvider.System,
        default);

    private async Task<(Guid School, IReadOnlyList<DemoSource> Sources, string StaffKey)> SetUpAsync(RunningService service, InstallationDatabase database)
    {
        var seals = database.Seals = service.Services.GetRequiredService<SchoolSeals>();
        var demo = new DemoSchool(service.Database, seals, TimeProvider.System);
        var school = await demo.EnsureAsync(InstallationDatabase.Tester, default);
        var sources = await demo.SourcesAsync(school, Samples.Read(new SchemaFiles(_schemas)), InstallationDatabase.Tester, default);
        using var people = new MemoryStream(Encoding.UTF8.GetBytes($"account,aliases,role,year,class\n{Marker}jsmith,{Marker}j.smith,pupil,9,{Marker}\n"));
        var file = PeopleFile.Read(people, new DateOnly(2026, 3, 2));
        await new PeopleImport(service.Database[DatabaseRole.Setup], seals, TimeProvider.System).RunAsync(school, file, skipBad: false, InstallationDatabase.Tester, _ => { }, default);
        var staff = await database.AddStaffAsync(school, "reader", "dsl", "digest");
        return (school, sources, staff.Key);
    }

    private static async Task PlayAsync(RunningService service, Guid school, IReadOnlyList<DemoSource> sources)
    {
        using var player = new DemoPlayer(service.Addresses, IPAddress.Loopback, TimeProvider.System);
        var sent = 0L;
        foreach (var source in sources)
        {
            sent += await player.PlayAsync(source, default);
        }

        Assert.True(await new DemoProgress(service.Database, TimeProvider.System).WaitAsync(school, sent, Patience, default));
    }

    /// <summary>Requests and lines that are refused, with the marker wherever a sender can put a word.</summary>
    private async Task KnockAsync(RunningService service, Guid school, IReadOnlyList<DemoSource> sources, string staffKey)
    {
        var source = sources.First(s => s.Port is null);
        var ingest = $"{service.Addresses.Http}/v1/ingest/{source.Id}";
        await AskAsync(HttpMethod.Get, $"{service.Addresses.Http}/{Marker}path?{Marker}query={Marker}", key: null);
        await AskAsync(HttpMethod.Get, $"{service.Addresses.Http}/v1/alerts/{Marker}?state={Marker}", $"osu_{Marker}");
        await AskAsync(HttpMethod.Get, $"{service.Addresses.Http}/v1/alerts/{Marker}", staffKey);
        await AskAsync(HttpMethod.Get, $"{service.Addresses.Http}/v1/alerts?state={Marker}", staffKey);
        await AskAsync(HttpMethod.Post, $"{service.Addresses.Http}/v1/alerts/1/resolve", staffKey, $"{{\"outcome\":\"{Marker}\",\"note\":\"{Marker}\"}}");
        await AskAsync(HttpMethod.Post, $"{service.Addresses.Http}/v1/alerts/1/resolve", staffKey, $"{{\"outcome\":{Marker}");
        await AskAsync(HttpMethod.Post, $"{service.Addresses.Http}/v1/ingest/{Marker}", source.Key, Marker);
        await AskAsync(HttpMethod.Post, ingest, $"osk_{Marker}", Marker);
        await AskAsync(HttpMethod.Post, ingest, source.Key, Marker, encoding: "gzip");
        await AskAsync(HttpMethod.Post, ingest, source.Key, Marker, encoding: Marker);
        await AskAsync(HttpMethod.Post, ingest + $"?{Marker}", source.Key, $"{{\"{Marker}\":\"{Marker}\"}}");
        await BlockAsync(service, school);
        using var line = new TcpClient();
        await line.ConnectAsync(IPAddress.Loopback, IPEndPoint.Parse(service.Addresses.Syslog).Port);
        await line.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"9999999999 <14>1 - {Marker} {Marker} - - - {Marker}\n"));
    }

    /// <summary>The browser of a blocked pupil, whose address names them.</summary>
    private async Task BlockAsync(RunningService service, Guid school)
    {
        var wanted = new NewSource { Product = "netsweeper", Door = SourceDoor.Webhook, DenyPage = true, Name = "Deny page" };
        var page = await new SourceRegister(service.Database[DatabaseRole.Setup], TimeProvider.System).AddAsync(school, wanted, InstallationDatabase.Tester, default);
        var address = $"{service.Addresses.Http}/v1/ingest/{page.Source.SourceId}";
        var query = $"?dpid=1&username={Marker}&url=https%3a%2f%2fwww.google.com%2fsearch%3fq%3d{Marker}+kill+myself";
        Assert.Equal(HttpStatusCode.OK, await AskAsync(HttpMethod.Get, $"{address}/{page.Key}{query}", key: null));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(HttpMethod.Get, $"{address}/osk_{Marker}{query}", key: null));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await AskAsync(HttpMethod.Get, address + query, key: null));
    }

    /// <summary>The database refuses a row and quotes it, while the workers record and while a member of staff reads.</summary>
    private async Task FailAsync(
        RunningService service, InstallationDatabase database, Guid school, IReadOnlyList<DemoSource> sources, string staffKey, Overheard heard)
    {
        await database.Test.RunAsync($"""
            CREATE FUNCTION onlinesafety.quoting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'bad row {Marker}: %', NEW; END $$;
            CREATE TRIGGER quoting BEFORE INSERT ON onlinesafety.event FOR EACH ROW EXECUTE FUNCTION onlinesafety.quoting();
            CREATE TRIGGER quoting BEFORE INSERT ON onlinesafety.access_record FOR EACH ROW EXECUTE FUNCTION onlinesafety.quoting();
            CREATE TRIGGER quoting BEFORE INSERT ON onlinesafety.intake_segment FOR EACH ROW EXECUTE FUNCTION onlinesafety.quoting();
            """);
        var source = sources.First(s => s.Port is null && s.Samples.Product == "senso");
        var body = $$"""{"dateTime":"2026-03-02T11:02:13Z","username":"{{Marker}}pupil","phrase":"kill myself","ruleSet":"{{Marker}} set","severity":"CRITICAL","capturedText":"{{Marker}} kill myself"}""";
        var ingest = $"{service.Addresses.Http}/v1/ingest/{source.Id}";
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await AskAsync(HttpMethod.Post, ingest, source.Key, body));
        Assert.Equal(HttpStatusCode.InternalServerError, await AskAsync(HttpMethod.Get, $"{service.Addresses.Http}/v1/alerts", staffKey));
        using (var line = new TcpClient())
        {
            await line.ConnectAsync(IPAddress.Loopback, IPEndPoint.Parse(service.Addresses.Syslog).Port);
            await line.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"<14>1 - {Marker} {Marker} - - - {Marker} kill myself\n"));
            await HeardAsync(heard, "could not append");
        }

        await database.Test.RunAsync("DROP TRIGGER quoting ON onlinesafety.intake_segment");
        Assert.Equal(HttpStatusCode.Accepted, await AskAsync(HttpMethod.Post, ingest, source.Key, body));
        await HeardAsync(heard, "could not be processed");
        await database.Test.RunAsync("DROP FUNCTION onlinesafety.quoting() CASCADE");
        Assert.True(await new DemoProgress(service.Database, TimeProvider.System).WaitAsync(school, 0, Patience, default));
    }

    private static async Task HeardAsync(Overheard heard, string words)
    {
        for (var i = 0; i < 300 && !heard.Log.Contains(words, StringComparison.Ordinal); i++)
        {
            await Task.Delay(100);
        }

        Assert.Contains(words, heard.Log, StringComparison.Ordinal);
    }

    /// <summary>Keeps the whole answer to be searched.</summary>
    private async Task<HttpStatusCode> AskAsync(HttpMethod method, string address, string? key, string? body = null, string? encoding = null)
    {
        using var request = new HttpRequestMessage(method, address);
        request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        request.Headers.Add("webhook-id", Marker + Guid.NewGuid());
        request.Headers.Add("User-Agent", Marker);
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        request.Headers.Add("tracestate", $"{Marker}={Marker}");
        request.Headers.Add("baggage", $"{Marker}={Marker}");
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            request.Content.Headers.Add("Content-Encoding", encoding is null ? [] : [encoding]);
        }

        using var answer = await _http.SendAsync(request);
        _answers.Add($"{answer.StatusCode} {answer.Headers} {answer.Content.Headers} {await answer.Content.ReadAsStringAsync()}");
        return answer.StatusCode;
    }

    /// <summary>Or the absence of the marker elsewhere would say nothing.</summary>
    private async Task AssertTheMarkerWentInAsync(InstallationDatabase database)
    {
        foreach (var field in new[] { "User", "Host", "Url", "Search", "Text" })
        {
            var seen = await database.OpenedAsync(_data,
                $"SELECT count(*) FROM onlinesafety.event WHERE convert_from(detail, 'UTF8') ~* '\"[a-z]*{field}[a-z]*\":\"[^\"]*{Marker}'");
            Assert.True((long)seen! > 0, $"no event holds the marker in {field}");
        }

        Assert.Equal(5L, await database.OpenedAsync(_data,
            $"SELECT count(DISTINCT vendor) FROM onlinesafety.event WHERE convert_from(detail, 'UTF8') LIKE '%{Marker}%' AND vendor IN ('lightspeed', 'netsweeper', 'protex', 'senso', 'smoothwall')"));
    }

    private void AssertFilesAreClean()
    {
        var mails = Directory.GetFiles(Path.Combine(_data, "outbox"), "*.eml");
        const UnixFileMode others = ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.All([.. mails, Path.Combine(_data, "outbox"), Path.Combine(_data, MasterKey.FileName)], f => Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(f) & others));
        Assert.Contains(mails, m => File.ReadAllText(m).Contains("digest", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(mails, m => File.ReadAllText(m).Contains("Importance: high", StringComparison.Ordinal));
        foreach (var file in Directory.EnumerateFiles(_data, "*", SearchOption.AllDirectories))
        {
            Clean("file name", file);
            // Soft line breaks of quoted-printable could hide it.
            Clean(Path.GetFileName(file), File.ReadAllText(file).Replace("=\r\n", "", StringComparison.Ordinal));
        }
    }

    /// <summary>Tables that more than the readers of alerts may see.</summary>
    private static async Task AssertThinTablesAreCleanAsync(InstallationDatabase database)
    {
        foreach (var table in new[] { "school", "source", "staff", "staff_key", "intake_stream", "delivery", "checkpoint", "source_health", "notification", "access_record", "data_key" })
        {
            Assert.Equal(0L, await database.Test.RunAsync($"SELECT count(*) FROM onlinesafety.{table} t WHERE t::text LIKE '%{Marker}%'"));
        }

        Assert.Equal(0L, await database.Test.RunAsync($"SELECT count(*) FROM onlinesafety.digest WHERE convert_from(content, 'UTF8') LIKE '%{Marker}%'"));
    }

    private static void Clean(string what, string text)
    {
        var at = text.IndexOf(Marker, StringComparison.OrdinalIgnoreCase);
        Assert.True(at < 0, at < 0 ? "" : $"{what}: {text[Math.Max(0, at - 200)..Math.Min(text.Length, at + 200)]}");
    }
}

[CollectionDefinition(nameof(ConfidentialityTests), DisableParallelization = true)]
public sealed class ConfidentialityCollection;
