using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.IntegrationTests.Access;
using Xunit.Abstractions;

namespace OnlineSafety.Monitoring.IntegrationTests.App;

/// <summary>Exports that no pack knows, from <c>source add</c> to the right alert: the whole service, and no more commands than a contractor should need.</summary>
public sealed class OnboardingTests(PostgresFixture postgres, ITestOutputHelper output) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const int MostCommands = 6;
    private const string School = "Example Academy";

    private static readonly TimeZoneInfo London = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");

    // Whole minutes, a little ago: the table says no seconds.
    private static readonly DateTimeOffset Then = new(TimeProvider.System.GetUtcNow().AddMinutes(-20).Ticks / TimeSpan.TicksPerMinute * TimeSpan.TicksPerMinute, TimeSpan.Zero);

    private readonly string _data = Directory.CreateTempSubdirectory("onlinesafety-onboarding-").FullName;
    private InstallationDatabase _database = null!;
    private RunningService _service = null!;
    private int _commands;

    public async Task InitializeAsync()
    {
        _database = await InstallationDatabase.CreateAsync(postgres.Server);
        await _database.AddSchoolAsync(School);
        MasterKey.ReadOrCreate(Path.Combine(_data, MasterKey.FileName));
        _service = await RunningService.StartAsync(
            new ServiceOptions
            {
                Settings = InstallationSettings.Read(_data, _database.Test.ConnectionString, masterKeyFile: null),
                Http = new IPEndPoint(IPAddress.Loopback, 0),
                Syslog = new IPEndPoint(IPAddress.Loopback, 0),
                Roles = ServiceRoles.All,
            },
            SchemaFiles.BesideTheExecutable,
            TimeProvider.System,
            default);
    }

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task AJsonWebhookWithNestedListsAndEpochMilliseconds()
    {
        var (source, key) = await AddAsync("webhook");
        await PostAsync(source, key, "application/json", $$"""
            {"batch":"b-77","sentAt":{{Epoch(19)}},"devices":[
              {"kit":"CB-101","address":"10.20.30.41","who":"SCHOOL\\a.patel","events":[
                {"at":{{Epoch(0)}},"where":"https://www.google.com/search?q=buy+vape+no+id+near+me","verdict":"stopped","tags":["Search Engines"],"grade":"serious"},
                {"at":{{Epoch(1)}},"where":"https://www.example.org/maths","verdict":"let through","tags":["Education"],"grade":"minor"}]},
              {"kit":"CB-102","address":"10.20.30.42","who":"SCHOOL\\z.khan","events":[
                {"at":{{Epoch(2)}},"where":"https://www.example.org/rivers","verdict":"allowed","tags":["Education"],"grade":"minor"}]}]}
            """);
        await CapturedAsync(1);

        await BecomesAlertAsync(source, "drugs", "medium", "user:a.patel", Then);
    }

    [Fact]
    public async Task ASemicolonTableWithUkDates()
    {
        var (source, key) = await AddAsync("webhook");
        // The 28th of the month before says which number is the day, whatever day the test runs on.
        var before = Then.AddMonths(-1);
        await PostAsync(source, key, "text/csv", $"""
            When;Pupil;Machine;Page;Topic;Outcome
            28/{before:MM/yyyy} 09:14;b.okafor;LIB-01;https://www.example.org/maths;Education;Permitted
            {Local(0)};z.khan;LIB-02;https://www.bing.com/search?q=online+casino+no+age+check;Gambling;Stopped
            {Local(1)};a.patel;CB-101;https://www.example.org/rivers;Education;Permitted
            """);
        await CapturedAsync(1);

        await BecomesAlertAsync(source, "gambling", "medium", "user:z.khan", Then);
    }

    [Fact]
    public async Task AKeyValueSyslogLine()
    {
        var (source, _) = await AddAsync("syslog", "--from", "127.0.0.1/32");
        await SendAsync(
            $"""<134>webguard[12]: ts={Epoch(0) / 1000} usr=j.smith dev=LIB-04 ip=10.20.1.4 link="https://www.google.com/search?q=where+to+buy+a+zombie+knife" label="Search Engines" did=denied kb=12""",
            $"""<134>webguard[12]: ts={Epoch(1) / 1000} usr=a.patel dev=LIB-05 ip=10.20.1.5 link="https://www.example.org/maths" label="Education" did=allowed kb=99""",
            $"""<134>webguard[12]: ts={Epoch(2) / 1000} usr=z.khan dev=LIB-06 ip=10.20.1.6 link="https://www.example.org/rivers" label="Education" did=allowed kb=7""");
        await CapturedAsync(3);

        await BecomesAlertAsync(source, "weapons", "high", "user:j.smith", Then);
    }

    [Fact]
    public async Task AChildsNameAsAKeyComesToNoTerminalAndTheMappingReadsIt()
    {
        var (source, key) = await AddAsync("webhook");
        var records = Enumerable.Range(0, 6).Select(i => $$$"""{"at":{{{Epoch(i)}}},"Emily Carter":{"query":"buy vape no id {{{i}}}","cat":"Games"}}""");
        await PostAsync(source, key, "application/json", $"[{string.Join(',', records)}]");
        await CapturedAsync(1);

        var file = Path.Combine(_data, "mapping.json");
        var said = await RunAsync("source", "suggest", source.ToString(), "--out", file, "--set", "group=#1");
        said += await RunAsync("source", "suggest", source.ToString(), "--json");
        said += await RunAsync("source", "map", source.ToString(), file, "--preview");
        said += await RunAsync("source", "map", source.ToString(), file, "--yes");
        said += await RunAsync("source", "job", "list", "--school", School, "--json");
        Assert.DoesNotContain("Emily", said, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Aaaaa Aaaaaa.query (#", said, StringComparison.Ordinal);
        Assert.Contains("BEWARE: 6 of 6 records would belong to nobody", said, StringComparison.Ordinal);
        Assert.Contains("Emily Carter.query", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        Assert.Equal(6L, await _database.Test.RunAsync("SELECT count(*) FROM onlinesafety.event WHERE review = ''"));
    }

    private async Task<(Guid Source, string Key)> AddAsync(string via, params string[] more)
    {
        var added = JsonSerializer.Deserialize<JsonElement>(await RunAsync(["source", "add", "--school", School, "--product", "unknown", "--via", via, "--json", .. more]));
        return (added.GetProperty("source").GetGuid(), added.GetProperty("key").GetString()!);
    }

    private async Task BecomesAlertAsync(Guid source, string theme, string severity, string subject, DateTimeOffset occurred)
    {
        var file = Path.Combine(_data, "mapping.json");
        output.WriteLine(await RunAsync("source", "suggest", source.ToString(), "--out", file));
        output.WriteLine(await RunAsync("source", "map", source.ToString(), file, "--yes"));
        var alerts = JsonSerializer.Deserialize<JsonElement>(await RunAsync("alerts", "list", "--school", School, "--name", "T. Ester", "--reason", "test", "--json"));

        // Sending is a step too.
        Assert.True(_commands + 1 <= MostCommands, $"{_commands + 1} commands");
        var alert = Assert.Single(alerts.EnumerateArray());
        Assert.Equal((theme, severity), (alert.GetProperty("theme").GetString(), alert.GetProperty("severity").GetString()));
        Assert.Equal(subject, await _database.OpenedAsync(_data, "SELECT subject_key FROM onlinesafety.event WHERE alert_id IS NOT NULL"));
        Assert.Equal(occurred.UtcDateTime, await _database.Test.RunAsync("SELECT occurred_at FROM onlinesafety.event WHERE alert_id IS NOT NULL"));
    }

    private static long Epoch(int minutes) => Then.AddMinutes(minutes).ToUnixTimeMilliseconds();

    private static string Local(int minutes) =>
        TimeZoneInfo.ConvertTime(Then.AddMinutes(minutes), London).ToString("dd/MM/yyyy HH:mm", CultureInfo.InvariantCulture);

    private async Task PostAsync(Guid source, string key, string type, string body)
    {
        using var client = new HttpClient { BaseAddress = new Uri(_service.Addresses.Http) };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/ingest/{source}") { Content = new StringContent(body, Encoding.UTF8, type) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    private async Task SendAsync(params string[] lines)
    {
        var address = IPEndPoint.Parse(_service.Addresses.Syslog);
        using var client = new TcpClient();
        await client.ConnectAsync(address);
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))));
    }

    private async Task CapturedAsync(long records)
    {
        var end = Environment.TickCount64 + 30_000;
        while ((long)(await _database.Test.RunAsync("SELECT COALESCE(sum(captured), 0)::bigint FROM onlinesafety.counter_block"))! < records)
        {
            Assert.True(Environment.TickCount64 < end, "Nothing was captured.");
            await Task.Delay(100);
        }
    }

    private async Task<string> RunAsync(params string[] args)
    {
        _commands++;
        using var written = new StringWriter();
        using var error = new StringWriter();
        var exit = await CommandLine.RunAsync([.. args, "--data", _data, "--connection", _database.Test.ConnectionString], written, error, TimeProvider.System);
        Assert.True(exit == 0, $"{string.Join(' ', args)}: {error}{written}");
        output.WriteLine($"$ onlinesafety {string.Join(' ', args)}");
        return written.ToString();
    }
}
