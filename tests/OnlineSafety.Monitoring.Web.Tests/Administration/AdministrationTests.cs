using Microsoft.Playwright;

namespace OnlineSafety.Monitoring.Web.Tests.Administration;

[Collection(ConsoleCollection.Name)]
public sealed class AdministrationTests(ConsoleFixture console)
{
    private readonly Rooms _rooms = new(console);

    private const string Calendar = """{"terms": [{"name": "Autumn", "first": "2026-09-03", "last": "2026-12-18"}], "closures": [{"first": "2026-10-26", "last": "2026-10-30", "kind": "half-term"}]}""";

    [Fact]
    public async Task SomebodyIsAddedWithARoleAndAMistakeLosesNothing()
    {
        var school = await _rooms.AddSchoolAsync();
        await using var visitor = await _rooms.ComeAsync((await _rooms.AddStaffAsync(school, "Ada Min", "admin")).Key);
        var page = visitor.Page;
        await page.GotoAsync("/administration/staff");
        await AccessibilityCheck.RunAsync(page);
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Harriet Head");
        await page.GetByLabel("E-mail").FillAsync("h.head@school.example");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Choose at least one role.");
        Assert.Equal("Harriet Head", await page.GetByLabel("Name", new() { Exact = true }).InputValueAsync());
        await page.GetByLabel("Headteacher").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Added. It works once");
        Assert.Contains("/welcome/", await page.Locator(".secret").InnerTextAsync(), StringComparison.Ordinal);
        await Assertions.Expect(page.GetByLabel("Headteacher")).ToBeCheckedAsync();
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Administration" }).GetByRole(AriaRole.Link, new() { Name = "Staff and roles" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "h.head@school.example" })).ToContainTextAsync("Headteacher");
        Rooms.NothingWentWrong(visitor);
    }

    [Fact]
    public async Task ACalendarIsGivenAndASnowDayAdded()
    {
        var school = await _rooms.AddSchoolAsync();
        await using var visitor = await _rooms.ComeAsync((await _rooms.AddStaffAsync(school, "Ada Min", "admin")).Key);
        var page = visitor.Page;
        await page.GotoAsync("/administration/calendar");
        await Assertions.Expect(page.GetByText("No term dates yet")).ToBeVisibleAsync();
        await page.GetByText("Replace the whole calendar by a file").ClickAsync();
        await page.GetByLabel("Calendar, JSON").FillAsync("{\"terms\": []}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Replace it" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The calendar names no term");
        await page.GetByLabel("Calendar, JSON").FillAsync(Calendar);
        await page.GetByRole(AriaRole.Button, new() { Name = "Replace it" }).ClickAsync();
        await Assertions.Expect(page.GetByText("The calendar ends on Fri 18 Dec 2026")).ToBeVisibleAsync();
        await page.GetByLabel("First day", new() { Exact = true }).FillAsync("2026-11-30");
        await page.GetByRole(AriaRole.Region, new() { Name = "Add a closure" }).GetByLabel("Name", new() { Exact = true }).FillAsync("Snow");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add the closure" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Snow" })).ToContainTextAsync("Mon 30 Nov 2026");
        await AccessibilityCheck.RunAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove the closure Snow" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Snow" })).ToHaveCountAsync(0);
        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM access_record WHERE school_id = '{school}' AND action = 'school.closure-remove'"));
        Rooms.NothingWentWrong(visitor);
    }

    [Fact]
    public async Task AChannelIsAddedItsSecretShownOnceAndItIsTested()
    {
        var school = await _rooms.AddSchoolAsync();
        var (key, _) = await _rooms.AddStaffAsync(school, "Ada Min", "admin");
        await using var visitor = await _rooms.ComeAsync(key);
        var page = visitor.Page;
        await page.GotoAsync("/administration/channels");
        await page.GetByLabel("Address").FillAsync("https://desk.school.invalid/alerts");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add the channel" }).ClickAsync();
        var secret = await page.Locator(".secret").InnerTextAsync();
        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
        await AccessibilityCheck.RunAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Test webhook" }).ClickAsync();
        // The host is none that exists: what went wrong is said, and the secret no more.
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        Assert.DoesNotContain(secret, await page.ContentAsync(), StringComparison.Ordinal);
        using var inside = await _rooms.PostAsync("/administration/channels", key, ("kind", "webhook"), ("address", "https://10.0.0.1/hook"), ("least", "high"));
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, inside.StatusCode);
        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM channel WHERE school_id = '{school}'"));
        var remove = page.GetByRole(AriaRole.Button, new() { Name = "Remove webhook" });
        await Assertions.Expect(remove).ToBeHiddenAsync();
        await page.Locator("summary").Filter(new() { HasText = "Remove" }).ClickAsync();
        await remove.ClickAsync();
        await Assertions.Expect(page.GetByText("Nowhere: alerts go by e-mail alone.")).ToBeVisibleAsync();
        Rooms.NothingWentWrong(visitor);
    }
}
