using System.Net;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Web.Tests.SignIn;

/// <summary>What a session lets in, and when it does no more.</summary>
[Collection(BrowserCollection.Name)]
public sealed class SessionTests(Browser browser)
{
    private const string Dsl = "d.lead@school.example";

    [Fact]
    public async Task WithoutASessionEveryPageAsksToSignInAndLeadsBack()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        using var client = new ConsoleClient(site.Address);

        var answer = await client.GetAsync("/alerts?state=new");
        Assert.Equal("/sign-in?to=%2Falerts%3Fstate%3Dnew", answer.Headers.Location!.OriginalString);
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        foreach (var elsewhere in new[] { "//evil.example", "/\\evil.example", "https://evil.example", "/%0d%0aevil" })
        {
            var password = await client.SendFormAsync("/sign-in?to=" + elsewhere, new() { ["address"] = person.Email, ["password"] = Person.Password });
            Assert.Equal("/sign-in/code", password.Headers.Location!.OriginalString);
        }
    }

    [Fact]
    public async Task ThePasswordAloneOpensNothing()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        using var client = new ConsoleClient(site.Address);
        await client.PasswordAsync(person.Email);

        Assert.Equal(HttpStatusCode.Redirect, (await client.GetAsync("/alerts")).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await client.GetAsync("/security")).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await client.GetAsync("/sign-in/school")).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await client.GetAsync("/sign-in/set-up")).StatusCode);
    }

    [Fact]
    public async Task ACodeIsTakenOnceAndARecoveryCodeToo()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        var code = person.NextCode();

        Assert.Equal([HttpStatusCode.Redirect, HttpStatusCode.Unauthorized], await BothAsync(code));
        Assert.Equal([HttpStatusCode.Redirect, HttpStatusCode.Unauthorized], await BothAsync(person.RecoveryCodes[3]));
        Assert.Equal(9, await site.CountAsync("SELECT cardinality(recovery_hashes) FROM account"));

        async Task<List<HttpStatusCode>> BothAsync(string sent)
        {
            var answers = new List<HttpStatusCode>();
            for (var i = 0; i < 2; i++)
            {
                using var client = new ConsoleClient(site.Address);
                await client.PasswordAsync(person.Email);
                answers.Add((await client.SendFormAsync("/sign-in/code", new() { ["code"] = sent })).StatusCode);
            }

            return answers;
        }
    }

    [Fact]
    public async Task TheCookieIsNewAtEachStepAndTheOldOneIsWorthNothing()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        using var client = new ConsoleClient(site.Address);
        await client.PasswordAsync(person.Email);
        var planted = client.Session;
        await client.SendFormAsync("/sign-in/code", new() { ["code"] = person.NextCode() });

        Assert.NotEqual(planted, client.Session);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/alerts")).StatusCode);
        using var attacker = new ConsoleClient(site.Address);
        attacker.Cookies.Add(site.Address, new Cookie("onlinesafety", planted));
        Assert.Equal(HttpStatusCode.Redirect, (await attacker.GetAsync("/alerts")).StatusCode);
        Assert.Equal(0, await site.CountAsync($"SELECT count(*) FROM session WHERE token_hash = convert_to('{client.Session}', 'UTF8')"));
        Assert.Equal(1, await site.CountAsync("SELECT count(*) FROM session"));
    }

    [Fact]
    public async Task AFormWithoutItsTokenOrWithAnotherSessionsIsRefused()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        using var client = new ConsoleClient(site.Address);
        await client.SignInAsync(person);

        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync("/security/sessions/end-others", [])).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync("/sign-out", [])).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync("/sign-in", new() { ["address"] = Dsl, ["password"] = Person.Password })).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/alerts")).StatusCode);

        // The cookie of a form shown before signing in, with its token: made in another session.
        using var second = new ConsoleClient(site.Address);
        var before = await TokenAsync(second, "/sign-in");
        await second.SignInAsync(person);
        Assert.Equal(HttpStatusCode.BadRequest, (await second.PostAsync("/security/sessions/end-others", new() { ["__RequestVerificationToken"] = before })).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await second.SendFormAsync("/security/sessions/end-others", [], page: "/security")).StatusCode);
    }

    // H6: who looks after thirty schools and is taken off one staff list.
    [Fact]
    public async Task AContractorOfThirtySchoolsWhoIsRemovedFromOneIsOutOfThatOneAndItsOpenFeedEnds()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        const string address = "it@contractor.example";
        var person = await site.AddPersonAsync(await site.AddSchoolAsync("School 01"), "C. Ontractor", address, "dsl", "it");
        for (var i = 2; i <= 30; i++)
        {
            var school = await site.AddSchoolAsync($"School {i:00}");
            var staff = (await site.AddStaffAsync(school, "C. Ontractor", address, "dsl", "it")).Staff;
            await site.Store.RunAsync($"INSERT INTO onlinesafety.staff_account VALUES ('{school}', '{staff.StaffId}', '{person.Account}', now())");
        }

        using var there = new ConsoleClient(site.Address);
        using var elsewhere = new ConsoleClient(site.Address);
        var feeds = new List<string>();
        foreach (var (client, name) in new[] { (there, "School 01"), (elsewhere, "School 30") })
        {
            await client.PasswordAsync(person.Email);
            Assert.Equal("/sign-in/school", (await client.SendFormAsync("/sign-in/code", new() { ["code"] = person.NextCode() })).Headers.Location!.OriginalString);
            var school = await site.Store.RunAsync($"SELECT school_id FROM onlinesafety.school WHERE name = '{name}'");
            Assert.Equal("/", (await client.SendFormAsync("/sign-in/school", new() { ["school"] = school!.ToString()! })).Headers.Location!.OriginalString);
            feeds.Add($"/alerts/live?school={school}&after=0");
        }

        var feed = (await there.FollowAsync(feeds[0])).ReadToEndAsync();
        var other = (await elsewhere.FollowAsync(feeds[1])).ReadToEndAsync();
        await site.Staff.SetEnabledAsync(person.School, person.Staff, enabled: false, ConsoleSite.Tester, default);
        Assert.Equal(HttpStatusCode.Redirect, (await there.GetAsync("/sources")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await elsewhere.GetAsync("/sources")).StatusCode);
        Assert.False(await EndsAsync(feed, TimeSpan.FromSeconds(1)));
        for (var passed = 0; passed < 60; passed += 5)
        {
            site.Time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(50);
        }

        Assert.True(await EndsAsync(feed, TimeSpan.FromSeconds(20)));
        Assert.False(await EndsAsync(other, TimeSpan.FromSeconds(1)));
        Assert.Equal(HttpStatusCode.OK, (await elsewhere.GetAsync("/alerts")).StatusCode);

        // Its end is the end of what it says: a look at it does not break it off.
        static async Task<bool> EndsAsync(Task<string> said, TimeSpan within) => await Task.WhenAny(said, Task.Delay(within)) == said;
    }

    [Fact]
    public async Task WhoIsDisabledIsOutAtTheNextRequestAndWithinSixtySecondsAnyway()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        using var client = new ConsoleClient(site.Address);
        await client.SignInAsync(person);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/alerts")).StatusCode);

        // As a migration or an administrator of the database would do it: no session is ended by that, and it lets nobody in.
        await site.Store.RunAsync($"UPDATE onlinesafety.staff SET enabled = false WHERE staff_id = '{person.Staff}'");
        site.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(HttpStatusCode.Redirect, (await client.GetAsync("/alerts")).StatusCode);
        await site.Store.RunAsync($"UPDATE onlinesafety.staff SET enabled = true WHERE staff_id = '{person.Staff}'");
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/alerts")).StatusCode);

        await site.Staff.SetEnabledAsync(person.School, person.Staff, enabled: false, ConsoleSite.Tester, default);
        Assert.Equal(0, await site.CountAsync("SELECT count(*) FROM session"));
        Assert.Equal(HttpStatusCode.Redirect, (await client.GetAsync("/alerts")).StatusCode);
        var again = await client.SendFormAsync("/sign-in", new() { ["address"] = Dsl, ["password"] = Person.Password });
        var code = await client.SendFormAsync("/sign-in/code", new() { ["code"] = person.NextCode() });
        Assert.Equal((HttpStatusCode.Redirect, "/sign-in/school"), (again.StatusCode, code.Headers.Location?.OriginalString));
        Assert.Contains("not on the staff list", await (await client.GetAsync("/sign-in/school")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await client.GetAsync("/alerts")).StatusCode);
    }

    [Fact]
    public async Task ARoleTakenAwayIsGoneAtTheNextRequest()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        using var client = new ConsoleClient(site.Address);
        await client.SignInAsync(person);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/alerts")).StatusCode);

        await site.Staff.SetRolesAsync(person.School, person.Staff, [StaffRole.It], ConsoleSite.Tester, default);

        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/alerts")).StatusCode);
    }

    [Fact]
    public async Task ASessionEndsWhenItIsIdleAndAfterItsLongestTime()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        using var client = new ConsoleClient(site.Address);
        await client.SignInAsync(person);
        site.Time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/alerts")).StatusCode);
        site.Time.Advance(TimeSpan.FromMinutes(60));
        Assert.Equal(HttpStatusCode.Redirect, (await client.GetAsync("/alerts")).StatusCode);

        await client.SignInAsync(person);
        for (var hours = 0.5; hours < 12; hours += 0.5)
        {
            site.Time.Advance(TimeSpan.FromMinutes(30));
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/alerts")).StatusCode);
        }

        site.Time.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(HttpStatusCode.Redirect, (await client.GetAsync("/alerts")).StatusCode);
    }

    [Fact]
    public async Task APageThatOnlyListensKeepsNoSessionFromIdlingOut()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        using var client = new ConsoleClient(site.Address);
        await client.SignInAsync(person);
        for (var minutes = 5; minutes < 60; minutes += 5)
        {
            site.Time.Advance(TimeSpan.FromMinutes(5));
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/alerts", accept: "text/event-stream")).StatusCode);
        }

        site.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(HttpStatusCode.Redirect, (await client.GetAsync("/alerts", accept: "text/event-stream")).StatusCode);
    }

    [Fact]
    public async Task SignedOutIsOutAlsoForWhoKeptTheCookieAndEverywhereElseOnDemand()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        using var office = new ConsoleClient(site.Address);
        using var home = new ConsoleClient(site.Address);
        await office.SignInAsync(person);
        await home.SignInAsync(person);

        Assert.Equal(HttpStatusCode.Redirect, (await office.SendFormAsync("/security/sessions/end-others", [], page: "/security")).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await home.GetAsync("/alerts")).StatusCode);
        var kept = office.Session;
        Assert.Equal("/signed-out", (await office.SendFormAsync("/sign-out", [], page: "/security")).Headers.Location!.OriginalString);
        office.Cookies.Add(site.Address, new Cookie("onlinesafety", kept));
        Assert.Equal(HttpStatusCode.Redirect, (await office.GetAsync("/alerts")).StatusCode);
    }

    [Fact]
    public async Task OnePersonOfTwoSchoolsChoosesAndIsInOneAtATime()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var (first, second) = (await site.AddSchoolAsync("Ash Academy"), await site.AddSchoolAsync("Birch College"));
        var person = await site.AddPersonAsync(first, "I. T. Support", "it@contractor.example", "it");
        var there = (await site.AddStaffAsync(second, "I. T. Support", "it@contractor.example", "dsl")).Staff;
        using var client = new ConsoleClient(site.Address);
        await client.SignInAsync(person);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/alerts")).StatusCode);

        // A row on a staff list joins nobody by itself: it takes the link, and the person.
        Assert.Equal(1, await site.CountAsync("SELECT count(*) FROM staff_account"));
        var link = await site.InviteAsync(second, there.StaffId);
        Assert.Equal(HttpStatusCode.Redirect, (await client.SendFormAsync(link + "/join", [], page: link)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/alerts")).StatusCode);
        await client.SendFormAsync("/sign-in/school", new() { ["school"] = first.ToString() });
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/alerts")).StatusCode);
        await client.SendFormAsync("/sign-in/school", new() { ["school"] = Guid.NewGuid().ToString() });
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/alerts")).StatusCode);
    }

    private static async Task<string> TokenAsync(ConsoleClient client, string page)
    {
        var html = await (await client.GetAsync(page)).Content.ReadAsStringAsync();
        const string Before = "name=\"__RequestVerificationToken\" value=\"";
        var at = html.IndexOf(Before, StringComparison.Ordinal) + Before.Length;
        return html[at..html.IndexOf('"', at)];
    }
}
