using System.Net;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace OnlineSafety.Monitoring.Web.Tests.Administration;

/// <summary>Somebody comes, changes roles, leaves: all at a browser.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class StaffMemberTests(ConsoleFixture console)
{
    private readonly Rooms _rooms = new(console);

    [Fact]
    public async Task SomebodyIsInvitedGivenARoleAndTakenOutOfUse()
    {
        var school = await _rooms.AddSchoolAsync();
        var (adminKey, _) = await _rooms.AddStaffAsync(school, "Ada Min", "admin");
        var (key, colleague) = await _rooms.AddStaffAsync(school, "Dee Puty", "governor");
        await using var visitor = await _rooms.ComeAsync(adminKey);
        var page = visitor.Page;
        await visitor.GoAsync("/administration/staff");
        await page.GetByRole(AriaRole.Link, new() { Name = "Dee Puty" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a sign-in link" }).ClickAsync();
        var link = await page.Locator(".secret").InnerTextAsync();
        Assert.StartsWith(console.Address + "welcome/", link, StringComparison.Ordinal);
        await AccessibilityCheck.RunAsync(page);
        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM invitation WHERE school_id = '{school}' AND staff_id = '{colleague}' AND used_at IS NULL"));

        await page.GetByLabel("Deputy safeguarding lead").CheckAsync();
        await page.Locator("input[value=governor]").UncheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Save the roles" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("The roles are changed");
        using var queue = await _rooms.GetAsync("/alerts", key);
        Assert.Equal(HttpStatusCode.OK, queue.StatusCode);
        await page.GetByLabel("Deputy safeguarding lead").UncheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Save the roles" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Choose at least one role");

        // One click is not enough, with script or without.
        using var unsure = await _rooms.PostAsync($"/administration/staff/{colleague}/disable", adminKey);
        Assert.Equal(HttpStatusCode.BadRequest, unsure.StatusCode);
        await page.GetByLabel("I am sure").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove access" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Access is removed");
        Assert.Equal(0, await _rooms.NumberAsync($"SELECT count(*) FROM invitation WHERE school_id = '{school}' AND staff_id = '{colleague}'"));
        using var gone = await _rooms.GetAsync("/alerts", key);
        Assert.StartsWith("/sign-in", gone.Headers.Location?.OriginalString, StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Button, new() { Name = "Give access again" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Access is given again");
        Rooms.NothingWentWrong(visitor);
    }

    [Fact]
    public async Task AYearLeadIsGivenYearsAtOnceAndLater()
    {
        var school = await _rooms.AddSchoolAsync();
        var (admin, _) = await _rooms.AddStaffAsync(school, "Ada Min", "admin");
        await using var visitor = await _rooms.ComeAsync(admin, script: false);
        var page = visitor.Page;
        await visitor.GoAsync("/administration/staff");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Yan Lead");
        await page.GetByLabel("E-mail", new() { Exact = true }).FillAsync("yan@school.example");
        await page.Locator("input[value=pastoral]").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("say which years first");
        await page.GetByLabel("Years of a year or pastoral lead").FillAsync("Year 9, Y10");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await Expect(page.GetByLabel("Years of which this person is the lead")).ToHaveValueAsync("Year 9, Year 10");
        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM staff WHERE school_id = '{school}' AND years = ARRAY['9', '10']"));

        await page.GetByLabel("Years of which this person is the lead").FillAsync("Reception");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save the years" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("The years are changed");
        await page.GetByRole(AriaRole.Link, new() { Name = "Staff and roles" }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Yan Lead" })).ToContainTextAsync("(reception)");
        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM access_record WHERE school_id = '{school}' AND action = 'staff.years' AND actor_name = 'Ada Min'"));
        Rooms.NothingWentWrong(visitor);
    }

    [Fact]
    public async Task SomebodyNewGetsALinkAtOnceAndAFurtherAccountLaterWithoutScript()
    {
        var school = await _rooms.AddSchoolAsync();
        var (admin, _) = await _rooms.AddStaffAsync(school, "Ada Min", "admin");
        await using var visitor = await _rooms.ComeAsync(admin, script: false);
        var page = visitor.Page;
        await visitor.GoAsync("/administration/staff");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Nell New");
        await page.GetByLabel("E-mail", new() { Exact = true }).FillAsync("nell@school.example");
        await page.GetByLabel("Deputy safeguarding lead").CheckAsync();
        await page.GetByLabel("Accounts by which products know this person").FillAsync("nnew");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("A link for Nell New, shown only now");
        var link = await page.Locator(".secret").InnerTextAsync();
        Assert.StartsWith(console.Address + "welcome/", link, StringComparison.Ordinal);
        using var opened = await _rooms.GetAsync(new Uri(link).AbsolutePath, "");
        Assert.Contains("Nell New", await opened.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        await page.GetByLabel("Accounts in products").FillAsync("nnew, nell.new, nnew2");
        await page.GetByLabel("E-mail", new() { Exact = true }).FillAsync("n.new@school.example");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save name and accounts" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Changed.");
        await Expect(page.GetByText("nnew, nell.new, nnew2")).ToBeVisibleAsync();
        await Expect(page.GetByText("n.new@school.example")).ToBeVisibleAsync();
        // The link was for the address that was.
        using var former = await _rooms.GetAsync(new Uri(link).AbsolutePath, "");
        Assert.Equal(HttpStatusCode.NotFound, former.StatusCode);
        Assert.Equal(3, await _rooms.NumberAsync($"SELECT count(*) FROM access_record WHERE school_id = '{school}' AND action IN ('staff.add', 'staff.invite', 'staff.correct') AND actor_name = 'Ada Min'"));

        // Whoever only gets the digest has nothing to sign in for; and an account is one person's.
        await visitor.GoAsync("/administration/staff");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Gus Gov");
        await page.GetByLabel("E-mail", new() { Exact = true }).FillAsync("gus@school.example");
        await page.Locator("input[value=digest]").CheckAsync();
        await page.GetByLabel("Accounts by which products know this person").FillAsync("nell.new");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Such an account is Nell New's");
        await page.GetByLabel("Accounts by which products know this person").FillAsync("");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("The daily digest goes to this person");
        await Expect(page.Locator(".secret")).ToHaveCountAsync(0);
        Rooms.NothingWentWrong(visitor);
    }

    [Fact]
    public async Task OnlyWhoManagesStaffAddsSomebodyOrAnAccount()
    {
        var school = await _rooms.AddSchoolAsync();
        var (_, colleague) = await _rooms.AddStaffAsync(school, "Dee Puty", "deputy");
        foreach (var role in new[] { "deputy", "dpo", "it", "governor", "chair", "pastoral" })
        {
            var (key, _) = await _rooms.AddStaffAsync(school, $"Some {role}", role);
            using var added = await _rooms.PostAsync("/administration/staff", key, ("name", "X"), ("email", "x@school.example"), ("roles", "admin"));
            using var account = await _rooms.PostAsync($"/administration/staff/{colleague}/details", key, ("name", "X"), ("email", "x@school.example"), ("accounts", "a.pupil"));
            Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (added.StatusCode, account.StatusCode));
        }

        Assert.Equal(0, await _rooms.NumberAsync($"SELECT count(*) FROM staff WHERE school_id = '{school}' AND (email = 'x@school.example' OR cardinality(accounts) > 0)"));
    }

    [Fact]
    public async Task NobodyGivesThemselvesARoleOrTakesThemselvesOut()
    {
        var school = await _rooms.AddSchoolAsync();
        var (key, self) = await _rooms.AddStaffAsync(school, "Ada Min", "admin");
        foreach (var (path, fields) in new[] { ("roles", new[] { ("roles", "dsl") }), ("disable", Array.Empty<(string, string)>()), ("years", [("years", "Year 9")]), ("reset", []), ("details", [("name", "Ada"), ("email", "x@school.example"), ("accounts", "a.pupil")]) })
        {
            using var answer = await _rooms.PostAsync($"/administration/staff/{self}/{path}", key, [.. fields, ("sure", "yes")]);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains("ask somebody else who manages staff", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM staff WHERE staff_id = '{self}' AND enabled AND roles = ARRAY['admin']"));
    }

    [Fact]
    public async Task ColleaguesOfAnotherSchoolAreNotThere()
    {
        var (school, other) = (await _rooms.AddSchoolAsync(), await _rooms.AddSchoolAsync());
        var (key, _) = await _rooms.AddStaffAsync(school, "Ada Min", "admin");
        var (_, stranger) = await _rooms.AddStaffAsync(other, "Stan Ger", "dsl");
        foreach (var path in new[] { "roles", "years", "details", "reset", "invite", "disable", "enable", "sign-out" })
        {
            using var answer = await _rooms.PostAsync($"/administration/staff/{stranger}/{path}", key, ("roles", "it"), ("accounts", "x"));
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM staff WHERE staff_id = '{stranger}' AND enabled AND roles = ARRAY['dsl']"));
    }
}
