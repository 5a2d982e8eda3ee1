using System.Net;
using Microsoft.IdentityModel.Tokens;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Web.Tests.SignIn;

/// <summary>Signing in with the school's own accounts, against a provider over a real socket.</summary>
[Collection(BrowserCollection.Name)]
public sealed class ProviderTests(Browser browser)
{
    private const string Dsl = "d.lead@school.example";
    private const string Way = "/sign-in/with/workspace";

    private readonly ManualTimeProvider _time = new(Some.Time);

    [Fact]
    public async Task InABrowserTheProviderAloneLeadsToWhereOneWantedToGo()
    {
        await using var provider = await LocalProvider.StartAsync(_time);
        await using var site = await ConsoleSite.StartAsync(browser.Server, provider.Settings());
        await site.AddStaffAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        await using var context = await browser.OpenAsync(site.Address);
        var page = await context.NewPageAsync();

        await page.GotoAsync("/security");
        await page.ClickAsync("text=Sign in with Workspace");

        await page.WaitForURLAsync("**/security");
        Assert.Equal("Signing in", await page.TextContentAsync("h1"));
        Assert.Equal(1, await site.CountAsync("SELECT count(*) FROM access_record WHERE action = 'sign-in.provider'"));
    }

    [Fact]
    public async Task WhereTheProviderAsksForNoSecondFactorTheConsoleDoes()
    {
        await using var provider = await LocalProvider.StartAsync(_time);
        await using var site = await ConsoleSite.StartAsync(browser.Server, provider.Settings(provesSecondFactor: false));
        await site.AddStaffAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        using var client = new ConsoleClient(site.Address);

        Assert.Equal("/sign-in/set-up", await ReturnAsync(client));
        Assert.Equal(HttpStatusCode.Redirect, (await client.GetAsync("/alerts")).StatusCode);
    }

    [Fact]
    public async Task AConsoleAccountIsNotEnteredByAProviderUntilItsHolderConnectsIt()
    {
        await using var provider = await LocalProvider.StartAsync(_time);
        await using var site = await ConsoleSite.StartAsync(browser.Server, provider.Settings());
        var person = await site.AddPersonAsync(await site.AddSchoolAsync("Ash Academy"), "D. Lead", Dsl, "dsl");
        // Somebody else's school, on whose list the address was typed: whoever holds the account here is not let in there by a claim.
        await site.AddStaffAsync(await site.AddSchoolAsync("Birch College"), "D. Lead", Dsl, "head");
        using var stranger = new ConsoleClient(site.Address);
        Assert.Equal("403", await ReturnAsync(stranger));
        Assert.Equal(1, await site.CountAsync("SELECT count(*) FROM staff_account"));

        using var client = new ConsoleClient(site.Address);
        await client.SignInAsync(person);
        Assert.Equal("/security", await ReturnAsync(client, "/security/with/workspace"));
        Assert.Equal("/sign-in/school", await ReturnAsync(stranger));
        Assert.Equal(2, await site.CountAsync("SELECT count(*) FROM staff_account"));
    }

    [Theory]
    [InlineData("email_verified", false)]
    [InlineData("email", "d.lead@other.example")]
    [InlineData("email", "nobody@school.example")]
    [InlineData("hd", "other.example")]
    [InlineData("nonce", "another")]
    public async Task AClaimThatDoesNotHoldOpensNothing(string claim, object value)
    {
        await using var provider = await LocalProvider.StartAsync(_time);
        await using var site = await ConsoleSite.StartAsync(browser.Server, provider.Settings());
        await site.AddStaffAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        await site.AddStaffAsync(await site.AddSchoolAsync("Other School"), "D. Lead", "d.lead@other.example", "dsl");
        using var client = new ConsoleClient(site.Address);
        provider.Tamper = token => token.Claims[claim] = value;

        Assert.Contains(await ReturnAsync(client), new[] { "401", "403" });
        Assert.Equal(0, await site.CountAsync("SELECT count(*) FROM account"));
        provider.TellTheTruth();
        Assert.Equal("/", await ReturnAsync(client));
    }

    [Theory]
    [InlineData("issuer")]
    [InlineData("audience")]
    [InlineData("expired")]
    [InlineData("unsigned")]
    [InlineData("key")]
    public async Task ATokenThatIsNotTheProvidersForUsNowOpensNothing(string fault)
    {
        await using var provider = await LocalProvider.StartAsync(_time);
        await using var site = await ConsoleSite.StartAsync(browser.Server, provider.Settings());
        await site.AddStaffAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        using var client = new ConsoleClient(site.Address);
        if (fault == "key")
        {
            provider.ForgeKeys();
        }

        provider.Tamper = token => Spoil(token, fault);
        Assert.Equal("401", await ReturnAsync(client));
        Assert.Equal(0, await site.CountAsync("SELECT count(*) FROM account"));
        provider.TellTheTruth();
        Assert.Equal("/", await ReturnAsync(client));
    }

