using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace OnlineSafety.Monitoring.Web.Tests.Retention;

/// <summary>The other half of a data protection officer's day: what is kept and until when, holds, and the erasure of one child, without seeing what any child did.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class KeepingDayTests(ConsoleFixture console)
{
    private static readonly string[] Forms = ["/retention/holds", "/retention/erasures/try", "/retention/erasures"];

    private readonly Rooms _rooms = new(console);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhatIsKeptIsShownAndAHoldIsPlacedAndLiftedWithItsReasons(bool script)
    {
        var school = await _rooms.AddSchoolAsync();
        await _rooms.AddAlertsAsync(school, "self_harm", risk: 1, people: 2, each: 1, at: "now()");
        var (officer, _) = await _rooms.AddStaffAsync(school, "Olive Officer", "dpo");
        await _rooms.RunAsync($"""
            SELECT set_config('app.school', '{school}', false), set_config('app.actor', 'retention', false);
            SELECT record_access('{school}', 'service', 'retention.run', 'eventsDays ' || n, NULL) FROM unnest(ARRAY[500, 20]) n
            """);
        await using var visitor = await _rooms.ComeAsync(officer, script);
        var page = visitor.Page;

        await visitor.GoAsync("/audit");
        await page.GetByRole(AriaRole.Link, new() { Name = "Keeping and erasing" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "What products sent" })).ToContainTextAsync("30 days");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Deleted lately" }).First).ToContainTextAsync("520");
        await AxeAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Legal holds" }).ClickAsync();
        await page.GetByLabel("Why is it held?").FillAsync("Request of the police");
        await page.GetByRole(AriaRole.Button, new() { Name = "Place the hold" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Give either the number of an alert or the account of a person");
        await page.GetByLabel("Number of an alert").FillAsync("2");
        await page.GetByRole(AriaRole.Button, new() { Name = "Place the hold" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("The hold stands");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Holds that stand" }).First).ToContainTextAsync("Request of the police");
        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM legal_hold h JOIN alert a USING (school_id, alert_id) WHERE h.school_id = '{school}' AND a.number = 2 AND h.author = 'Olive Officer' AND h.author_id IS NOT NULL"));
        await AxeAsync();

        await page.Locator("summary", new() { HasTextString = "Lift" }).ClickAsync();
        await page.GetByLabel("Why is it over?").FillAsync("The inquiry is closed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Lift the hold" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("The hold is lifted");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Holds that were lifted" }).First).ToContainTextAsync("The inquiry is closed");
        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM access_record WHERE school_id = '{school}' AND action = 'hold.lift' AND actor_name = 'Olive Officer'"));
        Rooms.NothingWentWrong(visitor);

        Task AxeAsync() => script ? AccessibilityCheck.RunAsync(page) : Task.CompletedTask;
    }

    [Fact]
    public async Task AChildIsErasedAfterATryAndByTypingTheAccountOnceMore()
    {
        const string Child = "annabel.quick", Words = "painless ways to kill myself";
        var school = await _rooms.AddSchoolAsync();
        var (officer, _) = await _rooms.AddStaffAsync(school, "Olive Officer", "dpo");
        var (source, key) = await _rooms.AddSourceAsync(school, "generic", "Web filter");
        await _rooms.SendAsync(source, key, "application/json", JsonSerializer.Serialize(new
        {
            timestamp = DateTimeOffset.UtcNow, user = new { email = Child }, device = new { name = "LIB-07" }, url = "https://search.example.test/?q=x", searchQuery = Words, action = "blocked",
        }));
        await _rooms.UntilAsync($"SELECT count(*) FROM alert WHERE school_id = '{school}'", 1);
        await _rooms.RunAsync($"UPDATE alert SET state = 'resolved', outcome = 'false-alert', resolved_at = now(), resolved_by = 'Dana Lead', acted_at = now(), note = convert_to('looked into', 'UTF8') WHERE school_id = '{school}'");
        await using var visitor = await _rooms.ComeAsync(officer);
        var page = visitor.Page;

        await visitor.GoAsync("/retention/erasures");
        await page.GetByLabel("Account of the person").FillAsync(Child);
        await page.GetByLabel("Why?").FillAsync($"Request under article 17 of {Child}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show what would go" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Nothing has gone yet" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Alerts" })).ToContainTextAsync("1");
        Assert.DoesNotContain(Words, await page.ContentAsync(), StringComparison.Ordinal);
        await AccessibilityCheck.RunAsync(page);

        await page.GetByLabel("Type the account").FillAsync("somebody.else");
        await page.GetByRole(AriaRole.Button, new() { Name = "Erase for good" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Nothing was erased");
        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM alert WHERE school_id = '{school}'"));

        await page.GetByLabel("Type the account").FillAsync(Child);
        await page.GetByRole(AriaRole.Button, new() { Name = "Erase for good" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "A person was erased" })).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Expect(page.Locator("main")).ToContainTextAsync("access records clean");
        Assert.Matches("/retention/erasures/[0-9a-f-]{36}$", page.Url);
        Assert.DoesNotContain(Child, await page.ContentAsync(), StringComparison.Ordinal);
        await AccessibilityCheck.RunAsync(page);
        Assert.Equal(0, await _rooms.NumberAsync($"SELECT (SELECT count(*) FROM alert WHERE school_id = '{school}') + (SELECT count(*) FROM event WHERE school_id = '{school}')"));
        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM access_record WHERE school_id = '{school}' AND action = 'person.erase' AND actor_name = 'Olive Officer' AND reason IS NOT NULL"));

        await page.GetByRole(AriaRole.Link, new() { Name = "Erasure", Exact = true }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Erasures that were done" }).First).ToContainTextAsync("Olive Officer");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Erasures that were done" }).First).ToContainTextAsync("Done");
        Rooms.NothingWentWrong(visitor);
    }

    private async Task AHeldAccountIsShownForAReasonAloneAsync(Guid school, string officer)
    {
        using var list = await _rooms.GetAsync("/retention/holds", officer);
        var html = await list.Content.ReadAsStringAsync();
        Assert.Contains("a person, hold 1", html, StringComparison.Ordinal);
        Assert.DoesNotContain("a.pupil", html, StringComparison.Ordinal);
        var address = Regex.Match(html, "/retention/holds/[0-9a-f-]{36}/account", RegexOptions.None, TimeSpan.FromSeconds(5)).Value;
        using var refused = await _rooms.PostAsync(address, officer, ("reason", " "));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.DoesNotContain("a.pupil", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var shown = await _rooms.PostAsync(address, officer, ("reason", "The parents ask"));
        Assert.Contains("person a.pupil", await shown.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM access_record WHERE school_id = '{school}' AND action = 'hold.show' AND reason <> '' AND reason NOT LIKE '%parents%'"));
    }

    [Fact]
    public async Task AHeldChildIsNotErasedAndNothingIsDoneWithoutAReason()
    {
        var school = await _rooms.AddSchoolAsync();
        var (officer, _) = await _rooms.AddStaffAsync(school, "Olive Officer", "dpo");
        using var placed = await _rooms.PostAsync("/retention/holds", officer, ("account", "a.pupil"), ("reason", "Inquiry"), ("nothing-known", "yes"));
        Assert.Equal(HttpStatusCode.Redirect, placed.StatusCode);
        await AHeldAccountIsShownForAReasonAloneAsync(school, officer);
        foreach (var (path, fields, said) in new[]
        {
            ("/retention/erasures/try", new[] { ("person", "a.pupil"), ("reason", "Request") }, "A legal hold stands on this person"),
            ("/retention/erasures", [("person", "a.pupil"), ("reason", "Request"), ("confirmation", "a.pupil")], "A legal hold stands on this person"),
            ("/retention/erasures", [("person", "a.pupil"), ("reason", " "), ("confirmation", "a.pupil")], "Say why"),
            ("/retention/erasures", [("person", ""), ("reason", "Request"), ("confirmation", "")], "Give the account"),
            ("/retention/erasures", [("person", "b.pupil"), ("reason", "Request"), ("confirmation", "b.pupi")], "Nothing was erased"),
            ("/retention/erasures", [("person", "b.pupil"), ("reason", "Request"), ("confirmation", "b.pupil")], "say so with the box below"),
            ("/retention/holds", [("account", "a.pupil"), ("reason", "")], "Say why"),
            ("/retention/holds", [("account", "a.pupli"), ("reason", "Inquiry")], "Nobody is known by this name"),
            ("/retention/holds", [("account", "a.pupli"), ("reason", "Inquiry")], "is to be held, say so with the box below"),
            ("/retention/holds", [("alert", "999"), ("reason", "Inquiry")], "There is no such alert"),
            ("/retention/holds", [("alert", "one"), ("reason", "Inquiry")], "named by its number"),
        })
        {
            using var answer = await _rooms.PostAsync(path, officer, fields);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            var page = await answer.Content.ReadAsStringAsync();
            Assert.Contains(said, page, StringComparison.Ordinal);
            Assert.DoesNotContain("onlinesafety hold", page, StringComparison.Ordinal);
        }

        Assert.Equal(0, await _rooms.NumberAsync($"SELECT count(*) FROM erasure WHERE school_id = '{school}'"));
        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM legal_hold WHERE school_id = '{school}'"));
    }

    [Fact]
    public async Task ATryIsNoSearchAndAnOfficerDoesNothingToThemselves()
    {
        var school = await _rooms.AddSchoolAsync();
        await _rooms.AddAlertsAsync(school, "self_harm", risk: 1, people: 2, each: 1, at: "now()");
        var (officer, self) = await _rooms.AddStaffAsync(school, "Olive Officer", "dpo");
        await _rooms.RunAsync($"UPDATE school SET stored_plain = false WHERE school_id = '{school}'; UPDATE staff SET accounts = ARRAY['olive.officer'] WHERE staff_id = '{self}'");

        using var tried = await _rooms.PostAsync("/retention/erasures/try", officer, ("person", "zzz"), ("nothing-known", "yes"), ("reason", "x"), ("also", "planted1"));
        var page = await tried.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, tried.StatusCode);
        Assert.Contains("is not counted beforehand", page, StringComparison.Ordinal);
        Assert.DoesNotContain("What stays", page, StringComparison.Ordinal);

        foreach (var path in Forms)
        {
            using var answer = await _rooms.PostAsync(path, officer, ("person", "Olive.Officer"), ("account", "Olive.Officer"), ("confirmation", "Olive.Officer"), ("reason", "why"), ("nothing-known", "yes"));
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains("Another data protection officer must do it", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM access_record WHERE school_id = '{school}' AND action = 'person.erase-preview' AND reason IS NOT NULL"));
        Assert.Equal(0, await _rooms.NumberAsync($"SELECT (SELECT count(*) FROM legal_hold WHERE school_id = '{school}') + (SELECT count(*) FROM erasure WHERE school_id = '{school}')"));
    }

    [Fact]
    public async Task NobodyElseReachesThesePagesAndAnotherSchoolsHoldAndErasureAreNotThere()
    {
        var (school, other) = (await _rooms.AddSchoolAsync(), await _rooms.AddSchoolAsync());
        var (officer, _) = await _rooms.AddStaffAsync(school, "Olive Officer", "dpo");
        var (stranger, _) = await _rooms.AddStaffAsync(other, "Stan Ger", "dpo");
        using var placed = await _rooms.PostAsync("/retention/holds", stranger, ("account", "a.pupil"), ("reason", "Inquiry"), ("nothing-known", "yes"));
        using var erased = await _rooms.PostAsync("/retention/erasures", stranger, ("person", "b.pupil"), ("reason", "Request"), ("confirmation", "B.Pupil"), ("nothing-known", "yes"));
        Assert.Equal(HttpStatusCode.Redirect, erased.StatusCode);
        var proof = erased.Headers.Location!.OriginalString;
        using var theirs = await _rooms.GetAsync("/retention/holds", stranger);
        var hold = Regex.Match(await theirs.Content.ReadAsStringAsync(), "/retention/holds/(?<id>[0-9a-f-]{36})/lift", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Groups["id"].Value;
        Assert.NotEqual("", hold);

        using var foreign = await _rooms.PostAsync($"/retention/holds/{hold}/lift", officer, ("reason", "The inquiry is closed"));
        using var unseen = await _rooms.GetAsync(proof, officer);
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (foreign.StatusCode, unseen.StatusCode));
        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM legal_hold WHERE school_id = '{other}' AND lifted_at IS NULL"));

        foreach (var role in new[] { "dsl", "deputy", "head", "pastoral", "chair", "governor", "it", "admin", "digest" })
        {
            var (key, _) = await _rooms.AddStaffAsync(school, $"Some {role}", role);
            foreach (var path in new[] { "/retention", "/retention/holds", "/retention/erasures" })
            {
                using var answer = await _rooms.GetAsync(path, key);
                Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{role} is answered {(int)answer.StatusCode} for {path}");
            }

            foreach (var path in Forms)
            {
                using var answer = await _rooms.PostAsync(path, key, ("person", "c.pupil"), ("account", "c.pupil"), ("confirmation", "c.pupil"), ("reason", "why"));
                Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{role} is answered {(int)answer.StatusCode} for {path}");
            }
        }

        Assert.Equal(0, await _rooms.NumberAsync($"SELECT (SELECT count(*) FROM legal_hold WHERE school_id = '{school}') + (SELECT count(*) FROM erasure WHERE school_id = '{school}')"));
    }
}
