using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.IntegrationTests.Access;

namespace OnlineSafety.Monitoring.IntegrationTests.App;

/// <summary>Authentication as an operator sets it up, against the service as it ships.</summary>
public sealed class WebhookAuthenticationTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("onlinesafety-authentication-").FullName;
    private InstallationDatabase _database = null!;
    private RunningService _service = null!;
    private HttpClient _client = null!;
    private string _source = "";
    private string _key = "";

    public async Task InitializeAsync()
    {
        // On a server of one's own the key is given, never made.
        MasterKey.ReadOrCreate(Path.Combine(_data, MasterKey.FileName));
        _database = await InstallationDatabase.CreateAsync(postgres.Server);
        await _database.AddSchoolAsync();
        _service = await RunningService.StartAsync(
            new ServiceOptions
            {
                Settings = InstallationSettings.Read(_data, _database.Test.ConnectionString, masterKeyFile: null),
                Http = new IPEndPoint(IPAddress.Loopback, 0),
                Syslog = new IPEndPoint(IPAddress.Loopback, 0),
                Roles = ServiceRoles.Ingest,
            },
            SchemaFiles.BesideTheExecutable,
            TimeProvider.System,
            CancellationToken.None);
        _client = new HttpClient { BaseAddress = new Uri(_service.Addresses.Http) };
        var added = JsonSerializer.Deserialize<JsonElement>(
            (await RunAsync(0, "source", "add", "--school", "Example Academy", "--product", "senso", "--via", "webhook", "--json")).Output);
        (_source, _key) = (added.GetProperty("source").GetString()!, added.GetProperty("key").GetString()!);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _service.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task AKeyInThePathIsInNoTraceAndNoMetric()
    {
        var seen = new ConcurrentQueue<string>();
        using var activities = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => seen.Enqueue($"{activity.Source.Name} {activity.DisplayName} {string.Join(' ', activity.TagObjects)} {string.Join(' ', activity.Events.SelectMany(e => e.Tags))}"),
        };
        ActivitySource.AddActivityListener(activities);
        using var meters = new MeterListener
        {
            // The sender's own measurements are not ours.
            InstrumentPublished = (instrument, listener) => { if (!instrument.Meter.Name.StartsWith("System.Net", StringComparison.Ordinal)) { listener.EnableMeasurementEvents(instrument); } },
        };
        meters.SetMeasurementEventCallback<long>((instrument, _, tags, _) => seen.Enqueue($"{instrument.Name} {string.Join(' ', tags.ToArray())}"));
        meters.SetMeasurementEventCallback<double>((instrument, _, tags, _) => seen.Enqueue($"{instrument.Name} {string.Join(' ', tags.ToArray())}"));
        meters.Start();
        await RunAsync(0, "source", "authentication", "set", _source, "--preset", "path");

        await KnownAsync(() => PostAsync($"{_source}/{_key}", "{}"));
        var right = await PostAsync($"{_source}/{_key}", "{}");
        var wrong = await PostAsync($"{_source}/{_key}x", "{}");
        var deeper = await PostAsync($"{_source}/{_key}/more", "{}");
        var bearer = await PostAsync(_source, "{}", ("Authorization", "Bearer " + _key));

        Assert.Equal(
            [HttpStatusCode.Accepted, HttpStatusCode.Unauthorized, HttpStatusCode.NotFound, HttpStatusCode.Unauthorized], [right, wrong, deeper, bearer]);
        var server = seen.Where(line => !line.StartsWith("System.Net.Http", StringComparison.Ordinal)).ToList();
        Assert.Contains(server, line => line.Contains("POST /v1/ingest/{source}/{secret?}", StringComparison.Ordinal));
        Assert.Contains(server, line => line.Contains("http.server.request.duration", StringComparison.Ordinal));
        Assert.DoesNotContain(server, line => line.Contains(_key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task ASecretIsRotatedUnderLoadWithoutARefusal()
    {
        await RunAsync(0, "source", "authentication", "set", _source, "--preset", "standard-webhooks");
        var (old, text) = await AddSecretAsync();
        await KnownAsync(() => SignedAsync(text, "first"));
        using var stop = new CancellationTokenSource();
        var answers = new ConcurrentDictionary<HttpStatusCode, int>();
        var sending = Task.Run(async () =>
        {
            for (var sent = 0; !stop.IsCancellationRequested; sent++)
            {
                answers.AddOrUpdate(await SignedAsync(Volatile.Read(ref text), $"msg_{sent}"), 1, (_, count) => count + 1);
            }
        });

        var (_, fresh) = await AddSecretAsync();
        await KnownAsync(() => SignedAsync(fresh, "second"));
        Volatile.Write(ref text, fresh);
        await UntilAsync(answers, 20);
        await RunAsync(0, "source", "secret", "remove", _source, old);
        await UntilAsync(answers, 20);
        await stop.CancelAsync();
        await sending;

        Assert.Equal(HttpStatusCode.Accepted, Assert.Single(answers).Key);
    }

    [Fact]
    public async Task ARemovedSecretIsRefusedAndSoIsAThird()
    {
        await RunAsync(0, "source", "authentication", "set", _source, "--preset", "standard-webhooks");
        var (first, text) = await AddSecretAsync();
        await AddSecretAsync();
        Assert.Contains("Two secrets", (await RunAsync(1, "source", "secret", "add", _source)).Error, StringComparison.Ordinal);
        await KnownAsync(() => SignedAsync(text, "one"));

        await RunAsync(0, "source", "secret", "remove", _source, first);

        var end = Environment.TickCount64 + 20_000;
        while (await SignedAsync(text, Guid.NewGuid().ToString("N")) != HttpStatusCode.Unauthorized)
        {
            Assert.True(Environment.TickCount64 < end, "The removed secret is still good.");
        }

        var listed = JsonSerializer.Deserialize<JsonElement>((await RunAsync(0, "source", "secret", "list", _source, "--json")).Output);
        Assert.NotEqual(first, Assert.Single(listed.EnumerateArray()).GetProperty("secret").GetString());
        Assert.Contains("source.secret-remove", Assert.Single(await _database.AccessRecordsAsync("source.secret-remove")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASecretThatTheProductMadeIsReadFromAFileAndStoredSealed()
    {
        var file = Path.Combine(_data, "secret.txt");
        await File.WriteAllTextAsync(file, "It's a Secret to Everybody\n");
        await RunAsync(0, "source", "authentication", "set", _source, "--preset", "github");

        var (_, output, _) = await RunAsync(0, "source", "secret", "add", _source, "--file", file);

        Assert.DoesNotContain("Everybody", output, StringComparison.Ordinal);
        Assert.Equal(1L, await _database.Test.RunAsync("SELECT count(*) FROM onlinesafety.source_secret WHERE position('Everybody'::bytea IN sealed) = 0"));
        var body = "Hello, World!";
        var signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        await KnownAsync(() => PostAsync(_source, body, ("X-Hub-Signature-256", signature)));
    }

    [Fact]
    public async Task WhatCannotBeIsRefusedWithTheReason()
    {
        var file = Path.Combine(_data, "secret.txt");
        await File.WriteAllTextAsync(file, "whsec_");

        Assert.Contains("signs nothing", (await RunAsync(1, "source", "secret", "add", _source)).Error, StringComparison.Ordinal);
        Assert.Contains("not a preset", (await RunAsync(1, "source", "authentication", "set", _source, "--preset", "pigeon")).Error, StringComparison.Ordinal);
        await RunAsync(0, "source", "authentication", "set", _source, "--preset", "standard-webhooks");
        Assert.Contains("base64", (await RunAsync(1, "source", "secret", "add", _source, "--file", file)).Error, StringComparison.Ordinal);
        var shown = JsonSerializer.Deserialize<JsonElement>((await RunAsync(0, "source", "authentication", "show", _source)).Output);
        Assert.Equal("Standard Webhooks", shown.GetProperty("title").GetString());
    }

    private async Task<(string Id, string Text)> AddSecretAsync()
    {
        var json = JsonSerializer.Deserialize<JsonElement>((await RunAsync(0, "source", "secret", "add", _source, "--json")).Output);
        return (json.GetProperty("secret").GetString()!, json.GetProperty("text").GetString()!);
    }

    /// <summary>Until the service has heard of a change: at once, or a second later when it has just asked for others.</summary>
    private static async Task KnownAsync(Func<Task<HttpStatusCode>> send)
    {
        var end = Environment.TickCount64 + 20_000;
        while (await send() != HttpStatusCode.Accepted)
        {
            Assert.True(Environment.TickCount64 < end, "The change is not known.");
            await Task.Delay(50);
        }
    }

    private static async Task UntilAsync(ConcurrentDictionary<HttpStatusCode, int> answers, int more)
    {
        var (wanted, end) = (answers.Values.Sum() + more, Environment.TickCount64 + 20_000);
        while (answers.Values.Sum() < wanted)
        {
            Assert.True(Environment.TickCount64 < end, "Nothing is sent any more.");
            await Task.Delay(10);
        }
    }

    private Task<HttpStatusCode> SignedAsync(string secret, string id)
    {
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var mac = HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes($"{id}.{timestamp}.{{}}"));
        return PostAsync(_source, "{}", ("webhook-id", id), ("webhook-timestamp", timestamp), ("webhook-signature", "v1," + Convert.ToBase64String(mac)));
    }

    private async Task<HttpStatusCode> PostAsync(string path, string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/ingest/" + path) { Content = new StringContent(body) };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await _client.SendAsync(request);
        return answer.StatusCode;
    }

    private async Task<(int Exit, string Output, string Error)> RunAsync(int expected, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await CommandLine.RunAsync([.. args, "--data", _data, "--connection", _database.Test.ConnectionString], output, error, TimeProvider.System);
        Assert.True(exit == expected, error.ToString());
        return (exit, output.ToString(), error.ToString());
    }
}
