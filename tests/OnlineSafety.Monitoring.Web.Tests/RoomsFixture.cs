using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Web.Tests;

/// <summary>One whole service and one browser for all tests of the rooms; each test has a school of its own.</summary>
public sealed class RoomsFixture : IAsyncLifetime
{
    private static readonly Actor Tester = Actor.Operator("tester");

    private readonly string _data = Directory.CreateTempSubdirectory("onlinesafety-rooms-").FullName;
    private PostgresServer _server = null!;
    private TestInstallation _installation = null!;
    private RunningService _service = null!;
    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;
    private HttpClient _http = null!;
    private int _schools;

    public Uri Address => new(_service.Addresses.Http);

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.LeaseAsync();
        _installation = await TestInstallation.CreateAsync(_server);
        MasterKey.ReadOrCreate(Path.Combine(_data, MasterKey.FileName));
        _service = await RunningService.StartAsync(
            new ServiceOptions
            {
                Settings = InstallationSettings.Read(_data, _installation.Store.ConnectionString, masterKeyFile: null),
                Http = new IPEndPoint(IPAddress.Loopback, 0),
                Syslog = new IPEndPoint(IPAddress.Loopback, 0),
                Roles = ServiceRoles.All,
            },
            SchemaFiles.BesideTheExecutable,
            TimeProvider.System,
            default);
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public async Task DisposeAsync()
    {
        // The pages first: an open one would hold the host.
        await _browser.CloseAsync();
        _playwright.Dispose();
        _http.Dispose();
        await _service.DisposeAsync();
        await _installation.DisposeAsync();
        await _server.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    public async Task<Guid> AddSchoolAsync(string? name = null)
    {
        var number = Interlocked.Increment(ref _schools);
        return (await new SchoolRegister(_installation[DatabaseRole.Setup]).AddAsync(name ?? $"Example Academy {number}", $"{200000 + number}", Tester, default)).SchoolId;
    }

    /// <returns>The key of somebody with these roles, and who it is.</returns>
    public async Task<(string Key, Guid Staff)> AddStaffAsync(Guid school, string name, params string[] roles)
    {
        var issued = await new StaffRegister(_installation[DatabaseRole.Setup]).AddAsync(school, new NewStaff(name, $"{name.Replace(' ', '.').ToLowerInvariant()}@school.example", roles, []), Tester, default);
        return (issued.Key, issued.Staff.StaffId);
    }

    /// <returns>Id and key.</returns>
    public async Task<(Guid Source, string Key)> AddSourceAsync(Guid school, string product, string name, bool capture = false)
    {
        var issued = await new SourceRegister(_installation[DatabaseRole.Setup], TimeProvider.System).AddAsync(
            school, new NewSource { Product = product, Door = SourceDoor.Webhook, Name = name, Capture = capture }, Tester, default);
        return (issued.Source.SourceId, issued.Key);
    }

    /// <summary>Sends a record as a product does. The doors learn of a new source within moments.</summary>
    public async Task SendAsync(Guid source, string key, string type, string body)
    {
        var end = Environment.TickCount64 + 20_000;
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/ingest/{source}");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            request.Content = new StringContent(body, Encoding.UTF8, type);
            using var answer = await _http.SendAsync(request);
            if (answer.StatusCode == HttpStatusCode.Accepted)
            {
                return;
            }

            Assert.True(Environment.TickCount64 < end, $"The door answers {(int)answer.StatusCode}.");
            await Task.Delay(200);
        }
    }

    /// <summary>Waits until a query as the superuser gives at least so many.</summary>
    public async Task UntilAsync(string sql, long least)
    {
        var end = Environment.TickCount64 + 30_000;
        while (Convert.ToInt64(await RunAsync(sql), System.Globalization.CultureInfo.InvariantCulture) < least)
        {
            Assert.True(Environment.TickCount64 < end, $"It never came: {sql}");
            await Task.Delay(200);
        }
    }

    /// <summary>Statements as the superuser; the first column of the first row.</summary>
    public Task<object?> RunAsync(string sql) => _installation.Store.RunAsync("SET search_path = onlinesafety; " + sql);

    public async Task<HttpResponseMessage> GetAsync(string path, string key) => await SendAsync(HttpMethod.Get, path, key, content: null);

    public async Task<HttpResponseMessage> PostAsync(string path, string key, params (string Name, string Value)[] fields) =>
        await SendAsync(HttpMethod.Post, path, key, new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))));

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string key, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return await _http.SendAsync(request);
    }

    /// <summary>A page of this person.</summary>
    public async Task<IPage> OpenAsync(string key, bool script = true, ColorScheme colours = ColorScheme.Light, int width = 1280)
    {
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Address.ToString(),
            ExtraHTTPHeaders = new Dictionary<string, string>(StringComparer.Ordinal) { ["Authorization"] = "Bearer " + key },
            JavaScriptEnabled = script,
            ColorScheme = colours,
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
        });
        context.SetDefaultTimeout(30_000);
        return await context.NewPageAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class RoomsCollection : ICollectionFixture<RoomsFixture>
{
    public const string Name = "Rooms";
}
