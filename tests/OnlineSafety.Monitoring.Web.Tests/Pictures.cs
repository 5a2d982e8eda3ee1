using Microsoft.Playwright;

namespace OnlineSafety.Monitoring.Web.Tests;

/// <summary>Pictures of pages, for whoever wants to look at them.</summary>
internal static class Pictures
{
    /// <summary>Where they go; unset: nowhere.</summary>
    private const string Folder = "ONLINESAFETY_TEST_PICTURES";

    public static async Task TakeAsync(IPage page, string name, ColorScheme colours = ColorScheme.Light, int width = 1280)
    {
        if (Environment.GetEnvironmentVariable(Folder) is { Length: > 0 } folder)
        {
            var file = $"{name.Trim('/').Replace('/', '-').Replace('?', '-')}-{colours}-{width}.png".ToLowerInvariant();
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, file), FullPage = true });
        }
    }
}
