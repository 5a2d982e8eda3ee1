using System.Net;
using System.Net.Http.Headers;
using System.Text;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.App.Demo;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Access.Crossings;

/// <summary>One of two schools in which all is called alike.</summary>
/// <param name="Mark">A word that is in everything a pupil of this school typed, and nowhere else.</param>
/// <param name="Ids">Ids that are this school's and nobody else's business.</param>
/// <param name="Named">Of those, one of each kind, by the name that a route or switch has for it.</param>
internal sealed record TwinSchool(Guid Id, string Name, string Mark, string StaffKey, string SourceKey, string Cookie, IReadOnlyList<string> Ids, IReadOnlyDictionary<string, string> Named)
{
    public IEnumerable<string> Marks => [Name, Mark, Id.ToString(), .. Ids];

    /// <summary>What in the text is this school's, other than what was asked with.</summary>
    public IReadOnlyList<string> MarksIn(string text, params string[] asked) =>
        [.. Marks.Where(mark => text.Contains(mark, StringComparison.OrdinalIgnoreCase) && !asked.Contains(mark, StringComparer.OrdinalIgnoreCase))];
}

/// <summary>
/// The whole service over two schools with the same staff, accounts, sources, rules and alert numbers, and with what pupils typed received, judged and told.
/// </summary>
public sealed class TwinSchools : IAsyncLifetime
{
    private const string CookieOf = "onlinesafety=";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly HttpClient _http = new(new HttpClientHandler { AllowAutoRedirect = false });
    private PostgresServer? _server;
    private RunningService? _service;
    private InstallationDatabase? _database;

    public string Data { get; } = Directory.CreateTempSubdirectory("onlinesafety-twins-").FullName;

    internal InstallationDatabase Database => _database!;

    internal RunningService Service => _service!;

    /// <summary>Has one pupil of concern.</summary>
    internal TwinSchool Alpha { get; private set; } = null!;

    /// <summary>Has two.</summary>
    internal TwinSchool Bravo { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.LeaseAsync();
        _database = await InstallationDatabase.CreateAsync(_server);
        _service = await RunningService.StartAsync(
            new ServiceOptions
            {
                Settings = InstallationSettings.Read(Data, _database.Test.ConnectionString, masterKeyFile: null),
                Http = new IPEndPoint(IPAddress.Loopback, 0),
                Syslog = new IPEndPoint(IPAddress.Loopback, 0),
                Roles = ServiceRoles.All,
            },
            SchemaFiles.BesideTheExecutable,
            TimeProvider.System,
            default);
        Alpha = await SetUpAsync("Twin Academy Alpha", "alphamark", pupils: 1);
        Bravo = await SetUpAsync("Twin Academy Bravo", "bravomark", pupils: 2);
        foreach (var school in new[] { Alpha, Bravo })
        {
            Assert.Equal(0, (await RunAsync("digest", "send", "--school", school.Id.ToString())).Exit);
            Assert.True(await new DemoProgress(Service.Database, TimeProvider.System).WaitAsync(school.Id, 0, Patience, default));
        }
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        if (_service is not null)
        {
            await _service.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Directory.Delete(Data, recursive: true);
    }

    /// <summary>The lead, signed in with a browser.</summary>
    private async Task<string> SignInAsync(Guid school, Guid staff, string mark)
    {
        var token = SessionToken.Create();
        await Database.Test.RunAsync($"""
            SET search_path = onlinesafety;
            INSERT INTO account (account_id, address, created_at) VALUES ('{staff}', '{mark}@school.example', now());
            INSERT INTO staff_account VALUES ('{school}', '{staff}', '{staff}', now());
            INSERT INTO session (session_id, token_hash, account_id, stage, way, school_id, staff_id, began_at, proved_at, seen_at, ends_at)
                VALUES ('{staff}', '\x{Convert.ToHexString(SessionToken.Hash(token)!)}', '{staff}', 3, 'password', '{school}', '{staff}', now(), now(), now(), now() + interval '12 hours')
            """);
        return CookieOf + token;
    }

    /// <summary>A command as an operator calls it.</summary>
    internal async Task<(int Exit, string Said)> RunAsync(params string[] arguments)
    {
        using var said = new StringWriter();
        var exit = await CommandLine.RunAsync([.. arguments, "--data", Data, "--connection", Database.Test.ConnectionString], said, said, TimeProvider.System);
        return (exit, said.ToString());
    }

    /// <summary>What an address answers to a key; of an answer without end, what comes at once.</summary>
    internal async Task<(HttpStatusCode Status, string Said)> AskAsync(HttpMethod method, string path, string key)
    {
        using var request = new HttpRequestMessage(method, Service.Addresses.Http + path);
        if (key.StartsWith(CookieOf, StringComparison.Ordinal))
        {
            request.Headers.Add("Cookie", key);
        }
        else
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        if (method != HttpMethod.Get && method != HttpMethod.Head)
        {
            request.Content = new StringContent("""{"outcome":"test","note":"twin"}""", Encoding.UTF8, "application/json");
        }

        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var said = new StringBuilder($"{answer.Headers} {answer.Content.Headers}");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            said.Append(await answer.Content.ReadAsStringAsync(patience.Token));
        }
        catch (OperationCanceledException)
        {
            // A stream of what happens.
        }

        return (answer.StatusCode, said.ToString());
    }

