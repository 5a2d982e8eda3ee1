using System.Net;

namespace OnlineSafety.Monitoring.Web.Tests.SignIn;

/// <summary>What was given before anybody who answers for alerts was there is told to each of them who comes.</summary>
[Collection(BrowserCollection.Name)]
public sealed class GivenBeforeTests(Browser browser)
{
    private const string Staff = "/administration/staff";
    private const string Heading = "Given before you came";

    [Fact]
    public async Task WhoComesIsToldWhoWasGivenWhatAndReadsItOnAPage()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var school = await site.AddSchoolAsync();
        var contractor = await site.AddPersonAsync(school, "Con Tractor", "it@contractor.example", "it", "admin");
        using var client = new ConsoleClient(site.Address);
        await client.SignInAsync(contractor);
        // Given, used perhaps, and taken away again before anybody came.
        await site.AddStaffAsync(school, "Gus Gov", "gus@school.example", "governor");
        using (var added = await client.SendFormAsync(Staff, new() { ["name"] = "Pup Pet", ["email"] = "puppet@contractor.example", ["roles"] = "deputy" }))
        {
            Assert.Equal(HttpStatusCode.OK, added.StatusCode);
        }

        var puppet = (Guid)(await site.Store.RunAsync("SELECT staff_id FROM onlinesafety.staff WHERE name = 'Pup Pet'"))!;
        await site.Staff.SetRolesAsync(school, puppet, ["digest"], ConsoleSite.Tester, default);
        Assert.Equal(0, await ToldAsync(site));
        Assert.DoesNotContain(Heading, await PageAsync(client), StringComparison.Ordinal);

        var lead = await site.AddPersonAsync(school, "D. Lead", "d.lead@school.example", "dsl");
        Assert.Equal(1, await ToldAsync(site, lead));
        using var leads = new ConsoleClient(site.Address);
        await leads.SignInAsync(lead);
        var note = Note(await PageAsync(leads));
        Assert.Matches($"{puppet}\">Pup Pet</a>, Deputy safeguarding lead, by Con Tractor", note);
        foreach (var quiet in new[] { "Gus Gov", "D. Lead" })
        {
            Assert.DoesNotContain(quiet, note, StringComparison.Ordinal);
        }

        // A second one too, of what was given before that one came; who does not answer for alerts is not, and nobody is told of what came afterwards in this way.
        var deputy = await site.AddPersonAsync(school, "Dee Puty", "d.puty@school.example", "deputy");
        var head = await site.AddPersonAsync(school, "H. Head", "h.head@school.example", "head");
        Assert.Equal((0, 1, 2), (await ToldAsync(site, deputy), await ToldAsync(site, head), await ToldAsync(site)));
        Assert.DoesNotContain("Dee Puty", Note(await PageAsync(leads)), StringComparison.Ordinal);
        using var heads = new ConsoleClient(site.Address);
        await heads.SignInAsync(head);
        Assert.Contains("Dee Puty", Note(await PageAsync(heads)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ALeadWhoIsTheFirstToHaveSuchARoleIsToldOfNothing()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var school = await site.AddSchoolAsync();
        await site.AddStaffAsync(school, "Con Tractor", "it@contractor.example", "it", "admin");
        // Another school's are another school's.
        await site.AddStaffAsync(await site.AddSchoolAsync("Birch College"), "Dee Puty", "d.puty@school.example", "deputy");
        var lead = await site.AddPersonAsync(school, "D. Lead", "d.lead@school.example", "dsl");
        using var client = new ConsoleClient(site.Address);
        await client.SignInAsync(lead);

        Assert.Equal(0, await ToldAsync(site));
        Assert.DoesNotContain(Heading, await PageAsync(client), StringComparison.Ordinal);
    }

    private static string Note(string page)
    {
        Assert.Contains(Heading, page, StringComparison.Ordinal);
        return page[page.IndexOf(Heading, StringComparison.Ordinal)..page.IndexOf("Who works here", StringComparison.Ordinal)];
    }

    private static Task<long> ToldAsync(ConsoleSite site, Person? whom = null) =>
        site.CountAsync($"SELECT count(*) FROM notification WHERE kind = 'account' AND cause = 'others-before' AND ({(whom is null ? "true" : $"staff_id = '{whom.Staff}'")})");

    private static async Task<string> PageAsync(ConsoleClient client)
    {
        using var answer = await client.GetAsync(Staff);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
    }
}
