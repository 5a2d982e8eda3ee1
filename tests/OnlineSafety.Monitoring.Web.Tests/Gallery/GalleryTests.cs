using System.Text;
using Microsoft.Playwright;

namespace OnlineSafety.Monitoring.Web.Tests.Gallery;

/// <summary>
/// Takes a picture of every page that anybody can reach, light, dark and on a phone, on the data of the demonstration:
/// <c>ONLINESAFETY_TEST_PICTURES=artifacts/console ./tests/run.sh --filter FullyQualifiedName~Gallery</c>, then <c>artifacts/console/index.html</c>. What is beautiful no test can
/// say; that no page is wider than its screen, asks elsewhere or breaks its policy is said on the way.
/// </summary>
[Trait("Category", "Gallery")]
public sealed class GalleryTests
{
    private readonly SortedSet<string> _pictures = new(StringComparer.Ordinal);
    private readonly List<string> _faults = [];

    [GalleryFact]
    public async Task EveryPageIsTakenAndNoneIsWiderThanItsScreen()
    {
        await using var console = await DemoConsole.StartAsync();
        var pages = await PagesAsync(console);
        foreach (var frame in Frame.Each)
        {
            await PagesAsync(console, frame, pages);
            await ScenesAsync(console, frame);
        }

        await File.WriteAllTextAsync(Path.Combine(Pictures.Folder!, "index.html"), Index());
        Assert.Empty(_faults);
    }

    /// <summary>Who sees what; the first who sees a page of a kind has it marked.</summary>
    private static async Task<IReadOnlyList<(string Role, string Path, bool First)>> PagesAsync(DemoConsole console)
    {
        var pages = new List<(string Role, string Path, bool First)>();
        foreach (var (role, key) in console.Keys)
        {
            var known = pages.Select(page => Walk.KindOf(page.Path)).ToHashSet(StringComparer.Ordinal);
            pages.AddRange((await Walk.OfAsync(console.Rooms, key)).Select(path => (role, path, role.StartsWith("empty-", StringComparison.Ordinal) || !known.Contains(Walk.KindOf(path)))));
        }

        return pages;
    }

    private async Task PagesAsync(DemoConsole console, Frame frame, IReadOnlyList<(string Role, string Path, bool First)> pages)
    {
        foreach (var role in pages.GroupBy(page => page.Role))
        {
            await using var visitor = await Visitor.ComeAsync(console.Fixture, console.Keys[role.Key], frame.Set);
            foreach (var (_, path, _) in role.Where(page => page.First || frame.All))
            {
                await visitor.GoAsync(path);
                await TakeAsync(visitor, $"{role.Key}-{Walk.KindOf(path)}", frame);
            }
        }
    }

    private async Task ScenesAsync(DemoConsole console, Frame frame)
    {
        foreach (var scene in Scenes.Of(console))
        {
            await using var visitor = await Visitor.ComeAsync(console.Fixture, scene.Who.Length == 0 ? "" : console.Keys[scene.Who], frame.Set);
            try
            {
                await scene.Act(visitor.Page);
            }
            catch (Exception error) when (error is PlaywrightException or TimeoutException)
            {
                // The others are wanted too.
                _faults.Add($"{scene.Name} in {frame.Name}: {error.Message.Split('\n')[0]}");
            }

            await TakeAsync(visitor, $"scene-{scene.Name}", frame);
        }
    }

    private async Task TakeAsync(Visitor visitor, string name, Frame frame)
    {
        var file = $"{name}.{frame.Name}.png";
        await Pictures.TakeAsync(visitor.Page, file);
        _pictures.Add(file);
        if (!await visitor.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"))
        {
            _faults.Add($"{file} is wider than its screen.");
        }

        // A form that was refused, or a page that is not there, is noted as an error by a browser.
        _faults.AddRange(visitor.Trouble.Where(trouble => !trouble.Contains("status of 4", StringComparison.Ordinal)).Select(trouble => $"{file}: {trouble}").Except(_faults));
    }

    private string Index()
    {
        var html = new StringBuilder("<!DOCTYPE html><meta charset=\"utf-8\"><title>Console</title><style>body{font:14px sans-serif}main{display:flex;flex-wrap:wrap;gap:16px;align-items:start}figure{margin:0;width:420px}img{width:100%;border:1px solid #999}</style><main>");
        foreach (var picture in _pictures)
        {
            html.Append("<figure><figcaption>").Append(picture).Append("</figcaption><a href=\"").Append(picture).Append("\"><img loading=\"lazy\" src=\"").Append(picture).Append("\"></a></figure>");
        }

        return html.Append("</main>").ToString();
    }
}
