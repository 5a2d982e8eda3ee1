using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace OnlineSafety.Monitoring.Web.Tests;

/// <summary>Somebody at a browser of their own, and what went on in it that must not.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _trouble = new();

    private Visitor(IBrowserContext context, IPage page) => (_context, Page) = (context, page);

    public IPage Page { get; }

    /// <summary>Dialogs, requests to other hosts, breaches of the content security policy, errors of scripts.</summary>
    public IReadOnlyCollection<string> Trouble => _trouble;

    public static async Task<Visitor> ComeAsync(ConsoleFixture fixture, string key, Action<BrowserNewContextOptions>? with = null)
    {
        var options = new BrowserNewContextOptions
        {
            BaseURL = fixture.Address.ToString(),
            ExtraHTTPHeaders = key.Length == 0 ? [] : [new("Authorization", $"Bearer {key}")],
            Locale = "en-GB",
            ViewportSize = new ViewportSize { Width = 1280, Height = 900 },
        };
        with?.Invoke(options);
        var context = await fixture.Browser.NewContextAsync(options);
        context.SetDefaultTimeout(30_000);
        var page = await context.NewPageAsync();
        var visitor = new Visitor(context, page);
        page.Dialog += (_, dialog) =>
        {
            visitor._trouble.Enqueue($"dialog: {dialog.Message}");
            _ = dialog.DismissAsync();
        };
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(fixture.Address.ToString(), StringComparison.Ordinal))
            {
                visitor._trouble.Enqueue($"request: {request.Url}");
            }
        };
        page.Console += (_, message) =>
        {
            if (message.Type == "error" || message.Text.Contains("Content Security Policy", StringComparison.Ordinal))
            {
                visitor._trouble.Enqueue($"console: {message.Text}");
            }
        };
        page.PageError += (_, error) => visitor._trouble.Enqueue($"script: {error}");
        return visitor;
    }

    public Task GoAsync(string path) => Page.GotoAsync(path, new PageGotoOptions { WaitUntil = WaitUntilState.DOMContentLoaded });

    // Closed before the service stops, or its feed would hold the service up.
    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
