using System.Globalization;
using System.Net;
using Microsoft.Playwright;

namespace OnlineSafety.Monitoring.Web.Tests.Rules;

/// <summary>What a DSL changes about what counts, and what the DSL asks before.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class RulesDayTests(ConsoleFixture console)
{
    private readonly Rooms _rooms = new(console);

    [Fact]
    public async Task APhraseIsAddedTriedAndRemoved()
    {
        var school = await _rooms.AddSchoolAsync();
        await using var visitor = await _rooms.ComeAsync((await _rooms.AddStaffAsync(school, "Dana Lead", "dsl")).Key);
        var page = visitor.Page;
        await page.GotoAsync("/rules");
        await AccessibilityCheck.RunAsync(page);
        var add = page.GetByRole(AriaRole.Region, new() { Name = "Add a phrase" });
        await add.GetByLabel("Words").FillAsync("the (old|back) shed");
        await add.GetByLabel("Theme").SelectOptionAsync("drugs");
        await add.GetByLabel("What it means here").FillAsync("Where vapes are sold this term");
        await add.GetByRole(AriaRole.Button, new() { Name = "Add the phrase" }).ClickAsync();
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = "the (old|back) shed" });
        await Assertions.Expect(row).ToContainTextAsync("Drugs, alcohol and vapes, medium");
        await Assertions.Expect(row).ToContainTextAsync("Dana Lead");

        // From entering to working it takes a minute, by which every worker knows it: the clock of the row is set back instead of waiting.
        await _rooms.RunAsync($"UPDATE school_rule SET works_from = now() - interval '1 hour' WHERE school_id = '{school}'");
        await page.GetByRole(AriaRole.Link, new() { Name = "Try a text" }).ClickAsync();
        await page.GetByLabel("What was searched").FillAsync("meet me behind the old shed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Try it" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Result" }).Or(page.GetByRole(AriaRole.Status, new() { Name = "Result" }))).ToContainTextAsync("Where vapes are sold this term");
        Assert.DoesNotContain("shed", page.Url, StringComparison.Ordinal);
        await AccessibilityCheck.RunAsync(page);

        await page.GetByRole(AriaRole.Link, new() { Name = "This school" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove the (old|back) shed" }).ClickAsync();
        await page.GetByText("What has ended (1)").ClickAsync();
        await Assertions.Expect(page.GetByText("ended by Dana Lead")).ToBeVisibleAsync();
        Rooms.NothingWentWrong(visitor);
    }

    [Fact]
    public async Task WhatACategoryMeansIsChosenAndTakenBack()
    {
        var school = await _rooms.AddSchoolAsync();
        await using var visitor = await _rooms.ComeAsync((await _rooms.AddStaffAsync(school, "Dana Lead", "dsl")).Key);
        var page = visitor.Page;
        var (source, _) = await _rooms.AddSourceAsync(school, "generic", "New filter");
        await _rooms.RunAsync($"INSERT INTO unmapped VALUES ('{school}', '{source}', 'category', 'Blades and so on', 3, now(), now())");
        await page.GotoAsync("/rules/categories");
        await AccessibilityCheck.RunAsync(page);
        var card = page.GetByRole(AriaRole.Region, new() { Name = "New filter", Exact = true });
        await Assertions.Expect(card.GetByRole(AriaRole.Row).Filter(new() { HasText = "Blades and so on" })).ToContainTextAsync("not known");
        await card.GetByLabel("It means the same as").SelectOptionAsync("Weapons");
        await card.GetByRole(AriaRole.Button, new() { Name = "Save what it means" }).ClickAsync();
        await Assertions.Expect(card.GetByRole(AriaRole.Row).Filter(new() { HasText = "Blades and so on" })).ToContainTextAsync("Weapons");
        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM source_category WHERE source_id = '{source}' AND number = 'Blades and so on' AND name = 'Weapons'"));
        Assert.Equal(1, await _rooms.NumberAsync($"SELECT least(count(*), 1) FROM access_record WHERE school_id = '{school}' AND action = 'source.unmapped' AND object = 'words'"));

        await card.GetByRole(AriaRole.Button, new() { Name = "Take back what Blades and so on means" }).ClickAsync();
        await Assertions.Expect(card.GetByRole(AriaRole.Row).Filter(new() { HasText = "Blades and so on" })).ToContainTextAsync("not known");
        Rooms.NothingWentWrong(visitor);

        // Whoever may not see what children did sees no sender's word either.
        var (it, _) = await _rooms.AddStaffAsync(school, "Ira Tech", "it");
        using var refused = await _rooms.GetAsync("/rules/categories", it);
        Assert.NotEqual(HttpStatusCode.OK, refused.StatusCode);
    }

    [Fact]
    public async Task AnExclusionNeedsAnEndAndAReasonAndWhatWasWrittenIsKept()
    {
        var school = await _rooms.AddSchoolAsync();
        await using var visitor = await _rooms.ComeAsync((await _rooms.AddStaffAsync(school, "Dana Lead", "dsl")).Key);
        var page = visitor.Page;
        await page.GotoAsync("/rules");
        var exclude = page.GetByRole(AriaRole.Region, new() { Name = "Exclude" });
        await exclude.GetByLabel("Words, or name of the rule").FillAsync("dagger lane");
        await exclude.GetByLabel("Reason", new() { Exact = true }).FillAsync("A road by the school");
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        await exclude.GetByLabel("Last day").FillAsync(Day(today.AddYears(2)));
        await exclude.GetByRole(AriaRole.Button, new() { Name = "Exclude it" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("An exclusion ends within 365 days");
        Assert.Equal("dagger lane", await exclude.GetByLabel("Words, or name of the rule").InputValueAsync());
        await exclude.GetByLabel("Last day").FillAsync(Day(today.AddDays(30)));
        await exclude.GetByRole(AriaRole.Button, new() { Name = "Exclude it" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "dagger lane" })).ToContainTextAsync("phrase excluded");
        Rooms.NothingWentWrong(visitor);
    }

    [Fact]
    public async Task AWhatIfSaysWhatAnotherEditionWouldHaveMadeOfIt()
    {
        var school = await _rooms.AddSchoolAsync();
        await using var visitor = await _rooms.ComeAsync((await _rooms.AddStaffAsync(school, "Dana Lead", "dsl")).Key);
        var page = visitor.Page;
        await page.GotoAsync("/rules/what-if");
        await AccessibilityCheck.RunAsync(page);
        await page.GetByLabel("Why do you ask?").FillAsync("Review at half-term");
        await page.GetByRole(AriaRole.Button, new() { Name = "Ask" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Choose an edition, or a rule pack to try.");
        await page.GetByLabel("Judge by the edition").SelectOptionAsync("kcsie-2025");
        await page.GetByLabel("Why do you ask?").FillAsync("Review at half-term");
        await page.GetByRole(AriaRole.Button, new() { Name = "Ask" }).ClickAsync();
        await Assertions.Expect(page.GetByText("No true concern would have been missed")).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await Assertions.Expect(page.GetByText("of the DSL's week, as it was")).ToBeVisibleAsync();
        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM access_record WHERE school_id = '{school}' AND action = 'source.job.whatif' AND object LIKE '% kcsie-2025' AND reason <> '' AND reason NOT LIKE '%half-term%'"));
        // A colleague has the same rights and another desk: the answer is not theirs.
        var answer = new Uri(page.Url).AbsolutePath;
        var (deputy, _) = await _rooms.AddStaffAsync(school, "Deputy Dee", "deputy");
        using var other = await _rooms.GetAsync(answer, deputy);
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        using var asked = await _rooms.GetAsync("/rules/what-if", deputy);
        Assert.DoesNotContain(answer, await asked.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await AccessibilityCheck.RunAsync(page);
        await page.GotoAsync("/rules/packs");
        await AccessibilityCheck.RunAsync(page);
        Rooms.NothingWentWrong(visitor);
    }

    [Fact]
    public async Task HowOftenRulesWereRightIsCountedFromOutcomesOnTheReadersOwnDesk()
    {
        var school = await _rooms.AddSchoolAsync();
        await using var visitor = await _rooms.ComeAsync((await _rooms.AddStaffAsync(school, "Dana Lead", "dsl")).Key);
        var page = visitor.Page;
        await page.GotoAsync("/rules/precision");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Nothing to count yet" })).ToBeVisibleAsync();

        await _rooms.AddAlertsAsync(school, "gambling", risk: 4, people: 4, each: 1, at: "now()");
        await _rooms.AddAlertsAsync(school, "bullying", risk: 3, people: 2, each: 1, route: "head", at: "now()");
        await _rooms.RunAsync($"""
            UPDATE alert SET state = 'resolved', outcome = CASE number % 4 WHEN 0 THEN 'concern' WHEN 1 THEN 'false-alert' WHEN 2 THEN 'benign-curriculum' ELSE 'test' END, note = 'x'::bytea,
                resolved_at = now(), resolved_by = 'x', acted_at = now(), rules = ARRAY['commerce.odds'] WHERE school_id = '{school}'
            """);
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator(".figures")).ToContainTextAsync("too few to say (3 judged)");
        await Assertions.Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "commerce.odds" })).ToContainTextAsync("too few to say (3 judged)");
        await Assertions.Expect(page.GetByText("Bullying")).ToHaveCountAsync(0);
        await AccessibilityCheck.RunAsync(page);
        Rooms.NothingWentWrong(visitor);
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
