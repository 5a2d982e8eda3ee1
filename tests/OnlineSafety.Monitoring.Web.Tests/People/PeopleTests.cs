using System.Net;
using Microsoft.Playwright;

namespace OnlineSafety.Monitoring.Web.Tests.People;

[Collection(ConsoleCollection.Name)]
public sealed class PeopleTests(ConsoleFixture console)
{
    private readonly Rooms _rooms = new(console);

    [Fact]
    public async Task OnePersonIsSeenAcrossProductsWithTheEvidenceAndTheLookIsRecorded()
    {
        var school = await _rooms.AddSchoolAsync();
        var (key, _) = await _rooms.AddStaffAsync(school, "Dana Lead", "dsl");
        var alert = await PlantAsync(school);
        await using var visitor = await _rooms.ComeAsync(key);
        var page = visitor.Page;
        await page.GotoAsync("/people");
        await AccessibilityCheck.RunAsync(page);
        await page.GetByLabel("Name, account or device").FillAsync("SCHOOL\\J.Smith");
        await page.GetByRole(AriaRole.Button, new() { Name = "Find" }).ClickAsync();
        Assert.DoesNotContain("mith", page.Url, StringComparison.OrdinalIgnoreCase);
        await page.GetByRole(AriaRole.Link, new() { Name = "j.smith" }).ClickAsync();
        Assert.EndsWith($"/people/{alert}", page.Url, StringComparison.Ordinal);
        await Assertions.Expect(page.GetByText("seen by 2 products")).ToBeVisibleAsync();
        var names = page.GetByRole(AriaRole.Region, new() { Name = "Known as" });
        await Assertions.Expect(names).ToContainTextAsync("the same account, with a domain or realm");
        await Assertions.Expect(names).ToContainTextAsync("a name of this account in the people list");
        await AccessibilityCheck.RunAsync(page);
        Rooms.NothingWentWrong(visitor);
        // Each row of the list is a look too: found by the person's alerts, for no name stands in a record.
        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM access_record WHERE school_id = '{school}' AND action = 'person.list' AND object = 'all 1'"));
        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM access_record WHERE school_id = '{school}' AND action = 'person.list' AND object = 'searched 1'"));
        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM access_record WHERE school_id = '{school}' AND action = 'person.show' AND object = '{alert} 1' AND actor_name = 'Dana Lead'"));
    }

    [Fact]
    public async Task ANameThatIsSomebodyElsesIsToldApartAndGivenBack()
    {
        var school = await _rooms.AddSchoolAsync("Two Janes School");
        var list = Path.GetTempFileName();
        await File.WriteAllTextAsync(list, "account,aliases,role,year\nj.smith,jane.smith,pupil,9\n");
        await console.Service.CommandAsync("people", "import", list, "--school", "Two Janes School");
        var (key, _) = await _rooms.AddStaffAsync(school, "Dana Lead", "dsl");
        var (deputy, _) = await _rooms.AddStaffAsync(school, "Deputy Dee", "deputy");
        var alert = await PlantAsync(school);
        await using var visitor = await _rooms.ComeAsync(key);
        var page = visitor.Page;

        await page.GotoAsync($"/people/{alert}");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "This is somebody else" })).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Button, new() { Name = "This is somebody else" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Told apart");
        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Known as" })).ToContainTextAsync("Told apart since");
        Assert.DoesNotContain("jane", page.Url, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM person_alias WHERE school_id = '{school}' AND apart_since IS NOT NULL"));
        await AccessibilityCheck.RunAsync(page);

        await page.GetByRole(AriaRole.Button, new() { Name = "Give it back" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Given back");
        Assert.Equal(0, await _rooms.NumberAsync($"SELECT count(*) FROM person_alias WHERE school_id = '{school}' AND apart_since IS NOT NULL"));
        // A name that none of the person's events has is nobody's to tell apart, and neither is any for who does not keep the list.
        using var other = await _rooms.PostAsync($"/people/{alert}/names", key, ("name", "nobody"), ("do", "apart"));
        using var refused = await _rooms.PostAsync($"/people/{alert}/names", deputy, ("name", "jane.smith@school.example"), ("do", "apart"));
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (other.StatusCode, refused.StatusCode));
        Rooms.NothingWentWrong(visitor);
    }

    [Fact]
    public async Task ThePersonOfAnAlertOnAnotherDeskIsNotThere()
    {
        var school = await _rooms.AddSchoolAsync();
        var alert = await PlantAsync(school);
        foreach (var role in new[] { "head", "chair", "governor", "it", "dpo" })
        {
            var (key, _) = await _rooms.AddStaffAsync(school, $"Some {role}", role);
            using var answer = await _rooms.GetAsync($"/people/{alert}", key);
            Assert.True(answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden, $"{role}: {(int)answer.StatusCode}");
            Assert.DoesNotContain("smith", await answer.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
        }
    }

    private async Task<Guid> PlantAsync(Guid school)
    {
        var alert = Guid.NewGuid();
        // As it was stored before anything was sealed.
        await _rooms.RunAsync($$"""
            UPDATE school SET stored_plain = true WHERE school_id = '{{school}}';
            INSERT INTO alert (school_id, alert_id, number, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key, subject_role,
                               source_ids, vendors, event_count, reasons, first_received_at, last_received_at, raised_at)
            VALUES ('{{school}}', '{{alert}}', 1, 3, 3, 'bullying', 'bullying', ARRAY['bullying'], false, 0, 'dsl', 'user:j.smith', 1, ARRAY[]::uuid[], ARRAY['protex'], 2, convert_to('[]', 'UTF8'), now(), now(), now());
            INSERT INTO event (school_id, stream_id, seq, part, source_id, alert_id, received_at, occurred_at, recorded_at, kind, action, risk, severity, theme, parent_theme, audience, route, subject_key, subject_role, vendor, detail)
            SELECT '{{school}}', gen_random_uuid(), 1, 0, gen_random_uuid(), '{{alert}}', now(), now(), now(), 1, 1, 3, 3, 'bullying', 'bullying', 0, 'dsl', 'user:j.smith', 1, vendor,
                   convert_to(jsonb_build_object('event', jsonb_build_object('data', jsonb_build_object('subject', jsonb_build_object('userAsSent', name, 'user', 'j.smith'), 'searchQuery', 'everybody hates her')))::text, 'UTF8')
            FROM (VALUES ('protex', 'SCHOOL\J.Smith'), ('senso', 'jane.smith@school.example')) AS known(vendor, name);
            """);
        return alert;
    }
}
