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

        // On its own page a key leads to the button and does not press it.
        await page.Keyboard.PressAsync("a");
        await Expect(page.Locator("#step-acknowledge")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("You have taken alert 1");
        // What was said once is not said again by the address.
        Assert.EndsWith("/alerts/1", page.Url, StringComparison.Ordinal);
        await FillAsync(page, "Escalate to the next desk: Hana Head", "Why?", "She is not in school today.", "Escalate");
        await Expect(page.Locator(".alert-head")).ToContainTextAsync("Escalated");
        await Expect(page.Locator("#told + ol")).ToContainTextAsync("Hana Head");
        await FillAsync(page, "Hand over to CPOMS", "Reference of the case", "CP-2026-114", "Hand over");
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
    public async Task ALessonsAlertIsClosedInOnePlaceAndWhatKeepsTheNextAwayIsFolded()
    {
        var school = await fixture.AddSchoolAsync();
        var key = await school.AddStaffAsync("Dana Lead", "dsl");
        await school.AddAlertsAsync(1, severity: 2);
        await using var visitor = await Visitor.ComeAsync(fixture, key);
        var page = visitor.Page;
        await visitor.GoAsync("/alerts/1");

        await Expect(page.Locator("form[action$='/resolve']")).ToHaveCountAsync(1);
        await Expect(page.GetByText("See what else it would silence")).ToBeHiddenAsync();
        await Expect(page.GetByText("Silence alerts like this for a while")).ToBeHiddenAsync();
        await page.GetByText("If alerts like this keep coming").ClickAsync();
        await Expect(page.GetByText("Silence alerts like this for a while")).ToBeVisibleAsync();
        await Expect(page.GetByText("Nothing here closes this alert")).ToBeVisibleAsync();

        await page.GetByText("Resolve", new() { Exact = true }).First.ClickAsync();
        await page.GetByLabel("Needed for teaching").CheckAsync();
        await page.GetByLabel("What was found and done").FillAsync("Drama, 10B: Romeo and Juliet.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Resolve", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Alert 1 is resolved");
        Assert.Equal("benign-curriculum", (await school.GetAsync(key, "/v1/alerts/1")).GetProperty("outcome").GetString());
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
        await Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToBeFocusedAsync();
        await visitor.Page.GetByRole(AriaRole.Alert).GetByRole(AriaRole.Link).ClickAsync();
        await Expect(visitor.Page.Locator("#resolve-outcome")).ToBeInViewportAsync();
        await Expect(visitor.Page.GetByLabel("What was found and done")).ToHaveValueAsync("Spoken with him.");
        Assert.Equal("new", (await school.GetAsync(key, "/v1/alerts/1")).GetProperty("state").GetString());
    }

    [Fact]
    public async Task TheHourAroundIsReadBackFromTheLogForAReasonThatIsRecorded()
    {
        var school = await fixture.AddSchoolAsync();
        var key = await school.AddStaffAsync("Dana Lead", "dsl");
        await VisitAsync(school, "a.pupil@school.example", "https://weather.example.test/today");
        await VisitAsync(school, "b.other@school.example", "https://others.example.test/");
        await VisitAsync(school, user: null, "https://nobody.example.test/");
        await school.ReportGraveSearchAsync("a.pupil");
        await school.AlertsAsync(key, 1);
        await using var visitor = await Visitor.ComeAsync(fixture, key);
        await visitor.GoAsync("/alerts/1");
        await AskForHourAsync(visitor.Page, device: false);

        var hour = visitor.Page.Locator("#hour");
        await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "The hour around it" })).ToBeVisibleAsync();
        await Expect(hour.Locator(".event")).ToHaveCountAsync(2);
        await Expect(hour).ToContainTextAsync("weather.example.test");
        await Expect(hour).Not.ToContainTextAsync("others.example.test");
        await Expect(hour).Not.ToContainTextAsync("nobody.example.test");

        await visitor.GoAsync("/alerts/1");
        await AskForHourAsync(visitor.Page, device: true);
        await Expect(hour).ToContainTextAsync("nobody.example.test");
        await Expect(hour).ToContainTextAsync("1 event on it names somebody else");
        await Expect(hour).Not.ToContainTextAsync("others.example.test");
        Assert.Empty(visitor.Trouble);
        // Both looks, each before a record was opened.
        Assert.Equal(2, await fixture.Service.NumberAsync($"SELECT count(*) FROM access_record WHERE school_id = '{school.Id}' AND action = 'alert.hour' AND reason <> '' AND reason NOT LIKE '%tutor%'"));
        Assert.Equal(1, await fixture.Service.NumberAsync($"SELECT count(*) FROM access_record WHERE school_id = '{school.Id}' AND action = 'alert.log' AND reason <> '' AND reason NOT LIKE '%tutor%' AND object LIKE '% device'"));
    }

    [Fact]
    public async Task WhenTheLogOfAnHourIsGoneThePageSaysSoAndShowsWhatWasStored()
    {
        var school = await fixture.AddSchoolAsync();
        var key = await school.AddStaffAsync("Dana Lead", "dsl");
        await VisitAsync(school, "a.pupil@school.example", "https://weather.example.test/today");
        await school.ReportGraveSearchAsync("a.pupil");
        await school.AlertsAsync(key, 1);
        await fixture.Service.ExecuteAsync($"DELETE FROM data_key WHERE school_id = '{school.Id}'");
        await using var visitor = await Visitor.ComeAsync(fixture, key);
        await visitor.GoAsync("/alerts/1");
        await AskForHourAsync(visitor.Page, device: false);

        await Expect(visitor.Page.Locator("#hour")).ToContainTextAsync("The log of that time is no longer kept.");
        await Expect(visitor.Page.Locator("#hour .event")).ToHaveCountAsync(1);
        await Expect(visitor.Page.Locator("#hour")).Not.ToContainTextAsync("weather.example.test");
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

        await Expect(visitor.Page.GetByRole(AriaRole.Status).Last).ToContainTextAsync("1 low alert is yours now");
        Assert.Equal("new", (await school.GetAsync(key, "/v1/alerts/4")).GetProperty("state").GetString());
        Assert.Equal("acknowledged", (await school.GetAsync(key, "/v1/alerts/1")).GetProperty("state").GetString());
    }

    private static Task VisitAsync(TestSchool school, string? user, string url) => school.ReportAsync(new
    {
        timestamp = DateTimeOffset.UtcNow, user = user is null ? null : new { email = user }, device = new { name = "LIB-07" }, url, action = "allowed",
    });

    private static async Task AskForHourAsync(IPage page, bool device)
    {
        await page.GetByText("Show the hour around it").ClickAsync();
        await page.GetByLabel("Why do you need it?").FillAsync("Her tutor asks what came before.");
        await page.GetByLabel("Also what the same device did").SetCheckedAsync(device);
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the hour" }).ClickAsync();
    }

    private static async Task FillAsync(IPage page, string summary, string label, string text, string button)
    {
        await page.Locator("summary", new() { HasTextString = summary }).ClickAsync();
        await page.GetByLabel(label).FillAsync(text);
        await page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
    }
}
