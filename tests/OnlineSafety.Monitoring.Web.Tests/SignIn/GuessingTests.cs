using System.Net;

namespace OnlineSafety.Monitoring.Web.Tests.SignIn;

/// <summary>Who guesses passwords and codes, or tries many accounts from one place.</summary>
[Collection(BrowserCollection.Name)]
public sealed class GuessingTests(Browser browser)
{
    private const string Dsl = "d.lead@school.example";

    // Staff and strangers come through one proxy here, which says where each is.
    private static readonly object _overTls = new { BaseUrl = "https://console.school.example" };
    private static readonly object _proxies = new { Proxies = new[] { "127.0.0.1", "::1" } };
    private static readonly object _behindAProxy = new { Http = _proxies, Mail = _overTls };

    [Fact]
    public async Task AfterEightAttemptsEachFurtherOneIsDelayedLongerAndNoneForGood()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        using var client = new ConsoleClient(site.Address);
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await TryAsync(client, Dsl, "not the password")).StatusCode);
        }

        foreach (var seconds in new[] { 30, 60, 120, 240, 480, 900, 900 })
        {
            site.Time.Advance(TimeSpan.FromSeconds(seconds - 1));
            Assert.Equal(HttpStatusCode.TooManyRequests, (await TryAsync(client, Dsl, Person.Password)).StatusCode);
            site.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(HttpStatusCode.Unauthorized, (await TryAsync(client, Dsl, "not the password")).StatusCode);
        }

        site.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(HttpStatusCode.Redirect, (await TryAsync(client, Dsl, Person.Password)).StatusCode);
        Assert.Equal(1, await site.CountAsync($"SELECT count(*) FROM access_record WHERE action = 'sign-in.locked' AND object = '{person.Staff}'"));
        Assert.Equal(1, await site.CountAsync($"SELECT count(*) FROM notification WHERE kind = 'account' AND cause = 'guessing' AND staff_id = '{person.Staff}' AND state = 'due'"));
    }

    [Fact]
    public async Task APasswordInTheClearIsTakenFromThisHostAloneAlsoThroughAProxyOnIt()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server, new { Http = _proxies });
        using var here = new ConsoleClient(site.Address);
        using var remote = new ConsoleClient(site.Address, "192.0.2.10");

        Assert.Equal(HttpStatusCode.OK, (await here.GetAsync("/sign-in")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await remote.GetAsync("/sign-in")).StatusCode);
    }

    [Fact]
    public async Task AStrangerWhoGuessesKeepsNeitherAKnownBrowserNorAnotherPlaceOut()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server, _behindAProxy);
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        using var own = new ConsoleClient(site.Address, "192.0.2.10");
        await own.SignInAsync(person);
        using var stranger = new ConsoleClient(site.Address, "192.0.2.10");
        await ExhaustAsync(stranger);

        // The same network, without and with the cookie of a former sign-in; another network without one.
        using var fresh = new ConsoleClient(site.Address, "192.0.2.10");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await TryAsync(fresh, Dsl, Person.Password)).StatusCode);
        await own.SendFormAsync("/sign-out", [], page: "/alerts");
        await own.SignInAsync(person);
        using var elsewhere = new ConsoleClient(site.Address, "198.51.100.7");
        await elsewhere.SignInAsync(person);
    }

    [Fact]
    public async Task WhoGivesTheCodeAsWellIsKeptWaitingByNobody()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        var code = person.NextCode();
        using var pupil = new ConsoleClient(site.Address);
        await ExhaustAsync(pupil);

        // On the same network, with a browser that keeps nothing, while the pupil goes on.
        using var fresh = new ConsoleClient(site.Address);
        var delayed = await TryAsync(fresh, Dsl, Person.Password);
        Assert.Equal(HttpStatusCode.TooManyRequests, delayed.StatusCode);
        Assert.Contains("name=\"code\"", await delayed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await BothAsync(pupil, "not the password", "000000")).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await BothAsync(fresh, Person.Password, code)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await fresh.GetAsync("/alerts")).StatusCode);
        Assert.Equal(1, await site.CountAsync("SELECT count(*) FROM access_record WHERE action = 'sign-in.password'"));
    }

    [Fact]
    public async Task APasswordWithACodeTellsNeitherAndGuessesNoOftenerThanTheCodeAlone()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        using var client = new ConsoleClient(site.Address);
        var right = person.NextCode();
        // Whichever of the three is wrong, the answer is one.
        var answers = new List<string>();
        foreach (var (address, password, code) in new[] { (Dsl, "not the password", right), ("nobody@school.example", Person.Password, "000000"), (Dsl, Person.Password, "000000") })
        {
            answers.Add(await WordsAsync(await BothAsync(client, password, code, address), address));
        }

        Assert.Single(answers.Distinct(StringComparer.Ordinal));
        Assert.StartsWith("401", answers[0], StringComparison.Ordinal);
        for (var i = 0; i < 7; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await BothAsync(client, Person.Password, "000000")).StatusCode);
        }

        // Eight codes beside the right password: its owner is told, and the ninth is not looked at, right as it is.
        Assert.Equal(1, await site.CountAsync("SELECT count(*) FROM notification WHERE kind = 'account' AND cause = 'codes'"));
        Assert.Equal(answers[0], await WordsAsync(await BothAsync(client, Person.Password, right), Dsl));
        site.Time.Advance(TimeSpan.FromSeconds(30));
        var taken = person.NextCode();
        Assert.Equal(HttpStatusCode.Redirect, (await BothAsync(client, Person.Password, taken)).StatusCode);
        using var again = new ConsoleClient(site.Address);
        Assert.Equal(HttpStatusCode.Unauthorized, (await BothAsync(again, Person.Password, taken)).StatusCode);
    }

    [Fact]
    public async Task GuessesFromManyPlacesDelayTheAccountForStrangersAndNotForAKnownBrowser()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server, _behindAProxy);
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        using var own = new ConsoleClient(site.Address, "192.0.2.10");
        await own.SignInAsync(person);
        for (var network = 1; network <= 5; network++)
        {
            using var stranger = new ConsoleClient(site.Address, $"198.51.100.{network}");
            for (var i = 0; i < 8; i++)
            {
                Assert.Equal(HttpStatusCode.Unauthorized, (await TryAsync(stranger, Dsl, "not the password")).StatusCode);
            }
        }

        using var sixth = new ConsoleClient(site.Address, "203.0.113.6");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await TryAsync(sixth, Dsl, Person.Password)).StatusCode);
        await own.SendFormAsync("/sign-out", [], page: "/alerts");
        await own.SignInAsync(person);
        // However many tried: the owner is told once a day.
        Assert.Equal(1, await site.CountAsync("SELECT count(*) FROM notification WHERE kind = 'account' AND cause = 'guessing'"));
    }

    [Fact]
    public async Task ACookieOfOneAccountIsNoWayAroundTheLimitOfAnother()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var school = await site.AddSchoolAsync();
        var other = await site.AddPersonAsync(school, "E. Deputy", "e.deputy@school.example", "deputy");
        await site.AddPersonAsync(school, "D. Lead", Dsl, "dsl");
        using var client = new ConsoleClient(site.Address);
        await client.SignInAsync(other);
        await client.SendFormAsync("/sign-out", [], page: "/alerts");

        await ExhaustAsync(client);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await TryAsync(client, Dsl, Person.Password)).StatusCode);
    }

    [Fact]
    public async Task CodesAreGuessedNoOftenerThanPasswordsAndTheOwnerIsToldThatThePasswordIsKnown()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server, _behindAProxy);
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        using var own = new ConsoleClient(site.Address, "192.0.2.10");
        await own.SignInAsync(person);
        for (var place = 1; place <= 4; place++)
        {
            using var thief = new ConsoleClient(site.Address, $"198.51.100.{place}");
            await thief.PasswordAsync(Dsl);
            for (var i = 0; i < 2; i++)
            {
                Assert.Equal(HttpStatusCode.Unauthorized, (await thief.SendFormAsync("/sign-in/code", new() { ["code"] = "000000" })).StatusCode);
            }
        }

        // Neither the password once more nor another network gives further guesses.
        using var fifth = new ConsoleClient(site.Address, "198.51.100.5");
        await fifth.PasswordAsync(Dsl);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await fifth.SendFormAsync("/sign-in/code", new() { ["code"] = "000000" })).StatusCode);
        Assert.Equal(1, await site.CountAsync("SELECT count(*) FROM notification WHERE kind = 'account' AND cause = 'codes'"));
        await own.SendFormAsync("/sign-out", [], page: "/alerts");
        await own.SignInAsync(person);
    }

    // ASVS 5.0, 6.3.1: one password for many accounts, from one place and from many.
    [Fact]
    public async Task SprayingIsDelayedWhereItComesFromAndDelaysNobodyWhoIsKnown()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server, new { Http = _proxies, Mail = _overTls, SignIn = new { AttemptsPerPeer = 20 } });
        var school = await site.AddSchoolAsync();
        var person = await site.AddPersonAsync(school, "D. Lead", Dsl, "dsl");
        using var own = new ConsoleClient(site.Address, "2001:db8:1::7");
        await own.SignInAsync(person);
        using var sprayer = new ConsoleClient(site.Address, "2001:db8:1::666");
        var refused = 0;
        for (var i = 0; i < 40; i++)
        {
            refused += (await TryAsync(sprayer, $"staff{i}@school.example", "Autumn2026!xyz")).StatusCode == HttpStatusCode.TooManyRequests ? 1 : 0;
        }

        Assert.Equal(20, refused);
        await own.SendFormAsync("/sign-out", [], page: "/alerts");
        await own.SignInAsync(person);
        // Nobody of them was locked: from elsewhere the very next attempt is looked at.
        using var elsewhere = new ConsoleClient(site.Address, "2001:db8:2::7");
        Assert.Equal(HttpStatusCode.Unauthorized, (await TryAsync(elsewhere, "staff1@school.example", "mistyped")).StatusCode);
        site.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.Unauthorized, (await TryAsync(sprayer, "staff99@school.example", "Autumn2026!xyz")).StatusCode);
    }

    [Fact]
    public async Task AnAddressThatNobodyHasIsAnsweredLikeAWrongPassword()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        using var client = new ConsoleClient(site.Address);
        var (known, unknown) = (new List<string>(), new List<string>());
        for (var i = 0; i < 9; i++)
        {
            known.Add(await WordsAsync(await TryAsync(client, Dsl, "not the password"), Dsl));
            unknown.Add(await WordsAsync(await TryAsync(client, "nobody@school.example", "not the password"), "nobody@school.example"));
        }

        Assert.Equal(known, unknown);
    }

    [Fact]
    public async Task ManyAccountsFromOnePlaceAreStoppedTogether()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server, new { SignIn = new { AttemptsPerPeer = 10 } });
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        using var client = new ConsoleClient(site.Address);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await TryAsync(client, $"staff{i}@school.example", "Autumn2026!xyz")).StatusCode);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await TryAsync(client, person.Email, Person.Password)).StatusCode);
    }

    [Fact]
    public async Task WhoGetsInDoesNotUseUpThePlace()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server, new { SignIn = new { AttemptsPerPeer = 10 } });
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        for (var i = 0; i < 8; i++)
        {
            using var client = new ConsoleClient(site.Address);
            await client.SignInAsync(person);
        }
    }

    private static async Task ExhaustAsync(ConsoleClient client)
    {
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await TryAsync(client, Dsl, "not the password")).StatusCode);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await TryAsync(client, Dsl, Person.Password)).StatusCode);
    }

    private static Task<HttpResponseMessage> TryAsync(ConsoleClient client, string address, string password) =>
        client.SendFormAsync("/sign-in", new() { ["address"] = address, ["password"] = password });

    private static Task<HttpResponseMessage> BothAsync(ConsoleClient client, string password, string code, string address = Dsl) =>
        client.SendFormAsync("/sign-in", new() { ["address"] = address, ["password"] = password, ["code"] = code });

    private static async Task<string> WordsAsync(HttpResponseMessage answer, string typed)
    {
        var html = await answer.Content.ReadAsStringAsync();
        var from = html.IndexOf("<div class=\"error-summary\"", StringComparison.Ordinal);
        return $"{(int)answer.StatusCode} {html[from..html.IndexOf("</div>", from, StringComparison.Ordinal)].Replace(typed, "", StringComparison.Ordinal)}";
    }
}
