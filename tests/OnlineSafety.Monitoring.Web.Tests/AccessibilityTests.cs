using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace OnlineSafety.Monitoring.Web.Tests;

/// <summary>Every page, in both colours and at the width of a phone, before axe; and every page without script.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class AccessibilityTests(ConsoleFixture fixture)
{
    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 390)]
    public async Task AxeFindsNothingSerious(ColorScheme colours, int width)
    {
        var (school, key) = await FurnishedAsync();
        await using var visitor = await Visitor.ComeAsync(fixture, key, options =>
        {
            options.ColorScheme = colours;
            options.ViewportSize = new ViewportSize { Width = width, Height = 900 };
        });
        foreach (var address in new[] { "/alerts", "/alerts?show=resolved", "/alerts?severity=low", "/alerts/1", "/alerts/2", "/alerts/999" })
        {
            await visitor.GoAsync(address);
            await Pictures.TakeAsync(visitor.Page, address, colours, width);
            // Closed parts count too.
            await visitor.Page.EvaluateAsync("() => document.querySelectorAll('details').forEach(part => part.open = true)");
            var found = await visitor.Page.RunAxe();
            var serious = found.Violations.Where(v => v.Impact is "serious" or "critical").Select(v => $"{address}: {v.Id}: {v.Help}: {string.Join("; ", v.Nodes.Select(n => n.Html))}");
            Assert.Empty(serious);
            // What runs out of the page at the side, by name: nothing does.
            Assert.Equal("", await visitor.Page.EvaluateAsync<string>(
                "() => document.documentElement.scrollWidth <= innerWidth ? '' : [...document.querySelectorAll('body *')].filter(part => part.getBoundingClientRect().right > innerWidth).map(part => `${location.pathname}: ${part.outerHTML.slice(0, 200)}`).join(' ')"));
        }

        Assert.DoesNotContain(visitor.Trouble, trouble => !trouble.Contains("404", StringComparison.Ordinal));
    }

    [Fact]
    public async Task EverythingButLivenessWorksWithoutScript()
    {
        var (school, key) = await FurnishedAsync();
        await using var visitor = await Visitor.ComeAsync(fixture, key, options => options.JavaScriptEnabled = false);
        var page = visitor.Page;
        await visitor.GoAsync("/alerts");
        Assert.False(await page.GetByRole(AriaRole.Button, new() { Name = "Keyboard" }).IsVisibleAsync());

        await page.GetByRole(AriaRole.Group, new() { Name = "Severity" }).GetByRole(AriaRole.Link, new() { Name = "Critical" }).ClickAsync();
        Assert.EndsWith("/alerts?severity=critical", page.Url, StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Button, new() { Name = "Acknowledge" }).First.ClickAsync();
        Assert.Contains("You have taken alert", await page.GetByRole(AriaRole.Status).Last.InnerTextAsync(), StringComparison.Ordinal);

        await visitor.GoAsync("/alerts/1");
        await page.Locator("summary", new() { HasTextString = "Add a note" }).ClickAsync();
        await page.GetByLabel("Note", new() { Exact = true }).FillAsync("Rang home.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add the note" }).ClickAsync();
        Assert.Contains("Rang home.", await page.Locator("#history + ol").InnerTextAsync(), StringComparison.Ordinal);

        await page.Locator("details.who summary").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Dark" }).ClickAsync();
        Assert.Equal("dark", await page.Locator("html").GetAttributeAsync("data-theme"));
        Assert.EndsWith("/alerts/1?done=noted&alert=1", page.Url, StringComparison.Ordinal);
        Assert.Empty(visitor.Trouble);
    }

    private async Task<(TestSchool School, string Key)> FurnishedAsync()
    {
        var school = await fixture.AddSchoolAsync();
        var key = await school.AddStaffAsync("Dana Lead", "dsl");
        await school.ReportAsync(new
        {
            timestamp = DateTimeOffset.UtcNow, user = new { email = "a.\u202Epupil" }, device = new { name = "LIB-\u043E7" }, url = "https://forum.example.test/", text = TestSchool.Grave, action = "allowed",
        });
        await school.AlertsAsync(key, 1);
        await school.AddAlertsAsync(8, firstNumber: 2);
        await school.AddAlertsAsync(4, firstNumber: 10, state: "acknowledged");
        return (school, key);
    }
}