    private async Task<TwinSchool> SetUpAsync(string name, string mark, int pupils)
    {
        var school = await Database.AddSchoolAsync(name);
        var (lead, head) = (await Database.AddStaffAsync(school, "lead", "dsl", "digest"), await Database.AddStaffAsync(school, "head", "head", "digest"));
        var wanted = new NewSource { Product = "senso", Door = SourceDoor.Webhook, Name = "Classroom" };
        var source = await Database.Sources.AddAsync(school, wanted, InstallationDatabase.Tester, default);
        Assert.Equal(0, (await RunAsync("rules", "exclude", "--school", school.ToString(), "--phrase", $"{mark} lane", "--reason", $"{mark} is a road", "--until", $"{DateTime.UtcNow.AddDays(30):yyyy-MM-dd}")).Exit);
        Assert.Equal(0, (await RunAsync("canary", "add", "--source", source.Source.SourceId.ToString(), "--name", "Trolley 1")).Exit);
        await SendAsync(source.Source.SourceId, source.Key!, mark, pupils);
        Assert.True(await new DemoProgress(Service.Database, TimeProvider.System).WaitAsync(school, pupils, Patience, default));

        var alerts = await IdsAsync("SELECT alert_id FROM alert WHERE school_id = $1 ORDER BY number", school);
        Assert.Equal(pupils, alerts.Count);
        var canary = Assert.Single(await IdsAsync("SELECT canary_id FROM canary WHERE school_id = $1", school));
        var rule = Assert.Single(await IdsAsync("SELECT rule_id FROM school_rule WHERE school_id = $1", school));
        var silence = Assert.Single(await IdsAsync(
            "INSERT INTO silence (school_id, silence_id, theme, most_severity, reason, author, author_id, starts_at, ends_at) "
            + $"SELECT $1, gen_random_uuid(), 's', 2, '{mark}', '{mark}', '{lead.Staff.StaffId}', now(), now() + interval '1 day' RETURNING silence_id", school));
        return new TwinSchool(
            school, name, mark, lead.Key, source.Key!, await SignInAsync(school, lead.Staff.StaffId, mark),
            [source.Source.SourceId.ToString(), lead.Staff.StaffId.ToString(), head.Staff.StaffId.ToString(), canary, silence, .. alerts],
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["alert"] = alerts[^1], ["source"] = source.Source.SourceId.ToString(), ["staff"] = head.Staff.StaffId.ToString(), ["canary"] = canary, ["silence"] = silence,
                ["entry"] = $"school.{Guid.Parse(rule):N}"[..19], ["school"] = school.ToString(),
            });
    }

    private async Task SendAsync(Guid source, string key, string mark, int pupils)
    {
        for (var pupil = 1; pupil <= pupils; pupil++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{Service.Addresses.Http}/v1/ingest/{source}");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            // The same delivery id at both.
            request.Headers.Add("webhook-id", $"delivery-{pupil}");
            request.Content = new StringContent(
                $$"""{"dateTime":"2026-03-02T11:02:1{{pupil}}Z","username":"pupil{{pupil}}","phrase":"kill myself","ruleSet":"{{mark}}","severity":"CRITICAL","capturedText":"{{mark}} i want to kill myself"}""",
                Encoding.UTF8, "application/json");
            using var answer = await _http.SendAsync(request);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }
    }

    private async Task<List<string>> IdsAsync(string sql, Guid school)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(new Npgsql.NpgsqlConnectionStringBuilder(Database.Test.ConnectionString) { SearchPath = "onlinesafety" }.ConnectionString);
        await using var command = source.CreateCommand(sql);
        command.Parameters.AddWithValue(school);
        await using var rows = await command.ExecuteReaderAsync();
        var ids = new List<string>();
        while (await rows.ReadAsync())
        {
            ids.Add(rows.GetGuid(0).ToString());
        }

        return ids;
    }
}
