using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace OnlineSafety.Monitoring.Web.Tests.Alerts;

/// <summary>A DSL who has never seen the console: whose alert it is, what must be done, and a button that was pressed too soon.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class PutBackDayTests(ConsoleFixture fixture)
{
    [Fact]
    public async Task WhatWasTakenTooSoonIsPutBackAndThePageSaysWhoseItIsAndWhatToDo()
    {
        var school = await fixture.AddSchoolAsync();
        var key = await school.AddStaffAsync("Dana Lead", "dsl");
        await school.ReportGraveSearchAsync("a.pupil");
        await school.ReportGraveSearchAsync("b.pupil");
        await school.AlertsAsync(key, 2);
        await using var visitor = await Visitor.ComeAsync(fixture, key);
        var page = visitor.Page;

        await visitor.GoAsync("/alerts");
        await Expect(page.Locator("li.alert.waiting")).ToHaveCountAsync(2);
        await Expect(page.Locator("#alert-1 .alert-who")).ToContainTextAsync("Account a.pupil");
        Assert.DoesNotContain("pupil", await page.TitleAsync(), StringComparison.Ordinal);
        await page.Locator("#take-1").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "You have taken alert 1" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Put it back" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "Alert 1 waits again" })).ToBeVisibleAsync();
        await Expect(page.Locator("li.alert.waiting")).ToHaveCountAsync(2);

        await page.Locator("#open-1").ClickAsync();
        await Expect(page.Locator(".alert-head .alert-who")).ToContainTextAsync("Account a.pupil");
        await Expect(page.Locator(".instructions h3")).ToContainTextAsync("Suicide");
        await Expect(page.Locator(".instructions a[href='tel:999']").First).ToBeVisibleAsync();
        await Expect(page.Locator("#case-text")).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("Account: a.pupil"));
        await page.GetByText("Copy the text for CPOMS").ClickAsync();
        await AccessibilityCheck.RunAsync(page);
        await page.Locator("#step-acknowledge").ClickAsync();
        await Expect(page.Locator("#step-put-back")).ToBeVisibleAsync();
        await page.Locator("#next-alert").ClickAsync();
        await Expect(page.Locator(".event").First).ToContainTextAsync("b.pupil");
        Assert.Empty(visitor.Trouble);
    }
}
