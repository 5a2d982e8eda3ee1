using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Web.Tests;

/// <summary>What tests of sources, rules, reports, administration and people put into the service, and how they ask it.</summary>
internal sealed class Rooms(ConsoleFixture console)
{
    private static readonly Actor Tester = Actor.Operator("tester");
    private static int s_schools;

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = console.Address };

    public async Task<Guid> AddSchoolAsync(string? name = null)
    {
        var number = Interlocked.Increment(ref s_schools);
        await using var database = await console.Service.OpenForSetupAsync();
        return (await new SchoolRegister(database[DatabaseRole.Setup]).AddAsync(name ?? $"Example Academy {number}", $"{200000 + number}", Tester, default)).SchoolId;
    }

    /// <returns>The key of somebody with these roles, and who it is.</returns>
    public async Task<(string Key, Guid Staff)> AddStaffAsync(Guid school, string name, params string[] roles)
    {
        await using var database = await console.Service.OpenForSetupAsync();
        var wanted = new NewStaff(name, $"{name.Replace(' ', '.').ToLowerInvariant()}@school.example", roles, []);
        var issued = await new StaffRegister(database[DatabaseRole.Setup], new PupilNames(() => console.Service.Seals(database))).AddAsync(school, wanted, Tester, default);
        return (await console.KeyOfAsync(school, issued.Staff.StaffId), issued.Staff.StaffId);
    }

    /// <returns>Id and key.</returns>
    public async Task<(Guid Source, string Key)> AddSourceAsync(Guid school, string product, string name, bool capture = false)
    {
        await using var database = await console.Service.OpenForSetupAsync();
        var issued = await new SourceRegister(database[DatabaseRole.Setup], TimeProvider.System).AddAsync(
            school, new NewSource { Product = product, Door = SourceDoor.Webhook, Name = name, Capture = capture }, Tester, default);
        return (issued.Source.SourceId, issued.Key);
    }

    /// <summary>Sends a record as a product does. The doors learn of a new source within moments.</summary>
    public async Task SendAsync(Guid source, string key, string type, string body)
    {
        for (var tries = 0; ; tries++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/ingest/{source}");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            request.Content = new StringContent(body, Encoding.UTF8, type);
            using var answer = await _http.SendAsync(request);
            if (answer.StatusCode == HttpStatusCode.Accepted)
            {
                return;
            }

            Assert.True(tries < 100, $"The door answers {(int)answer.StatusCode}.");
            await Task.Delay(200);
        }
    }

    /// <summary>Waits until a query as the superuser gives at least so many.</summary>
    public async Task UntilAsync(string sql, long least)
    {
        for (var looks = 0; await NumberAsync(sql) < least; looks++)
        {
            Assert.True(looks < 300, $"It never came: {sql}");
            await Task.Delay(200);
        }
    }

    /// <summary>Statements as the superuser.</summary>
    public Task RunAsync(string sql) => console.Service.ExecuteAsync(sql);

    public Task<long> NumberAsync(string sql) => console.Service.NumberAsync(sql);

    public Task<HttpResponseMessage> GetAsync(string path, string key) => SendAsync(HttpMethod.Get, path, key, content: null);

    public Task<HttpResponseMessage> PostAsync(string path, string key, params (string Name, string Value)[] fields) =>
        SendAsync(HttpMethod.Post, path, key, new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))));

    public Task<Visitor> ComeAsync(string key, bool script = true) => Visitor.ComeAsync(console, key, options => options.JavaScriptEnabled = script);

    /// <summary>No dialog, no request elsewhere, no breach of the content security policy. A form that was refused is answered 400, which a browser notes as an error.</summary>
    public static void NothingWentWrong(Visitor visitor) =>
        Assert.DoesNotContain(visitor.Trouble, trouble => !trouble.Contains("400 (Bad Request)", StringComparison.Ordinal));

    /// <summary>How a source stands, as the watch would have judged it.</summary>
    public Task StandsAsync(Guid school, Guid source, string state, string words) => RunAsync($"""
        INSERT INTO source_state (school_id, source_id, state, alarming, since, expected_gap, gap_basis, words)
        VALUES ('{school}', '{source}', '{state}', true, now(), '15 min', 'measured', '{words}')
        ON CONFLICT (school_id, source_id) DO UPDATE SET state = EXCLUDED.state, alarming = true, words = EXCLUDED.words
        """);

    /// <summary>Alerts about so many people, as Processing would leave them.</summary>
    public Task AddAlertsAsync(Guid school, string theme, int risk, int people, int each, int audience = 0, string route = "dsl", string at = "'2025-10-06 10:00Z'") => RunAsync(string.Create(
        CultureInfo.InvariantCulture,
        $"""
        INSERT INTO alert (school_id, alert_id, number, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key, subject_role,
                           source_ids, vendors, event_count, reasons, first_received_at, last_received_at, raised_at)
        SELECT '{school}', gen_random_uuid(), COALESCE((SELECT max(number) FROM alert WHERE school_id = '{school}'), 0) + row_number() OVER (), 3, {risk}, '{theme}', '{theme}', ARRAY['{theme}'],
               false, {audience}, '{route}', 'user:planted' || p, 1, ARRAY[]::uuid[], ARRAY['protex'], 1, convert_to('[]', 'UTF8'), {at}, {at}, {at}
        FROM generate_series(1, {people}) p, generate_series(1, {each}) e
        """));

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string key, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return await _http.SendAsync(request);
    }
}
