using System.Net;

namespace OnlineSafety.Monitoring.Web.Tests.SignIn;

/// <summary>What a link of an invitation is good for, and for how long.</summary>
[Collection(BrowserCollection.Name)]
public sealed class WelcomeTests(Browser browser)
{
    private const string Dsl = "d.lead@school.example";

    [Fact]
    public async Task ALinkEndsAfterThreeDaysAndWithANewerOneAndWithItsPerson()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var school = await site.AddSchoolAsync();
        var staff = (await site.AddStaffAsync(school, "D. Lead", Dsl, "dsl")).Staff.StaffId;
        using var client = new ConsoleClient(site.Address);
        var older = await site.InviteAsync(school, staff);
        var link = await site.InviteAsync(school, staff);

        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(older)).StatusCode);
        site.Time.Advance(TimeSpan.FromHours(71.9));
        // Looked at by a mail filter, and by the person.
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(link)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(link)).StatusCode);
        site.Time.Advance(TimeSpan.FromHours(0.1));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(link)).StatusCode);

        var last = await site.InviteAsync(school, staff);
        await site.Staff.SetEnabledAsync(school, staff, enabled: false, ConsoleSite.Tester, default);
        await site.Staff.SetEnabledAsync(school, staff, enabled: true, ConsoleSite.Tester, default);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(last)).StatusCode);
    }

    [Theory]
    [InlineData("short", "short", "Choose at least")]
    [InlineData("seven grey lanterns", "seven grey lantern", "differ")]
    [InlineData("seven grey lanterns", "seven grey lanterns", "not the one that the app shows")]
    public async Task AFormThatIsRefusedLeavesTheLinkAsItWas(string password, string again, string words)
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var school = await site.AddSchoolAsync();
        var link = await site.InviteAsync(school, (await site.AddStaffAsync(school, "D. Lead", Dsl, "dsl")).Staff.StaffId);
        using var client = new ConsoleClient(site.Address);

        var refused = await client.SendFormAsync(link, new() { ["password"] = password, ["again"] = again, ["code"] = "000000", ["secret"] = "made up" });

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(words, await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(link)).StatusCode);
        Assert.Equal(0, await site.CountAsync("SELECT count(*) FROM account"));
    }

    [Fact]
    public async Task ALinkForAnAddressThatHasAnAccountIsForItsHolderAlone()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var holder = await site.AddPersonAsync(await site.AddSchoolAsync("Ash Academy"), "D. Lead", Dsl, "dsl");
        var somebody = await site.AddPersonAsync(holder.School, "Some Body", "somebody@school.example", "it");
        var second = await site.AddSchoolAsync("Birch College");
        var link = await site.InviteAsync(second, (await site.AddStaffAsync(second, "D. Lead", Dsl, "head")).Staff.StaffId);
        using var client = new ConsoleClient(site.Address);

        Assert.Equal(HttpStatusCode.NotFound, (await client.SendFormAsync(link, new() { ["password"] = "a new grey lantern", ["again"] = "a new grey lantern" }, page: "/sign-in")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.SendFormAsync(link + "/join", [], page: "/sign-in")).StatusCode);
        await client.SignInAsync(somebody);
        Assert.Equal(HttpStatusCode.NotFound, (await client.SendFormAsync(link + "/join", [], page: "/security")).StatusCode);
        Assert.Equal(2, await site.CountAsync("SELECT count(*) FROM staff_account"));
    }
}
