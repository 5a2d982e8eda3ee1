using Microsoft.Playwright;

namespace OnlineSafety.Monitoring.Web.Tests.Gallery;

/// <summary>What no link alone leads to: pages that answer a form, parts that are opened, what was refused, what is not there, and paper.</summary>
internal static class Scenes
{
    public static IReadOnlyList<Scene> Of(DemoConsole console) =>
    [
        .. Alerts(console), .. People(), .. SourcesOf(console), .. Rules(), .. Administration(console), .. Missing(), .. Paper(), .. SignInScenes.Of(console),
    ];

    private static IEnumerable<Scene> Alerts(DemoConsole console)
    {
        foreach (var (name, sql) in new[]
        {
            ("critical", "severity = 4 AND route = 'dsl' AND audience = 0"), ("review", "needs_review AND route = 'dsl' AND audience = 0"), ("class", "subject_key LIKE 'cohort:%'"),
            ("resolved", "state = 'resolved'"), ("handed-over", "state = 'handed_over'"), ("for-the-lead-alone", "audience > 0"), ("planted", "subject_key LIKE 'user:planted%' AND route = 'dsl'"),
        })
        {
            yield return new Scene($"alert-{name}", "dsl", async page =>
            {
                var number = await console.Rooms.NumberAsync($"SELECT COALESCE((SELECT number FROM alert WHERE school_id = '{console.School}' AND {sql} ORDER BY number LIMIT 1), 999999)");
                await page.GotoAsync($"/alerts/{number}");
            });
        }

        yield return new Scene("alert-all-open", "dsl", async page =>
        {
            await page.GotoAsync("/alerts/1");
            await OpenAllAsync(page);
        });
        yield return new Scene("alert-hour", "dsl", async page =>
        {
            await page.GotoAsync("/alerts/1");
            await page.GetByText("Show the hour around it").ClickAsync();
            await page.GetByLabel("Why do you need it?").FillAsync("To know what came before.");
            await page.GetByRole(AriaRole.Button, new() { Name = "Show the hour" }).ClickAsync();
        });
        yield return new Scene("alert-refused", "dsl", async page =>
        {
            await page.GotoAsync("/alerts/2");
            await page.GetByText("Resolve", new() { Exact = true }).First.ClickAsync();
            await page.GetByLabel("What was found and done").FillAsync("Spoken with him.");
            await page.GetByRole(AriaRole.Button, new() { Name = "Resolve", Exact = true }).ClickAsync();
        });
        yield return new Scene("alert-exclude", "dsl", async page =>
        {
            await page.GotoAsync("/alerts/1");
            await page.GetByText("If alerts like this keep coming").ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "See what else it would silence" }).ClickAsync();
        });
        yield return new Scene("queue-live-news", "dsl", async page =>
        {
            await page.GotoAsync("/alerts");
            await page.Locator("#live-state:has-text('Live')").WaitForAsync();
            await console.Rooms.AddAlertsAsync(console.School, "drugs", risk: 1, people: 2, each: 1, at: "now()");
            await page.Locator(".news").WaitForAsync();
        });
        yield return new Scene("queue-taken", "dsl", async page =>
        {
            await page.GotoAsync("/alerts");
            await page.GetByRole(AriaRole.Button, new() { Name = "Acknowledge" }).Last.ClickAsync();
        });
        yield return new Scene("queue-keyboard", "dsl", async page =>
        {
            await page.GotoAsync("/alerts");
            await page.Keyboard.PressAsync("j");
            await page.Keyboard.PressAsync("j");
        });
        yield return new Scene("help", "dsl", async page =>
        {
            await page.GotoAsync("/alerts");
            await page.Keyboard.PressAsync("?");
        });
        yield return new Scene("account-sheet", "dsl", async page =>
        {
            await page.GotoAsync("/alerts");
            await page.Locator(".who > summary").ClickAsync();
        });
        yield return new Scene("silence-preview", "dsl", async page =>
        {
            await page.GotoAsync("/alerts/silences");
            await page.GetByLabel("Theme").SelectOptionAsync("bullying");
            await page.GetByLabel("Why?").FillAsync("Anti-bullying week");
            await page.GetByRole(AriaRole.Button, new() { Name = "See what it would cover" }).ClickAsync();
        });
        yield return new Scene("silence-refused", "dsl", async page =>
        {
            await page.GotoAsync("/alerts/silences");
            await page.GetByLabel("Why?").FillAsync("Anti-bullying week");
            await page.GetByRole(AriaRole.Button, new() { Name = "See what it would cover" }).ClickAsync();
        });
    }

    private static IEnumerable<Scene> People()
    {
        yield return new Scene("people-nobody-found", "dsl", async page =>
        {
            await page.GotoAsync("/people");
            await page.GetByLabel("Name, account or device").FillAsync("nobody.here");
            await page.GetByRole(AriaRole.Button, new() { Name = "Find" }).ClickAsync();
        });
    }

    private static IEnumerable<Scene> SourcesOf(DemoConsole console)
    {
        yield return new Scene("source-added", "it", async page =>
        {
            await page.GotoAsync("/sources/add");
            await page.Locator("#product").SelectOptionAsync("unknown");
            await page.GetByLabel("Webhook").CheckAsync();
            await OpenAllAsync(page);
            await page.GetByLabel("Name (optional)").FillAsync($"Another filter {Guid.NewGuid():N}"[..22]);
            await page.GetByRole(AriaRole.Button, new() { Name = "Add the source" }).ClickAsync();
        });
        yield return new Scene("source-waiting", "it", async page =>
        {
            await page.GotoAsync("/sources");
            await page.GetByRole(AriaRole.Link, new() { Name = "Another filter" }).First.ClickAsync();
            await page.GetByRole(AriaRole.Link, new() { Name = "Give it a mapping" }).ClickAsync();
        });
        yield return new Scene("source-refused", "it", async page =>
        {
            await page.GotoAsync("/sources/add");
            await page.Locator("#product").SelectOptionAsync("smoothwall");
            await page.GetByLabel("Syslog").First.CheckAsync();
            await page.GetByLabel("Addresses that may send").FillAsync("not an address");
            await page.GetByRole(AriaRole.Button, new() { Name = "Add the source" }).ClickAsync();
        });
        yield return new Scene("source-key", "it", async page =>
        {
            await page.GotoAsync("/sources");
            await page.GetByRole(AriaRole.Link, new() { Name = "Senso classrooms" }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Make a new key" }).ClickAsync();
        });
        yield return new Scene("source-busy", "it", async page =>
        {
            await page.GotoAsync("/sources");
            await page.GetByRole(AriaRole.Link, new() { Name = "Smoothwall filter" }).ClickAsync();
        });
        yield return new Scene("source-canary", "it", async page =>
        {
            await page.GotoAsync("/sources");
            await page.GetByRole(AriaRole.Link, new() { Name = "Smoothwall filter" }).ClickAsync();
            await page.GetByText("Add a canary").ClickAsync();
            await page.GetByLabel("Device that opens it").FillAsync("Library PC 7");
            await page.GetByRole(AriaRole.Button, new() { Name = "Add the canary" }).ClickAsync();
        });
        yield return new Scene("mapping-proposed", "it", page => ProposeAsync(console, page));
        yield return new Scene("mapping-previewed", "it", async page =>
        {
            await ProposeAsync(console, page);
            await page.GetByRole(AriaRole.Button, new() { Name = "See what would change" }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Apply it" }).WaitForAsync();
        });
    }

    private static IEnumerable<Scene> Rules()
    {
        yield return new Scene("rules-refused", "dsl", async page =>
        {
            await page.GotoAsync("/rules");
            await page.Locator("#exclude-words").FillAsync("(a|");
            await page.Locator("#exclude-why").FillAsync("A test");
            await page.Locator("#exclude-until").FillAsync("2027-01-08");
            await page.GetByRole(AriaRole.Button, new() { Name = "Exclude it" }).ClickAsync();
        });
        foreach (var (name, text) in new[] { ("tried", "painless ways to kill myself"), ("tried-harmless", "how to kill a mockingbird summary") })
        {
            yield return new Scene($"rules-{name}", "dsl", async page =>
            {
                await page.GotoAsync("/rules/try");
                await page.Locator("#text").FillAsync(text);
                await page.GetByRole(AriaRole.Button, new() { Name = "Try it" }).ClickAsync();
            });
        }

        yield return new Scene("rules-what-if", "dsl", async page =>
        {
            await page.GotoAsync("/rules/what-if");
            await page.Locator("#edition").SelectOptionAsync(new SelectOptionValue { Index = 1 });
            await page.Locator("#reason").FillAsync("Whether the older edition misses anything.");
            await page.GetByRole(AriaRole.Button, new() { Name = "Ask" }).ClickAsync();
            await page.Locator(".figures").WaitForAsync();
        });
    }

    private static IEnumerable<Scene> Administration(DemoConsole console)
    {
        yield return new Scene("staff-refused", "admin", async page =>
        {
            await page.GotoAsync("/administration/staff");
            await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Harriet Head");
            await page.GetByLabel("E-mail").FillAsync("h.head@school.example");
            await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        });
        yield return new Scene("staff-link", "admin", async page =>
        {
            await page.GotoAsync("/administration/staff");
            await page.GetByRole(AriaRole.Link, new() { Name = "Dev Patel" }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Make a sign-in link" }).ClickAsync();
        });
        yield return new Scene("policy-form", "head", async page =>
        {
            await page.GotoAsync("/administration/policy");
            await OpenAllAsync(page);
        });
        yield return new Scene("policy-change", "head", async page =>
        {
            await page.GotoAsync("/administration/policy");
            await page.GetByText("Change it", new() { Exact = true }).ClickAsync();
            await page.GetByLabel("High", new() { Exact = true }).SelectOptionAsync("minutes");
            await page.GetByLabel("Minutes for high").FillAsync("45");
            await page.GetByRole(AriaRole.Button, new() { Name = "See what changes" }).First.ClickAsync();
        });
        yield return new Scene("channel-added", "head", async page =>
        {
            await page.GotoAsync("/administration/channels");
            await page.GetByLabel("Address").FillAsync("https://desk.school.invalid/alerts");
            await page.GetByLabel("Name (optional)").FillAsync($"Front desk {Guid.NewGuid():N}"[..17]);
            await page.GetByRole(AriaRole.Button, new() { Name = "Add the channel" }).ClickAsync();
        });
        yield return new Scene("calendar-refused", "head", async page =>
        {
            await page.GotoAsync("/administration/calendar");
            await OpenAllAsync(page);
            await page.GetByLabel("Calendar, JSON").FillAsync("{\"terms\": []}");
            await page.GetByRole(AriaRole.Button, new() { Name = "Replace it" }).ClickAsync();
        });
        yield return new Scene("audit-who-saw", "dpo", async page =>
        {
            await page.GotoAsync("/audit/who-saw");
            await page.Locator("#alert").FillAsync("1");
            await page.Locator("#reason").FillAsync("A parent asks.");
            await page.GetByRole(AriaRole.Button, new() { Name = "Show who saw it" }).ClickAsync();
        });
    }

    private static IEnumerable<Scene> Missing()
    {
        yield return new Scene("no-such-alert", "dsl", page => page.GotoAsync("/alerts/999999"));
        yield return new Scene("no-such-page", "dsl", page => page.GotoAsync("/lost"));
        yield return new Scene("not-for-this-role", "governor", page => page.GotoAsync("/administration/staff"));
        yield return new Scene("nothing-for-this-role", "digest", page => page.GotoAsync("/"));
    }

    private static IEnumerable<Scene> Paper() =>
        from page in new[] { ("queue", "dsl", "/alerts"), ("alert", "dsl", "/alerts/1"), ("governors", "governor", "/reports/governors"), ("digest", "dsl", "/reports/digests/next"), ("sources", "it", "/sources"), ("silences", "dsl", "/alerts/silences") }
        select new Scene($"paper-{page.Item1}", page.Item2, async shown =>
        {
            await shown.GotoAsync(page.Item3);
            await shown.EmulateMediaAsync(new() { Media = Media.Print });
        });

    private static Task OpenAllAsync(IPage page) => page.EvaluateAsync("() => document.querySelectorAll('main details').forEach(part => part.open = true)");

    private static async Task ProposeAsync(DemoConsole console, IPage page)
    {
        await page.GotoAsync($"/sources/{console.Unknown}/onboard");
        await page.GetByRole(AriaRole.Button, new() { Name = "Propose a mapping" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "See what would change" }).WaitForAsync();
    }
}
