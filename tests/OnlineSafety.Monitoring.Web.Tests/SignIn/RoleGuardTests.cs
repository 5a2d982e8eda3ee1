using System.Net;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Web.Tests.SignIn;

/// <summary>Whoever manages staff makes nobody out of thin air who reads about pupils, and becomes nobody who does.</summary>
[Collection(BrowserCollection.Name)]
public sealed class RoleGuardTests(Browser browser)
{
    private const string Staff = "/administration/staff";

    [Fact]
    public async Task AContractorGivesNoRoleThatOpensAlertsOnceALeadHasSignedIn()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var school = await site.AddSchoolAsync();
        var contractor = await site.AddPersonAsync(school, "Con Tractor", "it@contractor.example", "it", "admin");
        using var client = new ConsoleClient(site.Address);
        await client.SignInAsync(contractor);

        // A school is set up by whoever is there.
        Assert.Contains("A link for Early Bird", await TextAsync(await AddAsync(client, "Early Bird", "deputy"), HttpStatusCode.OK), StringComparison.Ordinal);
        Assert.Equal(0, await site.CountAsync("SELECT count(*) FROM notification WHERE cause LIKE '%role'"));

        var lead = await site.AddPersonAsync(school, "D. Lead", "d.lead@school.example", "dsl");
        foreach (var role in new[] { "dsl", "deputy", "head", "chair" })
        {
            Assert.Contains("Ask D. Lead.", await TextAsync(await AddAsync(client, "Pup Pet", role), HttpStatusCode.BadRequest), StringComparison.Ordinal);
        }

        var puppet = (await site.AddStaffAsync(school, "Pup Pet", "puppet@contractor.example", "governor")).Staff.StaffId;
        await RefusedAsync(client, puppet, "roles", new() { ["roles"] = "dsl" });
        foreach (var (path, fields) in new (string, Dictionary<string, string>)[]
        {
            ("invite", []), ("reset", []), ("roles", new() { ["roles"] = "admin" }),
            ("details", new() { ["name"] = "D. Lead", ["email"] = "puppet2@contractor.example" }), ("details", new() { ["name"] = "D. Lead", ["email"] = lead.Email, ["accounts"] = "a.pupil" }),
        })
        {
            await RefusedAsync(client, lead.Staff, path, fields);
        }

