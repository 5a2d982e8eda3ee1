using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace OnlineSafety.Monitoring.Web.Tests;

/// <summary>The day of a safeguarding lead, at a browser.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class DslDayTests(ConsoleFixture fixture)
{
    [Fact]
    public async Task AnAlertArrivesLiveIsReadAndGoesItsWholeWay()
    {
        var school = await fixture.AddSchoolAsync();
        var key = await school.AddStaffAsync("Dana Lead", "dsl");
        await school.AddStaffAsync("Hana Head", "head");
        await school.ReportAsync(new { timestamp = DateTimeOffset.UtcNow, user = new { email = "nobody" }, device = new { name = "LIB-01" }, url = "https://weather.example.test/", action = "allowed" });
        await using var visitor = await Visitor.ComeAsync(fixture, key);
        var page = visitor.Page;

        await visitor.GoAsync("/");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No alert is waiting for you" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "What is being watched" })).ToContainTextAsync("Web filter");
        await Expect(page.Locator("#live-state")).ToHaveTextAsync("Live");

        await school.ReportGraveSearchAsync("a.pupil");
        await Expect(page.Locator("#news")).ToContainTextAsync("1 new alert");
        await page.GetByRole(AriaRole.Link, new() { Name = "Show in the list" }).ClickAsync();
        await Expect(page.Locator("li.alert")).ToHaveCountAsync(1);
        await Expect(page.Locator("li.alert .severity")).ToHaveTextAsync("Critical");

        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Why this is an alert" })).ToBeVisibleAsync();
        await Expect(page.Locator(".deciding mark.hit").First).ToContainTextAsync("kill myself");
        await Expect(page.Locator(".event").First).ToContainTextAsync("a.pupil");

        await page.Keyboard.PressAsync("a");
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("You have taken alert 1");
        await FillAsync(page, "Escalate to the next desk", "Why?", "She is not in school today.", "Escalate");
        await Expect(page.Locator(".alert-head")).ToContainTextAsync("Escalated");
        await Expect(page.Locator("#told + ol")).ToContainTextAsync("Hana Head");
        await FillAsync(page, "Hand over to the case system", "Reference of the case", "CP-2026-114", "Hand over");
        await Expect(page.Locator(".alert-head")).ToContainTextAsync("Handed over");
        await page.GetByText("Resolve", new() { Exact = true }).First.ClickAsync();
        await page.GetByLabel("A safeguarding concern").CheckAsync();
        await page.GetByLabel("What was found and done").FillAsync("Spoken with her and her mother.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Resolve", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Alert 1 is resolved");
        var history = page.Locator("#history + ol");
        foreach (var step in new[] { "Resolved: A safeguarding concern by Dana Lead", "Handed over as CP-2026-114 by Dana Lead", "Escalated to the next desk by Dana Lead", "Acknowledged by Dana Lead", "Raised" })
        {
            await Expect(history).ToContainTextAsync(step);
        }

        await FillAsync(page, "Open it again", "Why was it not over?", "Her mother rang.", "Open it again");
        await Expect(page.Locator(".alert-head")).ToContainTextAsync("Waiting");
        Assert.Empty(visitor.Trouble);
    }

    [Fact]
    public async Task AStepWithoutItsWordsIsRefusedAndNothingTypedIsLost()
    {
        var school = await fixture.AddSchoolAsync();
        var key = await school.AddStaffAsync("Dana Lead", "dsl");
        await school.AddAlertsAsync(1);
        await using var visitor = await Visitor.ComeAsync(fixture, key);
        await visitor.GoAsync("/alerts/1");

        await visitor.Page.GetByText("Resolve", new() { Exact = true }).First.ClickAsync();
        await visitor.Page.GetByLabel("What was found and done").FillAsync("Spoken with him.");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Resolve", Exact = true }).ClickAsync();

        await Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Choose what it was");
        await Expect(visitor.Page.GetByLabel("What was found and done")).ToHaveValueAsync("Spoken with him.");
        Assert.Equal("new", (await school.GetAsync(key, "/v1/alerts/1")).GetProperty("state").GetString());
    }

    [Fact]
    public async Task TheHourAroundIsShownForAReasonThatIsRecorded()
    {
        var school = await fixture.AddSchoolAsync();
        var key = await school.AddStaffAsync("Dana Lead", "dsl");
        await school.ReportGraveSearchAsync("a.pupil");
        await school.AlertsAsync(key, 1);
        await using var visitor = await Visitor.ComeAsync(fixture, key);
        await visitor.GoAsync("/alerts/1");

        await visitor.Page.GetByText("Show the hour around it").ClickAsync();
        await visitor.Page.GetByLabel("Why do you need it?").FillAsync("Her tutor asks what came before.");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Show the hour" }).ClickAsync();

        await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "The hour around it" })).ToBeVisibleAsync();
        await Expect(visitor.Page.Locator("#hour .event").First).ToContainTextAsync("a.pupil");
        Assert.Equal(1, await fixture.Service.NumberAsync($"SELECT count(*) FROM access_record WHERE school_id = '{school.Id}' AND action = 'alert.hour' AND access_record::text LIKE '%Her tutor asks%'"));
    }

    [Fact]
    public async Task OnlyLowAlertsAreTakenTogether()
    {
        var school = await fixture.AddSchoolAsync();
        var key = await school.AddStaffAsync("Dana Lead", "dsl");
        await school.AddAlertsAsync(3, firstNumber: 1, severity: 1);
        await school.AddAlertsAsync(1, firstNumber: 4, severity: 3);
        await using var visitor = await Visitor.ComeAsync(fixture, key);
        await visitor.GoAsync("/alerts");

        await Expect(visitor.Page.Locator("li.alert input[type=checkbox]")).ToHaveCountAsync(3);
        await visitor.Page.GetByLabel("Choose alert 1").CheckAsync();
        await visitor.Page.GetByLabel("Choose alert 3").CheckAsync();
        // Whatever a page was made to send.
        await visitor.Page.EvaluateAsync("() => { document.querySelector('[name=alert][value=\"3\"]').value = '4'; }");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Acknowledge the chosen low alerts" }).ClickAsync();

        await Expect(visitor.Page.GetByRole(AriaRole.Status).Last).ToContainTextAsync("Low alerts taken: 1");
        Assert.Equal("new", (await school.GetAsync(key, "/v1/alerts/4")).GetProperty("state").GetString());
        Assert.Equal("acknowledged", (await school.GetAsync(key, "/v1/alerts/1")).GetProperty("state").GetString());
    }

    private static async Task FillAsync(IPage page, string summary, string label, string text, string button)
    {
        await page.Locator("summary", new() { HasTextString = summary }).ClickAsync();
        await page.GetByLabel(label).FillAsync(text);
        await page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
    }
}
