using System.Globalization;
using System.Net;
using Microsoft.Playwright;

namespace OnlineSafety.Monitoring.Web.Tests.Reports;

/// <summary>The day of a governor: figures that point at nobody, and nothing else.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class GovernorDayTests(ConsoleFixture console)
{
    private readonly Rooms _rooms = new(console);

    private static readonly DateOnly Autumn = new(2025, 9, 1);

    [Fact]
    public async Task FiguresOfFewerThanFivePeopleAreNotShownAndTheOthersAreRounded()
    {
        var school = await _rooms.AddSchoolAsync();
        var (key, _) = await _rooms.AddStaffAsync(school, "Gill Governor", "governor");
        // Nine people with bullying, six with drugs, four with gambling though it came more often; a device that is anybody's; and nine whom only the DSL may know of.
        await _rooms.AddAlertsAsync(school, "bullying", risk: 3, people: 9, each: 1);
        await _rooms.AddAlertsAsync(school, "drugs", risk: 2, people: 6, each: 1);
        await _rooms.AddAlertsAsync(school, "gambling", risk: 4, people: 4, each: 5);
        await _rooms.AddAlertsAsync(school, "seeking_help", risk: 1, people: 9, each: 1, audience: 1);
        await _rooms.AddAlertsAsync(school, "extremism", risk: 1, people: 9, each: 1, route: "head");
        await _rooms.AddAlertsAsync(school, "violence", risk: 1, people: 9, each: 1);
        await _rooms.RunAsync($"UPDATE alert SET subject_key = 'device:ipad-' || number WHERE school_id = '{school}' AND theme = 'violence'");

        await using var visitor = await _rooms.ComeAsync(key);
        var page = visitor.Page;
        await page.GotoAsync($"/reports/governors?term={Autumn:yyyy-MM-dd}");
        await Assertions.Expect(page.GetByRole(AriaRole.Row, new() { Name = "Conduct: what is done to others about 10" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Row, new() { Name = "Commerce: gambling, scams, advertising not shown" })).ToBeVisibleAsync();
        // Nine devices are not nine people.
        await Assertions.Expect(page.GetByRole(AriaRole.Row, new() { Name = "Content: what is read and seen not shown" })).ToBeVisibleAsync();
        // Six people, and yet left out: it and the total would give away those few.
        await Assertions.Expect(page.GetByRole(AriaRole.Row, new() { Name = "Contact: with whom not shown" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".figure").First).ToContainTextAsync("about 45");
        var html = await page.ContentAsync();
        Assert.DoesNotContain("ambling</th>", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("help", await page.Locator("main table").AllInnerTextsAsync() is var tables ? string.Concat(tables) : "", StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("planted", html, StringComparison.Ordinal);
        await AccessibilityCheck.RunAsync(page);
        Rooms.NothingWentWrong(visitor);
    }

    [Fact]
    public async Task ATermIsCountedOnceAndStaysAsItWasCounted()
    {
        var school = await _rooms.AddSchoolAsync();
        var (key, _) = await _rooms.AddStaffAsync(school, "Gill Governor", "governor");
        await _rooms.AddAlertsAsync(school, "bullying", risk: 3, people: 8, each: 1);
        var first = await PrintAsync();
        // One more child, and one who was judged since: two prints of the same term differ in nothing.
        await _rooms.AddAlertsAsync(school, "bullying", risk: 3, people: 5, each: 1);
        await _rooms.RunAsync($"UPDATE alert SET acknowledged_at = raised_at + interval '1 minute', acknowledged_by = 'x', acted_at = now(), state = 'acknowledged' WHERE school_id = '{school}'");
        Assert.Equal(first, await PrintAsync());
        Assert.Contains("about 10", first, StringComparison.Ordinal);

        async Task<string> PrintAsync()
        {
            using var answer = await _rooms.GetAsync($"/reports/governors?term={Autumn:yyyy-MM-dd}", key);
            var html = await answer.Content.ReadAsStringAsync();
            return html[html.IndexOf("<h1>", StringComparison.Ordinal)..];
        }
    }

    [Fact]
    public async Task TheTermThatRunsIsShownAsNotFinishedByWholeMonthsAndNothingOfItIsKept()
    {
        var school = await _rooms.AddSchoolAsync();
        var (key, _) = await _rooms.AddStaffAsync(school, "Gill Governor", "governor");
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var running = Web.Reports.ReportTerm.Of(today);
        var month = new DateOnly(today.Year, today.Month, 1);
        await _rooms.AddAlertsAsync(school, "bullying", risk: 3, people: 9, each: 1, at: $"'{running.Begins:yyyy-MM-dd} 12:00+00'");
        await _rooms.AddAlertsAsync(school, "drugs", risk: 2, people: 12, each: 1, at: "now()");
        using var answer = await _rooms.GetAsync($"/reports/governors?term={running.Begins:yyyy-MM-dd}", key);
        var html = await answer.Content.ReadAsStringAsync();
        Assert.Contains($"{running.Name} so far", html, StringComparison.Ordinal);
        Assert.Contains($"<a href=\"/reports/governors?term={running.Begins:yyyy-MM-dd}\"", html, StringComparison.Ordinal);
        Assert.Contains(month > running.Begins ? "Not finished" : "Nothing of this term can be shown yet", html, StringComparison.Ordinal);
        Assert.Equal(month > running.Begins, html.Contains("about 10", StringComparison.Ordinal));
        // What this month holds would tell what a few did since the last print.
        Assert.DoesNotContain("about 20", html, StringComparison.Ordinal);
        Assert.Equal(0, await _rooms.NumberAsync($"SELECT count(*) FROM governors_figure WHERE school_id = '{school}'"));
        using var next = await _rooms.GetAsync($"/reports/governors?term={running.Ends:yyyy-MM-dd}", key);
        Assert.Equal(HttpStatusCode.NotFound, next.StatusCode);
    }

    [Fact]
    public async Task ATermBeforeTheSchoolWasConnectedIsSaidToBeOneAndNotOffered()
    {
        var school = await _rooms.AddSchoolAsync();
        var (key, _) = await _rooms.AddStaffAsync(school, "Gill Governor", "governor");
        using var before = await _rooms.GetAsync($"/reports/governors?term={Autumn:yyyy-MM-dd}", key);
        var html = await before.Content.ReadAsStringAsync();
        Assert.Contains("The school was not connected in this term", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Too few people", html, StringComparison.Ordinal);
        var running = Web.Reports.ReportTerm.Of(DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime));
        using var now = await _rooms.GetAsync($"/reports/governors?term={running.Begins:yyyy-MM-dd}", key);
        Assert.DoesNotContain($"term={Autumn:yyyy-MM-dd}", await now.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-01-14", "2025-04-01")]
    [InlineData("2026-01-15", "2025-09-01")]
    [InlineData("2026-04-14", "2025-09-01")]
    [InlineData("2026-04-15", "2026-01-01")]
    [InlineData("2026-09-15", "2026-04-01")]
    public void ATermIsReportedTwoWeeksAfterItsEnd(string day, string begins) =>
        Assert.Equal(DateOnly.Parse(begins, CultureInfo.InvariantCulture), Web.Reports.ReportTerm.Reported(DateOnly.Parse(day, CultureInfo.InvariantCulture)).Begins);

    [Fact]
    public async Task AGovernorReachesNoDigestNoAlertNoPersonAndNoSource()
    {
        var school = await _rooms.AddSchoolAsync();
        var (key, _) = await _rooms.AddStaffAsync(school, "Gill Governor", "governor");
        await _rooms.RunAsync($"INSERT INTO digest (school_id, day, window_from, window_to, late, content, created_at) VALUES ('{school}', '2025-10-06', now(), now(), false, '', now())");
        var home = await _rooms.GetAsync("/", key);
        Assert.Equal("/reports", home.Headers.Location!.OriginalString);
        using var reports = await _rooms.GetAsync("/reports", key);
        Assert.DoesNotContain("igest", await reports.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        foreach (var path in new[] { "/reports/digests/2025-10-06", "/reports/digests/next", "/alerts", "/people", "/sources", "/rules", "/administration/staff", "/administration" })
        {
            using var answer = await _rooms.GetAsync(path, key);
            Assert.True(answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden, $"{path} answers {(int)answer.StatusCode}");
        }
    }

    [Theory]
    [InlineData("2025-09-02")]
    [InlineData("2025-10-01")]
    [InlineData("nonsense")]
    [InlineData("2999-09-01")]
    public async Task ASpanThatCouldBeSubtractedFromATermIsNoReport(string begins)
    {
        var school = await _rooms.AddSchoolAsync();
        var (key, _) = await _rooms.AddStaffAsync(school, "Gill Governor", "governor");
        using var answer = await _rooms.GetAsync($"/reports/governors?term={begins}", key);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task ADigestIsShownAsItsReaderMaySeeIt()
    {
        var school = await _rooms.AddSchoolAsync();
        var (dsl, _) = await _rooms.AddStaffAsync(school, "Dana Lead", "dsl");
        var (head, _) = await _rooms.AddStaffAsync(school, "Hana Head", "head");
        var (chair, _) = await _rooms.AddStaffAsync(school, "Chris Chair", "chair");
        await _rooms.AddAlertsAsync(school, "bullying", risk: 3, people: 3, each: 1, at: "now()");
        await using var visitor = await _rooms.ComeAsync(dsl);
        var page = visitor.Page;
        await page.GotoAsync("/reports");
        await page.GetByRole(AriaRole.Link, new() { Name = "What the next one would say now" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Not made yet")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "What needs attention" })).ToBeVisibleAsync();
        Assert.Contains("Bullying", await page.Locator("article").InnerTextAsync(), StringComparison.OrdinalIgnoreCase);
        await AccessibilityCheck.RunAsync(page);
        Rooms.NothingWentWrong(visitor);

        // What is not on the head's desk is neither shown nor counted. The chair is told by no digest.
        using var other = await _rooms.GetAsync("/reports/digests/next", head);
        var html = await other.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.Contains("No open alerts", html, StringComparison.Ordinal);
        using var reports = await _rooms.GetAsync("/reports", chair);
        Assert.DoesNotContain("igest", await reports.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var none = await _rooms.GetAsync("/reports/digests/next", chair);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }
}
