using Microsoft.Playwright;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Web.Tests;

/// <summary>
/// One real browser and a lease on the run's one database server, for all tests that share <see cref="BrowserCollection"/>. Each test opens a context of its own:
/// nobody's cookies are anybody else's.
/// </summary>
public sealed class Browser : IAsyncLifetime
{
    private const string Variable = "ONLINESAFETY_TEST_CHROMIUM";
    private const string Default = "/usr/bin/chromium";

    private static readonly string[] _quiet =
        ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private PostgresServer? _server;

    internal PostgresServer Server => _server ?? throw new InvalidOperationException("xunit has not started the fixture.");

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.LeaseAsync();
        _playwright = await Playwright.CreateAsync();
        var own = Environment.GetEnvironmentVariable(Variable);
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = string.IsNullOrEmpty(own) ? Default : own, Args = _quiet });
    }

    /// <summary>A fresh profile on the console at <paramref name="address"/>. Dispose it before the console.</summary>
    public Task<IBrowserContext> OpenAsync(Uri address, BrowserNewContextOptions? options = null)
    {
        var opened = options ?? new();
        opened.BaseURL = address.ToString();
        opened.Locale ??= "en-GB";
        return (_browser ?? throw new InvalidOperationException("xunit has not started the fixture.")).NewContextAsync(opened);
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}

[CollectionDefinition(Name)]
public sealed class BrowserCollection : ICollectionFixture<Browser>
{
    public const string Name = "Browser";
}
