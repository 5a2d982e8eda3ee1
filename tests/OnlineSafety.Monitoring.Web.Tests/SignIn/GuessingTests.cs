using System.Net;

namespace OnlineSafety.Monitoring.Web.Tests.SignIn;

/// <summary>Who guesses passwords and codes, or tries many accounts from one place.</summary>
[Collection(BrowserCollection.Name)]
public sealed class GuessingTests(Browser browser)
{
    private const string Dsl = "d.lead@school.example";

    [Fact]
    public async Task AfterEightAttemptsAnAccountWaitsAndItsSchoolHasARecordOfThat()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        using var client = new ConsoleClient(site.Address);
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await TryAsync(client, Dsl, "not the password")).StatusCode);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await TryAsync(client, Dsl, "not the password")).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await TryAsync(client, Dsl, Person.Password)).StatusCode);
        Assert.Equal(1, await site.CountAsync($"SELECT count(*) FROM access_record WHERE action = 'sign-in.locked' AND object = '{person.Staff}'"));
        site.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(HttpStatusCode.Redirect, (await TryAsync(client, Dsl, Person.Password)).StatusCode);
    }

    [Fact]
    public async Task CodesAreGuessedNoOftenerThanPasswords()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        using var client = new ConsoleClient(site.Address);
        await client.PasswordAsync(Dsl);
        for (var i = 0; i < 7; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await client.SendFormAsync("/sign-in/code", new() { ["code"] = "000000" })).StatusCode);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await client.SendFormAsync("/sign-in/code", new() { ["code"] = "000000" })).StatusCode);
        // The password once more gives no further guesses.
        Assert.Equal(HttpStatusCode.TooManyRequests, (await TryAsync(client, Dsl, Person.Password)).StatusCode);
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

    private static Task<HttpResponseMessage> TryAsync(ConsoleClient client, string address, string password) =>
        client.SendFormAsync("/sign-in", new() { ["address"] = address, ["password"] = password });

    private static async Task<string> WordsAsync(HttpResponseMessage answer, string typed)
    {
        var html = await answer.Content.ReadAsStringAsync();
        var from = html.IndexOf("<div class=\"error-summary\"", StringComparison.Ordinal);
        return $"{(int)answer.StatusCode} {html[from..html.IndexOf("</div>", from, StringComparison.Ordinal)].Replace(typed, "", StringComparison.Ordinal)}";
    }
}
