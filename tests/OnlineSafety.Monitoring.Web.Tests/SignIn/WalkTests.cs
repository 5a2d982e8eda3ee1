using Microsoft.Playwright;
using OnlineSafety.Monitoring.Access.SignIn;

namespace OnlineSafety.Monitoring.Web.Tests.SignIn;

/// <summary>Signing in as people do it, in a real browser.</summary>
[Collection(BrowserCollection.Name)]
public sealed class WalkTests(Browser browser)
{
    private const string Dsl = "d.lead@school.example";

    [Fact]
    public async Task FromTheInvitationToTheQueueAndBackInWithPasswordAndCode()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var school = await site.AddSchoolAsync();
        var staff = (await site.AddStaffAsync(school, "D. Lead", Dsl, "dsl")).Staff;
        var link = await site.InviteAsync(school, staff.StaffId);
        await using var context = await browser.OpenAsync(site.Address);
        var page = await context.NewPageAsync();

        await page.GotoAsync(link);
        Assert.Contains("Welcome, D. Lead", await page.TextContentAsync("h1"), StringComparison.Ordinal);
        var secret = await SetUpAsync(page, site, Person.Password);
        Assert.Equal(10, await page.Locator(".recovery li").CountAsync());
        await page.ClickAsync("text=I have them");
        Assert.EndsWith("/alerts", page.Url, StringComparison.Ordinal);
        // Whoever chose the factors in this browser needs no mail about it.
        Assert.Equal(0, await site.CountAsync("SELECT count(*) FROM notification WHERE kind = 'account'"));

        await page.ClickAsync(".who > summary");
        await page.ClickAsync("text=Sign out");
        Assert.Equal("You are signed out", await page.TextContentAsync("h1"));
        await page.GotoAsync("/alerts");
        await page.FillAsync("#address", Dsl);
        await page.FillAsync("#password", Person.Password);
        await page.ClickAsync("text=Continue");
        site.Time.Advance(Totp.Step);
        await page.FillAsync("#code", Totp.Code(secret, Totp.StepAt(site.Time.GetUtcNow())));
        await page.ClickAsync("main >> text=Sign in");
        Assert.EndsWith("/alerts", page.Url, StringComparison.Ordinal);

