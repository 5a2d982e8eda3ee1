using System.Net;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace OnlineSafety.Monitoring.Web.Tests;

/// <summary>The day of a head: what is about members of staff, the policy, the figures; no pupil's alert.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class HeadDayTests(ConsoleFixture console)
{
    private readonly Rooms _rooms = new(console);

    [Fact]
    public async Task AHeadSeesWhatIsAboutStaffActsOnItAndNothingOfPupils()
    {
        var school = await _rooms.AddSchoolAsync();
        var (head, _) = await _rooms.AddStaffAsync(school, "Hana Head", "head");
        await _rooms.AddStaffAsync(school, "Dana Lead", "dsl");
        await _rooms.AddAlertsAsync(school, "bullying", risk: 3, people: 2, each: 1, at: "now()");
        await _rooms.AddAlertsAsync(school, "gambling", risk: 4, people: 1, each: 1, route: "head", at: "now()");
        await using var visitor = await _rooms.ComeAsync(head);
        var page = visitor.Page;

        await visitor.GoAsync("/");
        await Expect(page.Locator("li.alert")).ToHaveCountAsync(1);
        await Expect(page.Locator("nav.nav a")).ToHaveTextAsync(["Alerts", "People", "Sources", "Reports", "Administration"]);
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Silenced messages" })).ToHaveCountAsync(0);
        await page.Locator("a.alert-link").ClickAsync();
        await Expect(page.Locator(".instructions")).ToBeVisibleAsync();
        await Expect(page.GetByText("Show the hour around it")).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Acknowledge", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("You have taken alert 3");
        await page.GetByText("Resolve", new() { Exact = true }).First.ClickAsync();
        await page.GetByLabel("A lesser concern").CheckAsync();
        await page.GetByLabel("What was found and done").FillAsync("Spoken with the member of staff.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Resolve", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Alert 3 is resolved");
        await AccessibilityCheck.RunAsync(page);

        await page.GetByRole(AriaRole.Link, new() { Name = "Administration" }).ClickAsync();
        await page.Locator("nav.tabs").GetByRole(AriaRole.Link, new() { Name = "Policy" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "How soon alerts are acknowledged" })).ToBeVisibleAsync();
        await Expect(page.Locator("nav.tabs a")).ToHaveTextAsync(["Staff and roles", "Policy", "Calendar", "Channels"]);
        foreach (var path in new[] { "/alerts/1", "/alerts/2", "/rules", "/audit" })
        {
            using var answer = await _rooms.GetAsync(path, head);
            Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{path} answers {(int)answer.StatusCode}");
        }

        Rooms.NothingWentWrong(visitor);
    }
}
