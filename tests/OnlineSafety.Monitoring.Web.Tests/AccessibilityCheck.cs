using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace OnlineSafety.Monitoring.Web.Tests;

/// <summary>What axe finds on a page that keeps somebody from using it.</summary>
internal static class AccessibilityCheck
{
    private static readonly string[] Grave = ["serious", "critical"];

    public static async Task RunAsync(IPage page)
    {
        // On a page without script it would wait for ever.
        var found = await page.RunAxe().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.True(
            !found.Violations.Any(violation => Grave.Contains(violation.Impact)),
            $"{page.Url}: {string.Join("; ", found.Violations.Where(violation => Grave.Contains(violation.Impact)).Select(violation => $"{violation.Id}: {string.Join(" | ", violation.Nodes.Select(node => node.Html))}"))}");
    }
}