        // Nor by taking the lead away first, or bringing a former one back.
        await RefusedAsync(client, lead.Staff, "disable", new() { ["sure"] = "yes" }, "is the only safeguarding lead");
        await site.Staff.SetEnabledAsync(school, lead.Staff, enabled: false, ConsoleSite.Tester, default);
        Assert.Contains("nobody here can", await TextAsync(await AddAsync(client, "Pup Pet", "dsl", "third@contractor.example"), HttpStatusCode.BadRequest), StringComparison.Ordinal);
        await RefusedAsync(client, lead.Staff, "enable", []);
        Assert.Equal(1, await site.CountAsync($"SELECT count(*) FROM staff WHERE school_id = '{school}' AND 'dsl' = ANY (roles)"));
        Assert.Equal(1, await site.CountAsync($"SELECT count(*) FROM staff WHERE staff_id = '{lead.Staff}' AND email = '{lead.Email}' AND accounts = '{{}}' AND roles = ARRAY['dsl']"));
    }

    [Fact]
    public async Task ALeadGivesTheRoleAndThePersonAndTheHeadAreTold()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var school = await site.AddSchoolAsync();
        var lead = await site.AddPersonAsync(school, "D. Lead", "d.lead@school.example", "dsl");
        var head = await site.AddPersonAsync(school, "H. Head", "h.head@school.example", "head");
        using var client = new ConsoleClient(site.Address);
        await client.SignInAsync(lead);
        await site.Store.RunAsync("DELETE FROM onlinesafety.notification");

        Assert.Contains("A link for Dee Puty", await TextAsync(await AddAsync(client, "Dee Puty", "deputy"), HttpStatusCode.OK), StringComparison.Ordinal);
        var deputy = $"(SELECT staff_id FROM staff WHERE name = 'Dee Puty' AND school_id = '{school}')";
        Assert.Equal(2, await site.CountAsync($"SELECT count(*) FROM notification WHERE kind = 'account' AND cause IN ('role', 'link') AND staff_id = {deputy}"));
        foreach (var told in new[] { lead.Staff, head.Staff })
        {
            Assert.Equal(2, await site.CountAsync($"SELECT count(*) FROM notification WHERE kind = 'account' AND cause IN ('others-role', 'others-link') AND staff_id = '{told}'"));
        }

        // Alerts about a lead go to the head: no lead makes one, or becomes one.
        Assert.Contains("Ask H. Head.", await TextAsync(await AddAsync(client, "Pup Pet", "head"), HttpStatusCode.BadRequest), StringComparison.Ordinal);
        await RefusedAsync(client, head.Staff, "invite", []);
        await RefusedAsync(client, head.Staff, "disable", new() { ["sure"] = "yes" });
        // And alerts about a head to the chair.
        using var above = new ConsoleClient(site.Address);
        await above.SignInAsync(head);
        Assert.Contains("Ask D. Lead.", await TextAsync(await AddAsync(above, "Pup Pet", "chair"), HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Contains("not for you to change", await TextAsync(await PolicyAsync(above, """{"trust":["d.lead@school.example"]}"""), HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Equal(0, await site.CountAsync("SELECT count(*) FROM staff WHERE name = 'Pup Pet'"));

        // On the host it is done, and told all the same.
        await site.Store.RunAsync("DELETE FROM onlinesafety.notification");
        await site.InviteAsync(school, head.Staff);
        Assert.Equal(1, await site.CountAsync($"SELECT count(*) FROM notification WHERE cause = 'link' AND staff_id = '{head.Staff}'"));
        Assert.Equal(1, await site.CountAsync($"SELECT count(*) FROM notification WHERE cause = 'others-link' AND staff_id = '{lead.Staff}'"));
    }

    [Fact]
    public async Task EachStepIsToldToThePersonAndToWhoeverAnswersForAlerts()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var school = await site.AddSchoolAsync();
        var lead = await site.AddPersonAsync(school, "D. Lead", "d.lead@school.example", "dsl");
        var deputy = (await site.AddPersonAsync(school, "Dee Puty", "d.puty@school.example", "deputy")).Staff;
        var gone = await site.AddPersonAsync(school, "F. Ormer", "f.ormer@school.example", "head");
        await site.Staff.SetEnabledAsync(school, gone.Staff, enabled: false, ConsoleSite.Tester, default);
        var governor = (await site.AddStaffAsync(school, "Gus Gov", "gus@school.example", "governor")).Staff.StaffId;
        var (staff, keys, signIns) = (site.Staff, new StaffKeyRegister(site.Setup[DatabaseRole.Setup]), new StaffSignIns(site.Setup[DatabaseRole.Setup], site.Time));
        var steps = new (string Own, string Others, Func<Task> Do)[]
        {
            ("details", "others-details", () => staff.AddAccountsAsync(school, deputy, ["dputy"], notAPupils: false, ConsoleSite.Tester, default)),
            ("details", "others-details", () => staff.CorrectAsync(school, deputy, new StaffDetails("Dee Puty", "dee@school.example", ["dputy"], SamePerson: true), ConsoleSite.Tester, default)),
            ("role", "others-role", () => staff.SetRolesAsync(school, deputy, ["deputy", "pastoral"], ConsoleSite.Tester, default)),
            ("key", "others-key", () => keys.IssueAsync(school, deputy, "case system", 30, ConsoleSite.Tester, default)),
            ("reset", "others-reset", () => signIns.ResetAsync(school, deputy, everywhere: false, ConsoleSite.Tester, default)),
            ("link", "others-link", () => site.InviteAsync(school, deputy)),
        };
        foreach (var (own, others, step) in steps)
        {
            await ToldAsync(site, step, $"{own} to {deputy}, {others} to {lead.Staff}");
        }

        await staff.SetEnabledAsync(school, deputy, enabled: false, ConsoleSite.Tester, default);
        await ToldAsync(site, () => staff.SetEnabledAsync(school, deputy, enabled: true, ConsoleSite.Tester, default), $"role to {deputy}, others-role to {lead.Staff}");
        // Of what opens no alert nobody is told, nor of a name, nor of a role that is taken.
        await ToldAsync(site, () => site.InviteAsync(school, governor), "");
        await ToldAsync(site, () => staff.CorrectAsync(school, deputy, new StaffDetails("D. Puty", "dee@school.example", ["dputy"]), ConsoleSite.Tester, default), "");
        await ToldAsync(site, () => staff.SetRolesAsync(school, deputy, ["deputy"], ConsoleSite.Tester, default), "");
        // Whoever made a link for the person that was does not open it as the person that is.
        Assert.Equal(1, await site.CountAsync($"SELECT count(*) FROM invitation WHERE staff_id = '{governor}' AND used_at IS NULL"));
        await ToldAsync(site, () => staff.SetRolesAsync(school, governor, ["chair"], ConsoleSite.Tester, default), $"role to {governor}, others-role to {lead.Staff}");
        Assert.Equal(0, await site.CountAsync($"SELECT count(*) FROM invitation WHERE staff_id = '{governor}' AND used_at IS NULL"));
    }

    [Fact]
    public async Task EveryWayToChangeSomebodyWhoReadsAlertsAsksWhoeverDoesIt()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var school = await site.AddSchoolAsync();
        var lead = await site.AddPersonAsync(school, "D. Lead", "d.lead@school.example", "dsl");
        var second = await site.AddPersonAsync(school, "E. Lead", "e.lead@school.example", "dsl", "governor");
        var admin = await site.AddPersonAsync(school, "Con Tractor", "it@contractor.example", "admin");
        var actor = Actor.Member(admin.Staff, "Con Tractor", ["admin"]);
        var (staff, setup) = (site.Staff, site.Setup[DatabaseRole.Setup]);
        var detail = new StaffDetails("E. Lead", second.Email, []);
        foreach (var step in new Func<Task>[]
        {
            () => staff.AddAsync(school, new NewStaff("P", "p@school.example", ["deputy"], []), actor, default), () => staff.SetRolesAsync(school, second.Staff, ["dsl", "governor", "admin", "chair"], actor, default),
            () => staff.SetRolesAsync(school, second.Staff, ["governor"], actor, default), () => staff.SetYearsAsync(school, second.Staff, ["9"], actor, default),
            () => staff.AddAccountsAsync(school, second.Staff, ["a.pupil"], notAPupils: true, actor, default), () => staff.CorrectAsync(school, second.Staff, detail with { Email = "p@school.example" }, actor, default),
            () => staff.CorrectAsync(school, second.Staff, detail with { Accounts = ["a.pupil"] }, actor, default), () => new Invitations(setup, site.Time).CreateAsync(school, second.Staff, actor, default),
            () => new StaffKeyRegister(setup).IssueAsync(school, second.Staff, "k", 1, actor, default), () => new StaffSignIns(setup, site.Time).ResetAsync(school, second.Staff, everywhere: true, actor, default),
            // A lead who does not look after the staff list, nor anybody out of use.
            () => staff.SetRolesAsync(school, admin.Staff, ["it", "admin"], Actor.Member(lead.Staff, "D. Lead", ["dsl"]), default),
        })
        {
            Assert.Contains("Not everybody who manages staff may", (await Assert.ThrowsAsync<SetupException>(step)).Message, StringComparison.Ordinal);
        }

        await staff.SetEnabledAsync(school, second.Staff, enabled: false, actor, default);
        Assert.Contains("Not everybody", (await Assert.ThrowsAsync<SetupException>(() => staff.SetEnabledAsync(school, second.Staff, enabled: true, actor, default))).Message, StringComparison.Ordinal);
        Assert.Contains("Not everybody", (await Assert.ThrowsAsync<SetupException>(() => staff.AddAsync(school, new NewStaff("P", "p@school.example", ["deputy"], []), Actor.Member(second.Staff, "E. Lead", ["dsl"]), default))).Message, StringComparison.Ordinal);
        // The help names who is there and can.
        Assert.Equal(["D. Lead"], (await staff.HelpAsync(school, ["deputy"], actor, default)).Names);
    }

    [Fact]
    public async Task WhoIsToldIsForALeadOrHeadToSayAndWhoeverIsOnCallCanOpenAlerts()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var school = await site.AddSchoolAsync();
        var contractor = await site.AddPersonAsync(school, "Con Tractor", "it@contractor.example", "it", "admin");
        var lead = await site.AddPersonAsync(school, "D. Lead", "d.lead@school.example", "dsl");
        using var client = new ConsoleClient(site.Address);
        await client.SignInAsync(contractor);
        var file = """{"outOfHours":{"choice":"onCall","onCall":["D.Lead@school.example"]}}""";
        Assert.Contains("Ask D. Lead.", await TextAsync(await PolicyAsync(client, file, "/try-file"), HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Contains("Ask D. Lead.", await TextAsync(await PolicyAsync(client, file), HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Equal(0, await site.CountAsync("SELECT count(*) FROM school_policy"));
        // Clocks say nothing of who.
        Assert.Equal(HttpStatusCode.Redirect, (await PolicyAsync(client, """{"clocks":{"high":45}}""")).StatusCode);

        using var leads = new ConsoleClient(site.Address);
        await leads.SignInAsync(lead);
        Assert.Contains(
            "it@contractor.example cannot open an alert",
            await TextAsync(await PolicyAsync(leads, """{"outOfHours":{"choice":"onCall","onCall":["it@contractor.example"]}}""", "/try-file"), HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await PolicyAsync(leads, file, revision: "1")).StatusCode);
        Assert.Equal(2, await site.CountAsync("SELECT revision FROM school_policy"));
    }

    [Fact]
    public async Task WhatIsNotThereAndWhatIsNotForOneLookAlikeAndKeepTheMenu()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        using var client = new ConsoleClient(site.Address);
        await client.SignInAsync(await site.AddPersonAsync(await site.AddSchoolAsync(), "Con Tractor", "it@contractor.example", "it", "admin"));

        var hidden = await TextAsync(await client.GetAsync("/alerts"), HttpStatusCode.NotFound);
        var none = await TextAsync(await client.GetAsync("/alarms"), HttpStatusCode.NotFound);

        Assert.Contains("Con Tractor", hidden, StringComparison.Ordinal);
        Assert.Contains("Con Tractor", none, StringComparison.Ordinal);
        Assert.Contains("href=\"/administration\"", none, StringComparison.Ordinal);
        // With one school there is none to change over to.
        Assert.DoesNotContain("Change over", hidden, StringComparison.Ordinal);
    }

    private static async Task ToldAsync(ConsoleSite site, Func<Task> step, string told)
    {
        await site.Store.RunAsync("DELETE FROM onlinesafety.notification");
        await step();
        Assert.Equal(told, await site.Store.RunAsync("SELECT COALESCE(string_agg(cause || ' to ' || staff_id, ', ' ORDER BY cause LIKE 'others-%', staff_id), '') FROM onlinesafety.notification"));
    }

    private static Task<HttpResponseMessage> AddAsync(ConsoleClient client, string name, string role, string? email = null) => client.SendFormAsync(
        Staff, new() { ["name"] = name, ["email"] = email ?? $"{name.Replace(' ', '.')}@contractor.example", ["roles"] = role });

    private static Task<HttpResponseMessage> PolicyAsync(ConsoleClient client, string file, string step = "", string revision = "0") => client.SendFormAsync(
        "/administration/policy" + step, new() { ["policy"] = file, ["revision"] = revision }, page: "/administration/policy");

    private static async Task RefusedAsync(ConsoleClient client, Guid staff, string path, Dictionary<string, string> fields, string words = "Not everybody who manages staff may") => Assert.Contains(
        words, await TextAsync(await client.SendFormAsync($"{Staff}/{staff}/{path}", fields, page: Staff), HttpStatusCode.BadRequest), StringComparison.Ordinal);

    private static async Task<string> TextAsync(HttpResponseMessage answer, HttpStatusCode status)
    {
        using (answer)
        {
            Assert.Equal(status, answer.StatusCode);
            return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
        }
    }
}
