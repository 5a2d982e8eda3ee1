using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace OnlineSafety.Monitoring.Web.Tests.SignIn;

/// <summary>What was opened in one school does nothing in another, though the numbers of its alerts are the same.</summary>
[Collection(BrowserCollection.Name)]
public sealed partial class ChangeOverTests(Browser browser)
{
    [Fact]
    public async Task AFormShownInOneSchoolIsRefusedInAnother()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var (first, second, person) = await TwoSchoolsAsync(site);
        using var client = await ComeAsync(site, person, first);
        var shown = await TokenAsync(client, "/alerts/1");
        var note = new Dictionary<string, string> { ["note"] = "Rang home.", [TokenName] = shown };

        await ChangeOverAsync(client, second);
        foreach (var (path, fields) in new (string, Dictionary<string, string>)[]
        {
            ("/alerts/1/note", note), ("/alerts/1/acknowledge", new() { [TokenName] = shown }), ("/sources/add", new() { ["product"] = "generic", ["name"] = "Filter", ["via"] = "webhook", [TokenName] = shown }),
            ("/administration/staff", new() { ["name"] = "Nell New", ["email"] = "nell@school.example", ["roles"] = "governor", [TokenName] = shown }),
        })
        {
            using var refused = await client.PostAsync(path, fields);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            var said = await refused.Content.ReadAsStringAsync();
            Assert.Contains("That page was of another school", said, StringComparison.Ordinal);
            Assert.Contains("Nothing was changed.", said, StringComparison.Ordinal);
        }

        Assert.Equal(0, await site.CountAsync("SELECT (SELECT count(*) FROM alert_step) + (SELECT count(*) FROM source) + (SELECT count(*) FROM staff WHERE name = 'Nell New') + (SELECT count(*) FROM alert WHERE state <> 'new')"));

        note[TokenName] = await TokenAsync(client, "/alerts/1");
        Assert.Equal(HttpStatusCode.Redirect, (await client.PostAsync("/alerts/1/note", note)).StatusCode);
        Assert.Equal(1, await site.CountAsync($"SELECT count(*) FROM alert_step WHERE school_id = '{second}'"));
        Assert.Equal(0, await site.CountAsync($"SELECT count(*) FROM alert_step WHERE school_id = '{first}'"));

