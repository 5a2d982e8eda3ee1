using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace OnlineSafety.Monitoring.Web.Tests.Silences;

/// <summary>Silences at a browser: tried, begun, seen in the queue, ended; and the second person.</summary>
[Collection(ConsoleCollection.Name)]
public sealed partial class SilencesDayTests(ConsoleFixture console)
{
    private readonly Rooms _rooms = new(console);

    [Fact]
    public async Task ASilenceIsTriedBegunMarkedInTheQueueAndEnded()
    {
        var school = await _rooms.AddSchoolAsync();
        var (key, _) = await _rooms.AddStaffAsync(school, "Dana Lead", "dsl");
        await _rooms.AddAlertsAsync(school, "gambling", risk: 4, people: 3, each: 1, at: "now()");
        await _rooms.RunAsync($"UPDATE alert SET severity = 2 WHERE school_id = '{school}'");
        await _rooms.AddAlertsAsync(school, "bullying", risk: 3, people: 1, each: 1, at: "now()");
        await using var visitor = await _rooms.ComeAsync(key);
        var page = visitor.Page;
        await visitor.GoAsync("/alerts");
        await page.GetByRole(AriaRole.Link, new() { Name = "Silenced messages" }).ClickAsync();
        await Expect(page.GetByText("no message is held back by a silence")).ToBeVisibleAsync();
        await page.GetByLabel("Why?").FillAsync("A lesson on odds");
        await page.GetByRole(AriaRole.Button, new() { Name = "See what it would cover" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("choose a source, a theme, or both");
        Assert.Equal("A lesson on odds", await page.GetByLabel("Why?").InputValueAsync());

        await page.GetByLabel("Theme").SelectOptionAsync("gambling");
        await page.GetByRole(AriaRole.Button, new() { Name = "See what it would cover" }).ClickAsync();
        await Expect(page.Locator("#preview + p")).ToContainTextAsync("3 of 4 alerts");
        Assert.Equal(0, await _rooms.NumberAsync($"SELECT count(*) FROM silence WHERE school_id = '{school}'"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Begin the silence" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("The silence has begun");
        await Expect(page.Locator("table")).ToContainTextAsync("A lesson on odds");
        await AccessibilityCheck.RunAsync(page);

        await visitor.GoAsync("/alerts");
        await Expect(page.Locator("li.alert", new() { HasTextString = "Silenced: no message is sent" })).ToHaveCountAsync(3);
        await Expect(page.Locator("li.alert")).ToHaveCountAsync(4);
        await visitor.GoAsync("/alerts/1");
        await Expect(page.Locator(".alert-head")).ToContainTextAsync("Silenced");

        await visitor.GoAsync("/alerts/silences");
        await page.GetByRole(AriaRole.Button, new() { Name = "End now" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("The silence is over");
        await visitor.GoAsync("/alerts");
        await Expect(page.Locator("li.alert", new() { HasTextString = "Silenced" })).ToHaveCountAsync(0);
        Rooms.NothingWentWrong(visitor);
    }

    [Fact]
    public async Task OneUpToHighWaitsForAnotherPersonAndItsAuthorIsNone()
    {
        var school = await _rooms.AddSchoolAsync();
        var (author, _) = await _rooms.AddStaffAsync(school, "Dana Lead", "dsl");
        var (second, _) = await _rooms.AddStaffAsync(school, "Deputy Dee", "deputy");
        await _rooms.AddAlertsAsync(school, "gambling", risk: 4, people: 1, each: 1, at: "now()");
        using var begun = await _rooms.PostAsync("/alerts/silences", author, ("theme", "gambling"), ("up-to", "high"), ("days", "2"), ("reason", "A pilot"));
        Assert.Equal("/alerts/silences?done=waits", begun.Headers.Location!.OriginalString);
        using var own = await _rooms.GetAsync("/alerts/silences", author);
        var html = await own.Content.ReadAsStringAsync();
        Assert.DoesNotContain(">Agree<", html, StringComparison.Ordinal);
        var id = Silence().Match(html).Groups[1].Value;
        using var refused = await _rooms.PostAsync($"/alerts/silences/{id}/approve", author);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        using var before = await _rooms.GetAsync("/alerts", second);
        Assert.DoesNotContain("Silenced: no message", await before.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        await using var visitor = await _rooms.ComeAsync(second);
        await visitor.GoAsync("/alerts/silences");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Agree" }).ClickAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("with your word");
        using var after = await _rooms.GetAsync("/alerts", second);
        Assert.Contains("Silenced: no message is sent", await after.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("head")]
    [InlineData("governor")]
    [InlineData("it")]
    [InlineData("dpo")]
    [InlineData("admin")]
    public async Task WhoAnswersNoAlertsAboutPupilsFindsNoSuchPage(string role)
    {
        var school = await _rooms.AddSchoolAsync();
        var (key, _) = await _rooms.AddStaffAsync(school, $"Some {role}", role);
        using var answer = await _rooms.GetAsync("/alerts/silences", key);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [GeneratedRegex("/alerts/silences/([0-9a-f-]{36})/end")]
    private static partial Regex Silence();
}
