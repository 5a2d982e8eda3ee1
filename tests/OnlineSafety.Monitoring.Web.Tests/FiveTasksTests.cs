using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace OnlineSafety.Monitoring.Web.Tests;

/// <summary>
/// What a colleague who has never seen the console must get done with nothing but an address and a role, by what stands on the pages alone: at a desk and on a phone.
/// </summary>
[Collection(ConsoleCollection.Name)]
public sealed class FiveTasksTests(ConsoleFixture fixture)
{
    private readonly Rooms _rooms = new(fixture);

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task EachIsFinishedByWhatStandsOnThePages(int width)
    {
        var school = await fixture.AddSchoolAsync();
        var key = await school.AddStaffAsync("Dana Lead", "dsl", "it");
        await FurnishAsync(school, key);
        await using var visitor = await Visitor.ComeAsync(fixture, key, options => options.ViewportSize = new ViewportSize { Width = width, Height = 900 });
        var page = visitor.Page;

        // The most urgent alert, and why it fired.
        await visitor.GoAsync("/");
        await Pictures.TakeAsync(page, "task-1-queue", width: width);
        await Expect(page.Locator("li.alert").First.Locator(".severity")).ToHaveTextAsync("Critical");
        await page.Locator("a.alert-link").First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Why this is an alert" })).ToBeVisibleAsync();
        await Expect(page.Locator(".deciding mark.hit").First).ToContainTextAsync("kill myself");
        await Pictures.TakeAsync(page, "task-1-alert", width: width);

        // What else happened around it: in other products, and in the hour.
        var minutes = page.GetByRole(AriaRole.Region, new() { Name = "The same minutes in every product", Exact = true });
        await Expect(minutes).ToContainTextAsync("Senso");
        await Expect(minutes).ToContainTextAsync("Generic");
        await page.GetByText("Show the hour around it").ClickAsync();
        await page.GetByLabel("Why do you need it?").FillAsync("To know what came before.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the hour" }).ClickAsync();
        await Expect(page.Locator("#hour")).ToContainTextAsync("bitesize");
        await Pictures.TakeAsync(page, "task-2-hour", width: width);

        // Hand it over.
        await page.Locator("summary", new() { HasTextString = "Hand over" }).ClickAsync();
        await page.GetByLabel("Reference of the case").FillAsync("CP-2026-114");
        await page.GetByRole(AriaRole.Button, new() { Name = "Hand over", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("was handed over");
        await Pictures.TakeAsync(page, "task-3-handed-over", width: width);

        // Which source is silent.
        await page.GetByRole(AriaRole.Link, new() { Name = "Sources", Exact = true }).ClickAsync();
        await Expect(page.Locator("table.sources tbody tr").First).ToContainTextAsync("Old filter");
        await Expect(page.Locator("table.sources tbody tr").First).ToContainTextAsync("Silent");
        await Pictures.TakeAsync(page, "task-4-sources", width: width);

        // On-board a source of a product that nobody knows.
        await page.GetByRole(AriaRole.Link, new() { Name = "Add a source" }).ClickAsync();
        await page.GetByLabel("Product", new() { Exact = true }).SelectOptionAsync("Another product, or I am not sure");
        await page.GetByLabel("Webhook").CheckAsync();
        await Pictures.TakeAsync(page, "task-5-add", width: width);
        await page.GetByRole(AriaRole.Button, new() { Name = "Add the source" }).ClickAsync();
        await Expect(page.Locator("#key")).ToContainTextAsync("osk_");
        await Pictures.TakeAsync(page, "task-5-key", width: width);
        await page.GetByRole(AriaRole.Link, new() { Name = "Next: give it a mapping" }).ClickAsync();
        await Expect(page.GetByText("Nothing has come yet")).ToBeVisibleAsync();
        await Pictures.TakeAsync(page, "task-5-onboard", width: width);
        Assert.Empty(visitor.Trouble);
    }

    private async Task FurnishAsync(TestSchool school, string key)
    {
        var at = DateTimeOffset.UtcNow;
        var (senso, sensoKey) = await _rooms.AddSourceAsync(school.Id, "senso", "Senso classrooms");
        await _rooms.SendAsync(senso, sensoKey, "application/json", $$"""
            {"logs": [{"type": "Website", "dateTime": "{{at:O}}", "username": "a.pupil", "pcName": "LIB-07", "url": "https://www.bbc.co.uk/bitesize", "application": "chrome.exe"},
                      {"type": "Website", "dateTime": "{{at:O}}", "username": "a.pupil", "pcName": "LIB-07", "url": "https://www.google.com/search?q=painless+ways+to+kill+myself", "application": "chrome.exe"}]}
            """);
        await school.ReportGraveSearchAsync("a.pupil");
        await fixture.Service.UntilAsync($"SELECT count(*) FROM event WHERE school_id = '{school.Id}' AND alert_id IS NOT NULL", 2);
        await school.AlertsAsync(key, 1);
        await school.AddAlertsAsync(6, firstNumber: 2, severity: 2);
        var (old, _) = await _rooms.AddSourceAsync(school.Id, "protex", "Old filter");
        await _rooms.StandsAsync(school.Id, old, "silent", "Silent since Monday 09:14: it usually sends every 15 minutes.");
    }
}