        Assert.Equal(404, (await page.GotoAsync(link))!.Status);
        var cookie = Assert.Single(await context.CookiesAsync(), cookie => cookie.Name == "onlinesafety");
        Assert.True(cookie.HttpOnly);
        Assert.Equal((SameSiteAttribute.Lax, -1f), (cookie.SameSite, cookie.Expires));
    }

    [Fact]
    public async Task APasskeyIsAddedAndThenIsAllThatIsNeeded()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        await using var context = await browser.OpenAsync(site.Address);
        var page = await context.NewPageAsync();
        var devices = await AuthenticatorAsync(context, page);
        await SignInAsync(page, person);

        await page.GotoAsync("/security");
        await page.FillAsync("#passkey-name", "Office laptop");
        await page.ClickAsync("text=Add a passkey");
        await page.WaitForSelectorAsync("td:has-text('Office laptop')");
        Assert.Equal(1, await site.CountAsync("SELECT count(*) FROM notification WHERE kind = 'account' AND cause = 'passkey-added'"));
        await page.ClickAsync(".who > summary");
        await page.ClickAsync(".who >> text=Sign out");

        await page.GotoAsync("/alerts");
        await page.ClickAsync("text=Use a passkey");
        await page.WaitForURLAsync("**/alerts");
        Assert.Equal(1, await site.CountAsync("SELECT count(*) FROM access_record WHERE action = 'sign-in.passkey'"));

        // Removed here it opens nothing, though the device still has it.
        await page.GotoAsync("/security");
        await page.ClickAsync("td >> text=Remove");
        await page.ClickAsync(".who > summary");
        await page.ClickAsync(".who >> text=Sign out");
        await page.GotoAsync("/sign-in");
        await page.ClickAsync("text=Use a passkey");
        await page.WaitForSelectorAsync("h1:has-text('did not open anything')");
        Assert.Equal(1, await devices.SendAsync("WebAuthn.getCredentials", new() { ["authenticatorId"] = _authenticator! }) is { } found ? found.GetProperty("credentials").GetArrayLength() : 0);
    }

    [Fact]
    public async Task APasskeyWhoseOwnerWasNotVerifiedOpensNothing()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        await using var context = await browser.OpenAsync(site.Address);
        var page = await context.NewPageAsync();
        var devices = await AuthenticatorAsync(context, page);
        await SignInAsync(page, person);
        await page.GotoAsync("/security");
        await devices.SendAsync("WebAuthn.setUserVerified", new() { ["authenticatorId"] = _authenticator!, ["isUserVerified"] = false });
        await page.FillAsync("#passkey-name", "Found phone");
        await page.ClickAsync("text=Add a passkey");
        await page.WaitForSelectorAsync("[data-passkey-words]:has-text('did not work')");
        Assert.Equal(0, await site.CountAsync("SELECT count(*) FROM account_passkey"));
    }

    [Fact]
    public async Task WithoutScriptEverythingButPasskeysWorks()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        await using var context = await browser.OpenAsync(site.Address, new() { JavaScriptEnabled = false });
        var page = await context.NewPageAsync();
        await page.GotoAsync("/sign-in");
        Assert.False(await page.IsVisibleAsync("text=Use a passkey"));
        await SignInAsync(page, person);
        await page.GotoAsync("/security");
        Assert.True(await page.IsVisibleAsync("text=Where you are signed in"));
    }

    [Fact]
    public async Task ChangingAFactorAsksForACodeOnceTheLastProofIsOld()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", Dsl, "dsl");
        await using var context = await browser.OpenAsync(site.Address);
        var page = await context.NewPageAsync();
        await SignInAsync(page, person);
        site.Time.Advance(TimeSpan.FromMinutes(20));

        await page.GotoAsync("/security");
        await page.ClickAsync("text=New recovery codes");
        Assert.Contains("Prove that it is you", await page.TextContentAsync("h1"), StringComparison.Ordinal);
        await page.FillAsync("#code", person.NextCode());
        await page.ClickAsync("main >> text=Continue");
        Assert.EndsWith("/security", page.Url, StringComparison.Ordinal);
        await page.ClickAsync("text=New recovery codes");
        Assert.DoesNotContain(person.RecoveryCodes[0], await page.ContentAsync(), StringComparison.Ordinal);
        Assert.Equal(10, await page.Locator(".recovery li").CountAsync());
    }

    private string? _authenticator;

    private async Task<ICDPSession> AuthenticatorAsync(IBrowserContext context, IPage page)
    {
        var devices = await context.NewCDPSessionAsync(page);
        await devices.SendAsync("WebAuthn.enable");
        var added = await devices.SendAsync("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["protocol"] = "ctap2", ["transport"] = "internal", ["hasResidentKey"] = true, ["hasUserVerification"] = true, ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        });
        _authenticator = added!.Value.GetProperty("authenticatorId").GetString();
        return devices;
    }

    private static async Task SignInAsync(IPage page, Person person)
    {
        await page.GotoAsync("/sign-in");
        await page.FillAsync("#address", person.Email);
        await page.FillAsync("#password", Person.Password);
        await page.ClickAsync("text=Continue");
        await page.FillAsync("#code", person.NextCode());
        await page.ClickAsync("main >> text=Sign in");
    }

    // As a person without a camera does it: the key by hand, and the code that the app makes of it.
    private static async Task<byte[]> SetUpAsync(IPage page, ConsoleSite site, string password)
    {
        await page.ClickAsync("text=Cannot use the camera?");
        var key = (await page.TextContentAsync("code.key"))!;
        var secret = Base32Key.Read(key);
        await page.FillAsync("#password", password);
        await page.FillAsync("#again", password);
        await page.FillAsync("#code", Totp.Code(secret, Totp.StepAt(site.Time.GetUtcNow())));
        await page.ClickAsync("text=Finish and sign in");
        return secret;
    }
}
