using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.People;

namespace OnlineSafety.Monitoring.Web.Tests.Administration;

/// <summary>Whoever names a pupil's account as a colleague's would move what is raised about that pupil to another desk.</summary>
[Collection(BrowserCollection.Name)]
public sealed class PupilNameTests(Browser browser)
{
    private const string Staff = "/administration/staff";
    private const string Asked = "It is not a pupil's: the people list is wrong";

    [Fact]
    public async Task APupilsNameIsNoColleaguesUnlessALeadSaysSoAndTheOthersAreTold()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var school = await site.AddSchoolAsync();
        await ImportAsync(site, school, "account,aliases,role\nj.smith,smithj,pupil\nteach,,staff\n");
        var contractor = await site.AddPersonAsync(school, "Con Tractor", "it@contractor.example", "it", "admin");
        var lead = await site.AddPersonAsync(school, "D. Lead", "d.lead@school.example", "dsl");
        var head = await site.AddPersonAsync(school, "H. Head", "h.head@school.example", "head");
        var colleague = (await site.AddStaffAsync(school, "Gus Gov", "gus@school.example", "governor")).Staff.StaffId;
        using var leads = new ConsoleClient(site.Address);
        await leads.SignInAsync(lead);
        await site.Store.RunAsync("DELETE FROM onlinesafety.notification");

        // By account, by alias, however it is written, and by what stands before the @.
        foreach (var fields in new Dictionary<string, string>[]
        {
            new() { ["name"] = "Gus Gov", ["email"] = "gus@school.example", ["accounts"] = "ggov, SCHOOL\\J.Smith" }, new() { ["name"] = "Gus Gov", ["email"] = "gus@school.example", ["accounts"] = "smithj@school.example" },
            new() { ["name"] = "Gus Gov", ["email"] = "J.Smith@school.example" },
        })
        {
            var page = await SendAsync(leads, $"{Staff}/{colleague}/details", fields, HttpStatusCode.BadRequest);
            Assert.Contains("is a pupil's", page, StringComparison.Ordinal);
            Assert.DoesNotContain("--not-a-pupils", page, StringComparison.Ordinal);
            Assert.Contains(Asked, page, StringComparison.Ordinal);
            Assert.Contains($"value=\"{fields["email"]}\"", page, StringComparison.Ordinal);
        }

        Assert.Contains(Asked, await SendAsync(leads, Staff, new() { ["name"] = "Nell New", ["email"] = "nell@school.example", ["roles"] = "governor", ["accounts"] = "j.smith" }, HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Equal(0, await site.CountAsync("SELECT count(*) FROM staff WHERE cardinality(accounts) > 0 OR name = 'Nell New' OR email ILIKE 'j.smith%'"));
        Assert.Equal((0, 0), (await site.CountAsync("SELECT count(*) FROM notification"), await RecordedAsync(site)));

        // Of whom the list knows as somebody else's, or nobody's, nothing is asked.
        await SendAsync(leads, $"{Staff}/{colleague}/details", new() { ["name"] = "Gus Gov", ["email"] = "gus@school.example", ["accounts"] = "teach, j.smithers" }, HttpStatusCode.Redirect);

        // Whoever manages staff and gives no such role cannot say it either.
        using var client = new ConsoleClient(site.Address);
        await client.SignInAsync(contractor);
        var meant = new Dictionary<string, string> { ["name"] = "Gus Gov", ["email"] = "gus@school.example", ["accounts"] = "teach, j.smith", ["not-a-pupils"] = "yes" };
        Assert.Contains("for a safeguarding lead or head to say. Ask D. Lead or H. Head.", await SendAsync(client, $"{Staff}/{colleague}/details", meant, HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Equal(0, await RecordedAsync(site));

        await SendAsync(leads, $"{Staff}/{colleague}/details", meant, HttpStatusCode.Redirect);
        Assert.Equal(1, await site.CountAsync($"SELECT count(*) FROM staff WHERE staff_id = '{colleague}' AND accounts = ARRAY['teach', 'j.smith']"));
        Assert.Equal(1, await RecordedAsync(site));
        foreach (var told in new[] { lead.Staff, head.Staff })
        {
            Assert.Equal(1, await site.CountAsync($"SELECT count(*) FROM notification WHERE kind = 'account' AND cause = 'others-pupil' AND staff_id = '{told}'"));
        }

        // What is said once is not asked again.
        await SendAsync(leads, $"{Staff}/{colleague}/details", new() { ["name"] = "Gus Gov", ["email"] = "gus@school.example", ["accounts"] = "j.smith" }, HttpStatusCode.Redirect);
        Assert.Equal(1, await RecordedAsync(site));
    }

    [Fact]
    public async Task AListThatGivesAColleaguesAccountToAPupilIsTakenAndSaid()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var school = await site.AddSchoolAsync();
        var lead = await site.AddPersonAsync(school, "D. Lead", "d.lead@school.example", "dsl");
        await site.Staff.AddAsync(school, new NewStaff("Gus Gov", "gus@school.example", ["governor"], ["j.smith"]), ConsoleSite.Tester, default);
        await site.Store.RunAsync("DELETE FROM onlinesafety.notification");

        // Once, and not whenever something else of that pupil changes.
        foreach (var (list, colleagues) in new[] { ("account,aliases,role\nteach,,staff\n", 0), ("account,aliases,role\njsmith,j.smith,pupil\n", 1), ("account,aliases,role,year\njsmith,j.smith,pupil,9\n", 0) })
        {
            Assert.Equal(colleagues, (await ImportAsync(site, school, list)).Colleagues);
        }

        Assert.Equal(1, await site.CountAsync($"SELECT count(*) FROM notification WHERE kind = 'account' AND cause = 'others-pupil' AND staff_id = '{lead.Staff}'"));
        Assert.Equal(1, await site.CountAsync("SELECT count(*) FROM access_record WHERE action = 'staff.pupils-account'"));
    }

    private static Task<long> RecordedAsync(ConsoleSite site) => site.CountAsync("SELECT count(*) FROM access_record WHERE action = 'staff.pupils-account' AND actor_name = 'D. Lead'");

    private static async Task<ImportResult> ImportAsync(ConsoleSite site, Guid school, string people)
    {
        using var list = new MemoryStream(Encoding.UTF8.GetBytes(people));
        return await new PeopleImport(site.Setup[DatabaseRole.Setup], site.Services.GetRequiredService<SchoolSeals>(), TimeProvider.System).RunAsync(
            school, PeopleFile.Read(list, new DateOnly(2026, 11, 20)), skipBad: false, ConsoleSite.Tester, _ => { }, default);
    }

    private static async Task<string> SendAsync(ConsoleClient client, string path, Dictionary<string, string> fields, HttpStatusCode status)
    {
        using var answer = await client.SendFormAsync(path, fields, page: Staff);
        var text = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
        Assert.True(answer.StatusCode == status, $"{answer.StatusCode}: {text}");
        return text;
    }
}
