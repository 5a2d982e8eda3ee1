using System.Net;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace OnlineSafety.Monitoring.Web.Tests.Audit;

/// <summary>The day of a data protection officer: who saw what, by person, staff and time, and not one thing that a child did.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class OfficerDayTests(ConsoleFixture console)
{
    private const string Planted = "planted";
    private readonly Rooms _rooms = new(console);

    [Fact]
    public async Task WhoSawWhatIsFoundByStaffByAlertAndByPersonAndTakenOutForAReason()
    {
        var school = await _rooms.AddSchoolAsync();
        var (dsl, _) = await _rooms.AddStaffAsync(school, "Dana Lead", "dsl");
        var (officer, _) = await _rooms.AddStaffAsync(school, "Olive Officer", "dpo");
        // The rows that are put there are plain ones, as a school has them that was there before anything was sealed.
        await _rooms.RunAsync($"UPDATE school SET stored_plain = true WHERE school_id = '{school}'");
        await _rooms.AddAlertsAsync(school, "self_harm", risk: 1, people: 2, each: 1, at: "now()");
        using var looked = await _rooms.GetAsync("/alerts/2", dsl);
        Assert.Equal(HttpStatusCode.OK, looked.StatusCode);
        await using var visitor = await _rooms.ComeAsync(officer);
        var page = visitor.Page;

        await visitor.GoAsync("/");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Who saw what" })).ToBeVisibleAsync();
        await page.GetByLabel("By whom").SelectOptionAsync("Dana Lead");
        await page.GetByLabel("About").SelectOptionAsync("Alerts");
        await page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "opened an alert" })).ToContainTextAsync("alert 2");
        await Expect(page.Locator("tbody tr", new() { HasTextString = "Olive Officer" })).ToHaveCountAsync(0);
        await AccessibilityCheck.RunAsync(page);

        await page.GetByRole(AriaRole.Link, new() { Name = "Who saw an alert or a person" }).ClickAsync();
        await page.GetByLabel("Number of an alert").FillAsync("2");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show who saw it" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "opened an alert" })).ToContainTextAsync("Dana Lead");
        await page.GetByLabel("account of a person").FillAsync($"{Planted}2");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show who saw it" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Say why");
        Assert.DoesNotContain(Planted, page.Url, StringComparison.Ordinal);
        // What the service knew of the school before its rows were put there plain, it may know for half a minute more.
        var found = page.GetByRole(AriaRole.Row).Filter(new() { HasText = "opened an alert" });
        var asked = 0;
        for (; asked == 0 || (asked < 15 && await found.CountAsync() == 0); asked++)
        {
            await Task.Delay(asked == 0 ? 0 : 3000);
            await page.GetByLabel("account of a person").FillAsync($"{Planted}2");
            await page.GetByLabel("Why do you ask?").FillAsync("A request by the parents");
            await page.GetByRole(AriaRole.Button, new() { Name = "Show who saw it" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Who saw alerts about that person" })).ToBeVisibleAsync();
        }

        await Expect(found).ToContainTextAsync("Dana Lead");

        await page.GetByRole(AriaRole.Link, new() { Name = "Opened, not acted on" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Alert 2" })).ToContainTextAsync("Dana Lead");
        await page.GetByRole(AriaRole.Link, new() { Name = "Looks and actions" }).ClickAsync();
        await page.GetByText("Export what was found").ClickAsync();
        await page.GetByLabel("Why do you take it out?").FillAsync("For the governors' meeting");
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Export", Exact = true }).ClickAsync());
        var file = await File.ReadAllTextAsync(await download.PathAsync());
        Assert.Contains("Dana Lead,staff,opened an alert,alert.show,alert 2,", file, StringComparison.Ordinal);
        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM access_record WHERE school_id = '{school}' AND action = 'audit.export' AND reason NOT LIKE '%governors%' AND actor_name = 'Olive Officer'"));
        Assert.Equal(asked, await _rooms.NumberAsync($"SELECT count(*) FROM access_record WHERE school_id = '{school}' AND action = 'audit.who-saw' AND reason NOT LIKE '%parents%'"));
        Rooms.NothingWentWrong(visitor);
    }

    [Fact]
    public async Task ThePageAndTheFileSayNeitherWhichAlertIsAboutTheOfficerNorWhoHandlesIt()
    {
        var school = await _rooms.AddSchoolAsync();
        var (head, _) = await _rooms.AddStaffAsync(school, "Harriet Head", "head");
        var (officer, self) = await _rooms.AddStaffAsync(school, "Olive Officer", "dpo");
        var (second, _) = await _rooms.AddStaffAsync(school, "Otto Officer", "dpo");
        await _rooms.RunAsync($"UPDATE school SET stored_plain = true WHERE school_id = '{school}'");
        await _rooms.AddAlertsAsync(school, "self_harm", risk: 1, people: 1, each: 1, route: "head", at: "now()");
        await _rooms.RunAsync($"UPDATE alert SET subject_staff = '{self}' WHERE school_id = '{school}'");
        using var looked = await _rooms.GetAsync("/alerts/1", head);
        Assert.Equal(HttpStatusCode.OK, looked.StatusCode);

        foreach (var (reader, hidden) in new[] { (officer, true), (second, false) })
        {
            using var list = await _rooms.GetAsync("/audit?about=alerts", reader);
            using var export = await _rooms.PostAsync("/audit/export", reader, ("about", "alerts"), ("reason", "To look"));
            foreach (var text in new[] { await list.Content.ReadAsStringAsync(), await export.Content.ReadAsStringAsync() })
            {
                Assert.Contains("opened an alert", text, StringComparison.Ordinal);
                Assert.Equal(hidden, text.Contains("not shown to you", StringComparison.Ordinal));
                Assert.Equal(!hidden, text.Contains("Harriet Head", StringComparison.Ordinal));
                Assert.Equal(!hidden, text.Contains("alert 1", StringComparison.Ordinal));
                Assert.DoesNotMatch("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", text);
            }
        }
    }

    [Fact]
    public async Task NothingIsTakenOutWithoutAReason()
    {
        var school = await _rooms.AddSchoolAsync();
        var (officer, _) = await _rooms.AddStaffAsync(school, "Olive Officer", "dpo");
        using var answer = await _rooms.PostAsync("/audit/export", officer, ("reason", "  "));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("Say why", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await _rooms.NumberAsync($"SELECT count(*) FROM access_record WHERE school_id = '{school}' AND action = 'audit.export'"));
    }

    [Fact]
    public async Task OlderEntriesAreReachedPageByPageAndNoneTwice()
    {
        var school = await _rooms.AddSchoolAsync();
        var (dsl, _) = await _rooms.AddStaffAsync(school, "Dana Lead", "dsl");
        var (officer, _) = await _rooms.AddStaffAsync(school, "Olive Officer", "dpo");
        await _rooms.RunAsync($"SELECT set_config('app.school', '{school}', false), set_config('app.actor', 'Dana Lead', false); SELECT record_access('{school}', 'staff', 'alert.precision', 'n' || n, NULL) FROM generate_series(1, 450) n");
        Assert.NotNull(dsl);
        await using var visitor = await _rooms.ComeAsync(officer);
        await visitor.GoAsync("/audit?about=alerts");
        var seen = new List<string>();
        for (var pages = 1; ; pages++)
        {
            seen.AddRange(await visitor.Page.Locator("tbody td[data-label='To what']").AllInnerTextsAsync());
            if (await visitor.Page.Locator("a[rel=next]").CountAsync() == 0)
            {
                Assert.Equal(3, pages);
                break;
            }

            Assert.True(pages < 4, "The pages did not end.");
            await visitor.Page.Locator("a[rel=next]").ClickAsync();
        }

        Assert.Equal(450, seen.Count);
        Assert.Equal(450, seen.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task AnOfficerReachesNoAlertPersonReportOrSettingAndNobodyElseTheRecords()
    {
        var school = await _rooms.AddSchoolAsync();
        var (officer, _) = await _rooms.AddStaffAsync(school, "Olive Officer", "dpo");
        await _rooms.AddAlertsAsync(school, "self_harm", risk: 1, people: 1, each: 1, at: "now()");
        foreach (var path in new[] { "/alerts", "/alerts/1", "/people", "/reports", "/rules", "/sources", "/administration", "/administration/staff", "/administration/policy", "/alerts/silences" })
        {
            using var answer = await _rooms.GetAsync(path, officer);
            Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{path} answers {(int)answer.StatusCode}");
        }

        foreach (var role in new[] { "dsl", "head", "governor", "it", "admin" })
        {
            var (key, _) = await _rooms.AddStaffAsync(school, $"Some {role}", role);
            using var answer = await _rooms.GetAsync("/audit", key);
            Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{role} is answered {(int)answer.StatusCode}");
        }
    }
}
