using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.People;

namespace OnlineSafety.Monitoring.Web.Tests.SignIn;

/// <summary>An entry of the staff list is put on the address of whoever follows: whoever left does not read on as the successor.</summary>
[Collection(BrowserCollection.Name)]
public sealed class SuccessorTests(Browser browser)
{
    private const string Staff = "/administration/staff";

    [Fact]
    public async Task WhoeverLeftGetsNothingMoreOnceTheEntryIsTheSuccessors()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var (former, key) = await LeadAsync(site);
        using var heads = await HeadAsync(site, former.School);
        using var client = await ComeAsync(site, former);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), ((await client.GetAsync("/alerts")).StatusCode, await WithKeyAsync(site, key)));
        Assert.Contains("whoever signed in here until now is signed out", await TextAsync(await heads.GetAsync($"{Staff}/{former.Staff}"), HttpStatusCode.OK), StringComparison.Ordinal);

        var answer = await heads.SendFormAsync($"{Staff}/{former.Staff}/details", new() { ["name"] = "S. Uccessor", ["email"] = "s.uccessor@school.example", ["accounts"] = "succ" }, page: Staff);

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Contains("Whoever signed in here until now is signed out", await TextAsync(await heads.GetAsync(answer.Headers.Location!.OriginalString), HttpStatusCode.OK), StringComparison.Ordinal);
        Assert.StartsWith("/sign-in", (await client.GetAsync("/alerts")).Headers.Location?.OriginalString, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, await WithKeyAsync(site, key));
        await client.PasswordAsync(former.Email);
        await client.SendFormAsync("/sign-in/code", new() { ["code"] = former.NextCode() });
        Assert.Contains("not on the staff list", await TextAsync(await client.GetAsync("/sign-in/school"), HttpStatusCode.OK), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await client.GetAsync("/alerts")).StatusCode);
        Assert.Equal(1, await site.CountAsync($"SELECT count(*) FROM access_record WHERE action = 'staff.correct' AND object LIKE '{former.Staff} %sign-in ended'"));

        Assert.Contains("A link for S. Uccessor", await TextAsync(await heads.SendFormAsync($"{Staff}/{former.Staff}/invite", [], page: Staff), HttpStatusCode.OK), StringComparison.Ordinal);
        using var theirs = await ComeAsync(site, await TakeLinkAsync(site, former.School, former.Staff, "s.uccessor@school.example"));
        Assert.Equal(HttpStatusCode.OK, (await theirs.GetAsync("/alerts")).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await client.GetAsync("/alerts")).StatusCode);
    }

    [Fact]
    public async Task TheSamePersonWithANewAddressGoesOnWhereItIsSaidAndGetsNoLinkThatOpensNothing()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var (person, key) = await LeadAsync(site);
        using var heads = await HeadAsync(site, person.School);
        using var client = await ComeAsync(site, person);

        var answer = await heads.SendFormAsync(
            $"{Staff}/{person.Staff}/details", new() { ["name"] = "D. Married", ["email"] = "d.married@school.example", ["same-person"] = "yes" }, page: Staff);

        Assert.Equal($"{Staff}/{person.Staff}?done=details", answer.Headers.Location?.OriginalString);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), ((await client.GetAsync("/alerts")).StatusCode, await WithKeyAsync(site, key)));
        using var again = await ComeAsync(site, person);
        Assert.Equal(1, await site.CountAsync($"SELECT count(*) FROM access_record WHERE action = 'staff.correct' AND object LIKE '{person.Staff} %same person'"));

        Assert.Contains(
            "Somebody signs in as D. Married with another address than d.married@school.example", await TextAsync(await heads.SendFormAsync($"{Staff}/{person.Staff}/invite", [], page: Staff), HttpStatusCode.BadRequest),
            StringComparison.Ordinal);
        Assert.Equal(0, await site.CountAsync($"SELECT count(*) FROM invitation WHERE staff_id = '{person.Staff}' AND used_at IS NULL"));
        // As it says: a lost phone is reset, and the link is one for the new address.
        Assert.Contains("A link for D. Married", await TextAsync(await heads.SendFormAsync($"{Staff}/{person.Staff}/reset", [], page: Staff), HttpStatusCode.OK), StringComparison.Ordinal);
        using var anew = await ComeAsync(site, await TakeLinkAsync(site, person.School, person.Staff, "d.married@school.example"));
        Assert.Equal(HttpStatusCode.OK, (await anew.GetAsync("/alerts")).StatusCode);
    }

    [Fact]
    public async Task AnAddressWrittenInOtherLettersAndAnotherNameEndNothing()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var (person, key) = await LeadAsync(site);
        using var heads = await HeadAsync(site, person.School);
        using var client = await ComeAsync(site, person);

        await heads.SendFormAsync($"{Staff}/{person.Staff}/details", new() { ["name"] = "Dana Lead", ["email"] = "D.Lead@School.example", ["accounts"] = "dlead" }, page: Staff);

        Assert.Equal(1, await site.CountAsync($"SELECT count(*) FROM staff WHERE staff_id = '{person.Staff}' AND email = 'D.Lead@School.example'"));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), ((await client.GetAsync("/alerts")).StatusCode, await WithKeyAsync(site, key)));
        await site.InviteAsync(person.School, person.Staff);
    }

    [Fact]
    public async Task InAnotherSchoolWhoeverLeftGoesOn()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var (person, _) = await LeadAsync(site);
        var elsewhere = await site.AddSchoolAsync("Birch College");
        var there = (await site.AddStaffAsync(elsewhere, "D. Lead", person.Email, "dsl")).Staff;
        await site.Store.RunAsync($"INSERT INTO onlinesafety.staff_account VALUES ('{elsewhere}', '{there.StaffId}', '{person.Account}', now())");
        using var heads = await HeadAsync(site, person.School);

        await heads.SendFormAsync($"{Staff}/{person.Staff}/details", new() { ["name"] = "S. Uccessor", ["email"] = "s.uccessor@school.example" }, page: Staff);

        using var client = await ComeAsync(site, person);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/alerts")).StatusCode);
        Assert.Equal(1, await site.CountAsync($"SELECT count(*) FROM session WHERE account_id = '{person.Account}' AND school_id = '{elsewhere}'"));
    }

    // In a school of its own a lead who signs in and whose key a program has.
    private static async Task<(Person Lead, string Key)> LeadAsync(ConsoleSite site)
    {
        var lead = await site.AddPersonAsync(await site.AddSchoolAsync(), "D. Lead", "d.lead@school.example", "dsl");
        var issued = await new StaffKeyRegister(site.Setup[DatabaseRole.Setup]).IssueAsync(lead.School, lead.Staff, "case system", 30, ConsoleSite.Tester, default);
        return (lead, issued.Key);
    }

    private static async Task<ConsoleClient> HeadAsync(ConsoleSite site, Guid school) => await ComeAsync(site, await site.AddPersonAsync(school, "H. Head", "h.head@school.example", "head"));

    private static async Task<ConsoleClient> ComeAsync(ConsoleSite site, Person person)
    {
        var client = new ConsoleClient(site.Address);
        await client.SignInAsync(person);
        return client;
    }

    private static async Task<Person> TakeLinkAsync(ConsoleSite site, Guid school, Guid staff, string address)
    {
        var secret = RandomNumberGenerator.GetBytes(Totp.SecretLength);
        var hash = await site.Services.GetRequiredService<Passwords>().HashAsync(Person.Password, default);
        var token = (await site.InviteAsync(school, staff))[ConsoleSite.WelcomePath.Length..];
        var (account, codes) = Assert.NotNull(await site.Services.GetRequiredService<Welcome>().AcceptAsync(token, new ChosenFactors(hash, secret, Step: 0), default));
        return new Person(site, school, staff, account.Id, address, secret, codes);
    }

    private static async Task<HttpStatusCode> WithKeyAsync(ConsoleSite site, string key)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = site.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await http.GetAsync("/alerts");
        return answer.StatusCode;
    }

    private static async Task<string> TextAsync(HttpResponseMessage answer, HttpStatusCode status)
    {
        using (answer)
        {
            Assert.Equal(status, answer.StatusCode);
            return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
        }
    }
}
