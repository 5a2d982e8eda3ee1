using Microsoft.Playwright;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Web.Tests;

/// <summary>Pictures of pages, for whoever wants to look at them.</summary>
internal static class Pictures
{
    private const string Variable = "ONLINESAFETY_TEST_PICTURES";

    /// <summary>Where they go, from the root of the checkout; null: nowhere.</summary>
    public static string? Folder { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder
        ? Directory.CreateDirectory(Repository.Path(folder)).FullName
        : null;

    public static Task TakeAsync(IPage page, string name, ColorScheme colours = ColorScheme.Light, int width = 1280) =>
        Folder is null ? Task.CompletedTask : TakeAsync(page, $"{name.Trim('/').Replace('/', '-').Replace('?', '-')}-{colours}-{width}.png".ToLowerInvariant());

    /// <param name="file">Name of the picture in the folder.</param>
    public static async Task TakeAsync(IPage page, string file) =>
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Folder!, file), FullPage = true });
}
