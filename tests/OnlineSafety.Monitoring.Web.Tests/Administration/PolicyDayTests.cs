using System.Net;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace OnlineSafety.Monitoring.Web.Tests.Administration;

/// <summary>A school's policy: read in words, changed as a form and as a file, and nothing holds before what changes was shown.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class PolicyDayTests(ConsoleFixture console)
{
    private readonly Rooms _rooms = new(console);

    [Fact]
    public async Task ClocksAreChangedByAFormAfterWhatChangesWasShown()
    {
        var school = await _rooms.AddSchoolAsync();
        var (key, _) = await _rooms.AddStaffAsync(school, "Hana Head", "head");
        await _rooms.AddStaffAsync(school, "Dana Lead", "dsl");
        await using var visitor = await _rooms.ComeAsync(key);
        var page = visitor.Page;
        await visitor.GoAsync("/administration/policy");
        await Expect(page.GetByText("This is the default, and it holds")).ToBeVisibleAsync();
        await page.GetByText("Change it", new() { Exact = true }).ClickAsync();
        await page.GetByLabel("High", new() { Exact = true }).SelectOptionAsync("minutes");
        await page.GetByLabel("Minutes for high").FillAsync("soon");
        await page.GetByLabel("A number to ring", new() { Exact = false }).First.CheckAsync();
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Number to ring" }).FillAsync("01632 960001");
        await page.GetByRole(AriaRole.Button, new() { Name = "See what changes" }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("High: write");
        Assert.Equal("soon", await page.GetByLabel("Minutes for high").InputValueAsync());
        Assert.Equal("01632 960001", await page.GetByRole(AriaRole.Textbox, new() { Name = "Number to ring" }).InputValueAsync());
        await AccessibilityCheck.RunAsync(page);

        await page.GetByLabel("Minutes for high").FillAsync("45");
        await page.GetByRole(AriaRole.Button, new() { Name = "See what changes" }).First.ClickAsync();
        await Expect(page.Locator(".changes.removed")).ToContainTextAsync("high: acknowledged on the same school day");
        await Expect(page.Locator(".changes.added")).ToContainTextAsync("high: acknowledged within 45 minutes of school time");
        await Expect(page.Locator(".changes.added")).ToContainTextAsync("Ring 01632 960001");
        await AccessibilityCheck.RunAsync(page);
        Assert.Equal(0, await _rooms.NumberAsync($"SELECT count(*) FROM school_policy WHERE school_id = '{school}'"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Set this policy" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("The policy holds now");
        await Expect(page.GetByText("within 45 minutes of school time")).ToBeVisibleAsync();
        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM access_record WHERE school_id = '{school}' AND action = 'policy.import' AND actor_name = 'Hana Head'"));
        Rooms.NothingWentWrong(visitor);
    }

    [Fact]
    public async Task WhatTheFormDoesNotAskForStaysAsItWas()
    {
        var school = await _rooms.AddSchoolAsync();
        var (key, _) = await _rooms.AddStaffAsync(school, "Ada Min", "admin");
        await _rooms.RunAsync($$"""
            INSERT INTO school_policy (school_id, policy, named, set_at, set_by, revision)
            VALUES ('{{school}}', '{"routing": [{"name": "Gambling in Year 8", "when": {"themes": ["gambling"]}, "also": ["head"]}]}', '{}', now(), 'Ada Min', 4)
            """);
        await using var visitor = await _rooms.ComeAsync(key);
        var page = visitor.Page;
        await visitor.GoAsync("/administration/policy");
        await Expect(page.GetByText("also Head")).ToBeVisibleAsync();
        await page.GetByText("Change it", new() { Exact = true }).ClickAsync();
        await page.GetByLabel("Rounds", new() { Exact = true }).FillAsync("3");
        await page.GetByRole(AriaRole.Button, new() { Name = "See what changes" }).First.ClickAsync();
        await Expect(page.Locator(".changes.removed li")).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Button, new() { Name = "Set this policy" }).ClickAsync();
        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM school_policy WHERE school_id = '{school}' AND revision = 5 AND policy #>> '{{routing,0,name}}' = 'Gambling in Year 8' AND policy #>> '{{escalation,rounds}}' = '3'"));
    }

    [Fact]
    public async Task AFileWithErrorsIsRefusedWithEachOfThemAndAStaleChangeToo()
    {
        var school = await _rooms.AddSchoolAsync();
        var (key, _) = await _rooms.AddStaffAsync(school, "Ada Min", "admin");
        using var wrong = await _rooms.PostAsync("/administration/policy/try-file", key, ("policy", """{"clocks": {"critical": "sameSchoolDay"}, "trust": ["nobody@school.example"]}"""));
        var html = await wrong.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Contains("$.clocks.critical", html, StringComparison.Ordinal);
        // Somebody else's change came first.
        await _rooms.RunAsync($"INSERT INTO school_policy (school_id, policy, named, set_at, set_by, revision) VALUES ('{school}', '{{}}', '{{}}', now(), 'Somebody', 2)");
        using var stale = await _rooms.PostAsync("/administration/policy", key, ("policy", """{"silences": {"longestDays": 3}}"""), ("revision", "0"));
        Assert.Equal(HttpStatusCode.BadRequest, stale.StatusCode);
        Assert.Contains("in the meantime", await stale.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(2, await _rooms.NumberAsync($"SELECT revision FROM school_policy WHERE school_id = '{school}'"));
    }
}