        // Whoever leaves leaves both, from whichever page.
        Assert.Equal(HttpStatusCode.Redirect, (await client.PostAsync("/sign-out", new() { [TokenName] = shown })).StatusCode);
        Assert.Equal(0, await site.CountAsync("SELECT count(*) FROM session"));
    }

    [Fact]
    public async Task AFormShownBeforeASchoolWasChosenIsOutOfDateInIt()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var (first, second, person) = await TwoSchoolsAsync(site);
        using var client = new ConsoleClient(site.Address);
        await client.PasswordAsync(person.Email);
        await client.SendFormAsync("/sign-in/code", new() { ["code"] = person.NextCode() });
        var shown = await TokenAsync(client, "/sign-in/school");
        await ChangeOverAsync(client, first);

        using var refused = await client.PostAsync("/sign-in/school", new() { ["school"] = second.ToString(), [TokenName] = shown });
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("That form was out of date", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(1, await site.CountAsync($"SELECT count(*) FROM session WHERE school_id = '{first}'"));
    }

    [Fact]
    public async Task AFeedOfOneSchoolBringsNoRowOfAnother()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var (first, second, person) = await TwoSchoolsAsync(site);
        using var client = await ComeAsync(site, person, first);
        var feed = await FeedAsync(client);

        await ChangeOverAsync(client, second);
        foreach (var address in new[] { feed, "/alerts/live?after=0&rows=1-000000" })
        {
            var said = await (await client.FollowAsync(address)).ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Contains("event: elsewhere", said, StringComparison.Ordinal);
            Assert.DoesNotContain("alert-1", said, StringComparison.Ordinal);
            Assert.DoesNotContain("event: news", said, StringComparison.Ordinal);
        }

        Assert.Equal(0, await site.CountAsync($"SELECT count(*) FROM access_record WHERE school_id = '{second}' AND action = 'alert.live'"));
        // The feed of a page of the new school goes on.
        using var own = await client.FollowAsync(await FeedAsync(client));
        Assert.Equal("event: hello", await own.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task AnOpenQueueSaysThatItIsOfAnotherSchoolAndKeepsItsRows()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var (first, second, person) = await TwoSchoolsAsync(site);
        using var client = await ComeAsync(site, person, first);
        await using var context = await browser.OpenAsync(site.Address);
        await CarryAsync(client, context, site.Address);
        var page = await context.NewPageAsync();
        await page.GotoAsync("/alerts");
        await Expect(page.Locator("#live-state")).ToHaveTextAsync("Live");
        await Expect(page.Locator("#alert-1")).ToContainTextAsync("2 events");

        await ChangeOverAsync(client, second);
        await CarryAsync(client, context, site.Address);
        // As after a lid was closed: the feed is asked for anew, with the cookie of now.
        await page.EvaluateAsync("() => { const live = document.getElementById('live'); const again = live.cloneNode(true); live.replaceWith(again); htmx.process(again); }");
        await Expect(page.Locator("#live-state")).ToHaveTextAsync("Not live: you changed over to another school");
        await Expect(page.Locator("#alert-1")).ToContainTextAsync("2 events");
    }

    private const string TokenName = "__RequestVerificationToken";

    private static async Task<(Guid First, Guid Second, Person Person)> TwoSchoolsAsync(ConsoleSite site)
    {
        const string address = "d.lead@trust.example";
        var (first, second) = (await site.AddSchoolAsync("Ash Academy"), await site.AddSchoolAsync("Birch College"));
        var person = await site.AddPersonAsync(first, "D. Lead", address, "dsl", "it", "admin");
        var there = (await site.AddStaffAsync(second, "D. Lead", address, "dsl", "it", "admin")).Staff;
        await site.Store.RunAsync($"INSERT INTO onlinesafety.staff_account VALUES ('{second}', '{there.StaffId}', '{person.Account}', now())");
        await AddAlertAsync(site, first, events: 2);
        await AddAlertAsync(site, second, events: 77);
        return (first, second, person);
    }

    private static async Task<ConsoleClient> ComeAsync(ConsoleSite site, Person person, Guid school)
    {
        var client = new ConsoleClient(site.Address);
        await client.PasswordAsync(person.Email);
        await client.SendFormAsync("/sign-in/code", new() { ["code"] = person.NextCode() });
        await ChangeOverAsync(client, school);
        return client;
    }

    private static async Task ChangeOverAsync(ConsoleClient client, Guid school) =>
        Assert.Equal("/", (await client.SendFormAsync("/sign-in/school", new() { ["school"] = school.ToString() })).Headers.Location?.OriginalString);

    private static Task CarryAsync(ConsoleClient client, IBrowserContext context, Uri address) => context.AddCookiesAsync(
        client.Cookies.GetAllCookies().Select(cookie => new Microsoft.Playwright.Cookie { Name = cookie.Name, Value = cookie.Value, Url = address.ToString() }));

    private static Task AddAlertAsync(ConsoleSite site, Guid school, int events) => site.Store.RunAsync(string.Create(CultureInfo.InvariantCulture, $"""
        INSERT INTO onlinesafety.alert (school_id, alert_id, number, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key, subject_role,
            source_ids, vendors, event_count, reasons, first_received_at, last_received_at, raised_at)
        VALUES ('{school}', gen_random_uuid(), 1, 3, 3, 'bullying', 'bullying', ARRAY['bullying'], false, 0, 'dsl', 'user:planted', 1,
            ARRAY[]::uuid[], ARRAY['protex'], {events}, convert_to('[]', 'UTF8'), now(), now(), now())
        """));

    private static async Task<string> FeedAsync(ConsoleClient client) =>
        WebUtility.HtmlDecode(Feed().Match(await (await client.GetAsync("/alerts")).Content.ReadAsStringAsync()).Groups["feed"].Value);

    private static async Task<string> TokenAsync(ConsoleClient client, string page) =>
        WebUtility.HtmlDecode(Token().Match(await (await client.GetAsync(page)).Content.ReadAsStringAsync()).Groups["token"].Value);

    [GeneratedRegex("""sse-connect="(?<feed>[^"]+)""", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Feed();

    [GeneratedRegex("""name="__RequestVerificationToken"[^>]*value="(?<token>[^"]+)""", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Token();
}