    [Fact]
    public async Task AReturnWorksOnceInTheBrowserThatWentAndWithItsOwnState()
    {
        await using var provider = await LocalProvider.StartAsync(_time);
        await using var site = await ConsoleSite.StartAsync(browser.Server, provider.Settings());
        await site.AddStaffAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        using var client = new ConsoleClient(site.Address);
        using var victim = new ConsoleClient(site.Address);
        var back = await JourneyAsync(client, Way);
        var journey = client.Cookies.GetAllCookies().Single(cookie => cookie.Name == "onlinesafety-way").Value;

        Assert.Equal(HttpStatusCode.Unauthorized, (await victim.GetAsync(back)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(back + "x")).StatusCode);
        // The refusal took the cookie away; whoever kept it brings it back.
        client.Cookies.Add(site.Address, new Cookie("onlinesafety-way", journey));
        Assert.Equal(HttpStatusCode.Redirect, (await client.GetAsync(back)).StatusCode);
        client.Cookies.Add(site.Address, new Cookie("onlinesafety-way", journey));
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(back)).StatusCode);
    }

    [Fact]
    public async Task AnAddressThatWasGivenToSomebodyElseThereDoesNotLeadIntoTheLeaversAccount()
    {
        await using var provider = await LocalProvider.StartAsync(_time);
        await using var site = await ConsoleSite.StartAsync(browser.Server, provider.Settings());
        await site.AddStaffAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        using var client = new ConsoleClient(site.Address);
        Assert.Equal("/", await ReturnAsync(client));
        provider.Claims["sub"] = "user-2";

        using var successor = new ConsoleClient(site.Address);
        Assert.Equal("401", await ReturnAsync(successor));
    }

    [Fact]
    public async Task APersonWhomTheProviderKnowsByANewAddressIsToldWhatToDo()
    {
        await using var provider = await LocalProvider.StartAsync(_time);
        await using var site = await ConsoleSite.StartAsync(browser.Server, provider.Settings());
        var school = await site.AddSchoolAsync();
        await site.AddStaffAsync(school, "D. Lead", Dsl, "dsl");
        using var client = new ConsoleClient(site.Address);
        Assert.Equal("/", await ReturnAsync(client));
        await site.AddStaffAsync(school, "D. Married", "d.married@school.example", "dsl");
        provider.Claims["email"] = "d.married@school.example";

        using var again = new ConsoleClient(site.Address);
        var answer = await again.GetAsync(await JourneyAsync(again, Way));
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("reset-factors", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(1, await site.CountAsync("SELECT count(*) FROM account"));
    }

    [Fact]
    public async Task AnotherPersonAtTheProviderIsNotConnectedInPlaceOfTheFirst()
    {
        await using var provider = await LocalProvider.StartAsync(_time);
        await using var site = await ConsoleSite.StartAsync(browser.Server, provider.Settings());
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        using var client = new ConsoleClient(site.Address);
        await client.SignInAsync(person);
        Assert.Equal("/security", await ReturnAsync(client, "/security/with/workspace"));
        Assert.Equal(1, await site.CountAsync("SELECT count(*) FROM notification WHERE kind = 'account' AND cause = 'provider'"));
        await site.AddStaffAsync(await site.AddSchoolAsync("Birch College"), "D. Lead", Dsl, "head");

        // The address went to somebody else there: neither connected nor joined to a further school.
        provider.Claims["sub"] = "user-2";
        Assert.Equal("401", await ReturnAsync(client, "/security/with/workspace"));
        Assert.Equal(1, await site.CountAsync("SELECT count(*) FROM staff_account"));
        Assert.Equal(1, await site.CountAsync("SELECT count(*) FROM account_identity"));
    }

    [Fact]
    public async Task KeysThatChangedAreReadAnewAndMadeUpOnesNotEachTime()
    {
        await using var provider = await LocalProvider.StartAsync(_time);
        await using var site = await ConsoleSite.StartAsync(browser.Server, provider.Settings());
        await site.AddStaffAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        using var client = new ConsoleClient(site.Address);
        Assert.Equal("/", await ReturnAsync(client));
        provider.ChangeKeys();
        site.Time.Advance(TimeSpan.FromMinutes(2));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("/", await ReturnAsync(client));
        Assert.Equal(2, provider.Discoveries);

        provider.Tamper = token => token.SigningCredentials = new SigningCredentials(
            new RsaSecurityKey(System.Security.Cryptography.RSA.Create(2048)) { KeyId = "made-up" }, SecurityAlgorithms.RsaSha256);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("401", await ReturnAsync(client));
        }

        Assert.Equal(2, provider.Discoveries);
    }

    // To the provider and back: where that leads, or the status of the answer.
    private static async Task<string> ReturnAsync(ConsoleClient client, string way = Way)
    {
        var answer = await client.GetAsync(await JourneyAsync(client, way));
        return answer.StatusCode == HttpStatusCode.Redirect ? answer.Headers.Location!.OriginalString : ((int)answer.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<string> JourneyAsync(ConsoleClient client, string way)
    {
        var away = await client.GetAsync(way);
        Assert.Equal(HttpStatusCode.Redirect, away.StatusCode);
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        return (await http.GetAsync(away.Headers.Location)).Headers.Location!.PathAndQuery;
    }

    private void Spoil(SecurityTokenDescriptor token, string fault)
    {
        switch (fault)
        {
            case "issuer":
                token.Issuer = "https://accounts.other.example";
                break;
            case "audience":
                token.Audience = "another-client";
                break;
            case "expired":
                token.IssuedAt = token.NotBefore = _time.GetUtcNow().UtcDateTime.AddHours(-2);
                token.Expires = _time.GetUtcNow().UtcDateTime.AddHours(-1);
                break;
            case "unsigned":
                token.SigningCredentials = null;
                break;
        }
    }
}
