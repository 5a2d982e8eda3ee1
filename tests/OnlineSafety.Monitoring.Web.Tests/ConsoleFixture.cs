using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Web.Tests;

/// <summary>The service as it ships, in a process of its own, and one browser, for every test of this project. Each test makes a school of its own.</summary>
public sealed class ConsoleFixture : IAsyncLifetime
{
    private static readonly string[] s_arguments =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private ServiceProcess? _service;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private int _schools;

    internal ServiceProcess Service => _service ?? throw new InvalidOperationException("xunit has not started the fixture.");

    internal IBrowser Browser => _browser ?? throw new InvalidOperationException("xunit has not started the fixture.");

    public Uri Address => new($"http://127.0.0.1:{Service.Http}");

    public Task InitializeAsync() => StartAsync(() => ServiceProcess.StartAsync(ServiceExecutable.Built));

    /// <param name="service">The service that is looked at.</param>
    internal async Task StartAsync(Func<Task<ServiceProcess>> service)
    {
        _service = await service();
        // Two cores may be shared with other test runs.
        Assertions.SetDefaultExpectTimeout(30_000);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = "/usr/bin/chromium", Args = s_arguments });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_service is not null)
        {
            await _service.DisposeAsync();
        }
    }

    internal async Task<TestSchool> AddSchoolAsync()
    {
        var name = $"School {Interlocked.Increment(ref _schools)}";
        var school = await Service.CommandAsync("school", "add", "--name", name);
        return new TestSchool(this, name, school.GetProperty("school").GetGuid());
    }

    /// <summary>A key of a member of staff, of which nobody is told.</summary>
    internal async Task<string> KeyOfAsync(Guid school, Guid staff)
    {
        var key = AccessKey.Create(AccessKey.StaffPrefix);
        await Service.ExecuteAsync($"INSERT INTO staff_key (school_id, staff_id, key_hash) VALUES ('{school}', '{staff}', '\\x{Convert.ToHexString(AccessKey.Hash(key))}')");
        return key;
    }
}

/// <summary>Waits of tests.</summary>
internal static class Waits
{
    /// <summary>Until a count in the service's database is reached.</summary>
    public static async Task UntilAsync(this ServiceProcess service, string count, long atLeast)
    {
        for (var looks = 0; looks < 600; looks++)
        {
            if (await service.NumberAsync(count) >= atLeast)
            {
                return;
            }

            await Task.Delay(200);
        }

        throw new InvalidOperationException($"{count} did not reach {atLeast} in time:\n{service.Log}");
    }
}

[CollectionDefinition(Name)]
public sealed class ConsoleCollection : ICollectionFixture<ConsoleFixture>
{
    public const string Name = "Console";
}

/// <summary>A school of the service under test.</summary>
internal sealed class TestSchool(ConsoleFixture fixture, string name, Guid id)
{
    public const string Grave = "painless ways to kill myself";

    private readonly HttpClient _client = new() { BaseAddress = fixture.Address };
    private (string Source, string Key)? _hook;

    public string Name => name;

    public Guid Id => id;

    /// <summary>A member of staff; returns the key.</summary>
    public async Task<string> AddStaffAsync(string staff, params string[] roles)
    {
        var added = await fixture.Service.CommandAsync(
            ["staff", "add", "--school", name, "--name", staff, "--email", $"{Guid.NewGuid():N}@school.example", .. roles.SelectMany(role => new[] { "--role", role })]);
        return await fixture.KeyOfAsync(id, added.GetProperty("staff").GetGuid());
    }

    /// <summary>What a filter reports, by webhook.</summary>
    public async Task ReportAsync(object record)
    {
        _hook ??= await AddSourceAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/ingest/{_hook.Value.Source}") { Content = JsonContent.Create(record) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _hook.Value.Key);
        using var answer = await _client.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>A search of a pupil that nobody may miss.</summary>
    public Task ReportGraveSearchAsync(string user) => ReportAsync(new
    {
        timestamp = DateTimeOffset.UtcNow, user = new { email = user }, device = new { name = "LIB-07" }, url = "https://search.example.test/?q=x", searchQuery = Grave, action = "blocked",
    });

    /// <summary>Alerts as the programming interface tells them to the owner of the key, once there are so many.</summary>
    public async Task<IReadOnlyList<JsonElement>> AlertsAsync(string key, int atLeast)
    {
        for (var looks = 0; looks < 1200; looks++)
        {
            var alerts = await GetAsync(key, "/v1/alerts");
            if (alerts.GetArrayLength() >= atLeast)
            {
                return [.. alerts.EnumerateArray()];
            }

            await Task.Delay(100);
        }

        throw new InvalidOperationException($"There were not {atLeast} alerts in time:\n{fixture.Service.Log}");
    }

    public async Task<JsonElement> GetAsync(string key, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await _client.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Alerts as Processing would leave them, many at once.</summary>
    public Task AddAlertsAsync(int count, int firstNumber = 1, string state = "new", int? severity = null, string route = "dsl") => fixture.Service.ExecuteAsync(
        $"""
        INSERT INTO alert (school_id, alert_id, number, state, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key, subject_role,
            source_ids, vendors, event_count, reasons, first_received_at, last_received_at, raised_at, acknowledged_at, acknowledged_by, acted_at)
        SELECT '{id}', gen_random_uuid(), {firstNumber} + n, '{state}', {(severity is null ? "1 + n % 4" : severity)}, 1 + n % 4, theme, theme, ARRAY[theme], false, 0, '{route}',
            'user:pupil' || n, 1, ARRAY[]::uuid[], ARRAY['smoothwall'], 1 + n % 7,
            convert_to('[{"{"}"rule":"test.rule","version":"1","field":"searchQuery","matched":"words","start":0,"explanation":"Looks for ways to hurt themselves.","effect":"self_harm high","length":5,"parts":[]{"}"}]', 'UTF8'),
            now() - interval '1 hour' + n * interval '10 milliseconds', now(), now() - interval '1 hour' + n * interval '10 milliseconds',
            CASE WHEN '{state}' = 'new' THEN NULL ELSE now() END, CASE WHEN '{state}' = 'new' THEN NULL ELSE 'Somebody' END, CASE WHEN '{state}' = 'new' THEN NULL ELSE now() END
        FROM (SELECT n, (ARRAY['self_harm', 'gambling', 'bullying', 'drugs'])[1 + n % 4] AS theme FROM generate_series(0, {count} - 1) AS n) AS made;
        NOTIFY onlinesafety_notifications
        """);

    private async Task<(string Source, string Key)> AddSourceAsync()
    {
        var added = await fixture.Service.CommandAsync("source", "add", "--school", name, "--product", "generic", "--name", "Web filter", "--via", "webhook");
        return (added.GetProperty("source").GetGuid().ToString("N"), added.GetProperty("key").GetString()!);
    }
}
