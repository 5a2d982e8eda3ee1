using Microsoft.Playwright;

namespace OnlineSafety.Monitoring.Web.Tests;

/// <summary>Every page of the rooms beside the queue, furnished and bare, in both colours and at the width of a phone, before axe.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class RoomsWalkTests(ConsoleFixture console)
{
    // What reaches over the edge, outermost first.
    private const string Wide = """
        () => [...document.querySelectorAll('main *')].filter(part => part.getBoundingClientRect().right > innerWidth + 1 && part.getClientRects().length)
            .slice(0, 30).map(part => `${part.tagName} ${part.className} ${Math.round(part.getBoundingClientRect().right)}`)
        """;

    private readonly Rooms _rooms = new(console);

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 390)]
    public async Task AxeFindsNothingSeriousAndNothingIsWiderThanTheScreen(ColorScheme colours, int width)
    {
        var (school, source, unknown) = await FurnishedAsync();
        var (everything, _) = await _rooms.AddStaffAsync(school, "Erin All", "dsl", "admin", "it", "dpo");
        var (_, colleague) = await _rooms.AddStaffAsync(school, "Dee Colleague", "deputy", "pastoral");
        await using var visitor = await Visitor.ComeAsync(console, everything, options =>
        {
            options.ColorScheme = colours;
            options.ViewportSize = new ViewportSize { Width = width, Height = 900 };
        });
        string[] addresses =
        [
            "/sources", "/sources/schools", "/sources/add", $"/sources/{source}", $"/sources/{unknown}", $"/sources/{unknown}/onboard", $"/sources/{source}/lines", "/reports", "/reports/governors",
            "/reports/governors?term=2025-09-01", "/reports/digests/next", "/rules", "/rules/try", "/rules/precision", "/rules/what-if", "/rules/categories", "/rules/packs", "/administration/staff", "/administration/calendar",
            "/administration/channels", "/people", "/alerts/silences", "/audit", "/audit?about=exports", "/audit/who-saw", "/audit/unanswered", "/retention", "/retention/holds", "/retention/erasures",
            "/administration/policy",
            $"/administration/staff/{colleague}", $"/sources/{Guid.NewGuid()}",
        ];
        foreach (var address in addresses)
        {
            await visitor.GoAsync(address);
            var name = address.Replace(colleague.ToString(), "colleague", StringComparison.Ordinal).Replace(source.ToString(), "one", StringComparison.Ordinal).Replace(unknown.ToString(), "unknown", StringComparison.Ordinal);
            await Pictures.TakeAsync(visitor.Page, name, colours, width);
            // Closed parts count too.
            await visitor.Page.EvaluateAsync("() => document.querySelectorAll('main details').forEach(part => part.open = true)");
            await AccessibilityCheck.RunAsync(visitor.Page);
            var wide = await visitor.Page.EvaluateAsync<string[]>(Wide);
            Assert.True(await visitor.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), $"{address} is wider than the screen: {string.Join(" | ", wide)}");
        }

        Assert.DoesNotContain(visitor.Trouble, trouble => !trouble.Contains("404", StringComparison.Ordinal));
    }

    private async Task<(Guid School, Guid Source, Guid Unknown)> FurnishedAsync()
    {
        var school = await _rooms.AddSchoolAsync();
        var source = await Furniture.SchoolAsync(_rooms, school);
        var (unknown, _) = await _rooms.AddSourceAsync(school, "unknown", "New filter", capture: true);
        await _rooms.RunAsync($"""
            INSERT INTO legal_hold (school_id, hold_id, subject_keys, about, reason, author, placed_at, lifted_at, lifted_by, why_lifted)
            SELECT '{school}', gen_random_uuid(), ARRAY['user:x'], convert_to('person a.very.long.account.name.of.somebody@students.example-academy.example.test', 'UTF8'),
                convert_to('Request of the police, reference 4411, and a reason that goes on and on until it is long <b>bold</b>', 'UTF8'), 'Olive Officer', now() - interval '9 days', l, CASE WHEN l IS NULL THEN NULL ELSE 'Olive Officer' END,
                CASE WHEN l IS NULL THEN NULL ELSE convert_to('The inquiry is closed', 'UTF8') END FROM unnest(ARRAY[NULL, now()]) l;
            INSERT INTO erasure (school_id, erasure_id, asked_at, asked_by) VALUES ('{school}', gen_random_uuid(), now() - interval '2 days', 'Olive Officer');
            """);
        await _rooms.AddAlertsAsync(school, "bullying", risk: 3, people: 12, each: 3);
        await _rooms.AddAlertsAsync(school, "gambling", risk: 4, people: 4, each: 3);
        await _rooms.AddAlertsAsync(school, "self_harm", risk: 1, people: 7, each: 1, at: "now()");
        return (school, source, unknown);
    }
}
