using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace OnlineSafety.Monitoring.Web.Tests.Sources;

/// <summary>The day of somebody who looks after the products, and never sees a pupil.</summary>
[Collection(ConsoleCollection.Name)]
public sealed partial class ContractorDayTests(ConsoleFixture console)
{
    private readonly Rooms _rooms = new(console);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AnUnknownProductIsAddedAndReadByAMappingOfItsOwn(bool script)
    {
        var school = await _rooms.AddSchoolAsync();
        await using var visitor = await _rooms.ComeAsync((await _rooms.AddStaffAsync(school, "Ira Tech", "it")).Key, script);
        var page = visitor.Page;

        await page.GotoAsync("/sources");
        await page.GetByRole(AriaRole.Link, new() { Name = "Add the first source" }).ClickAsync();
        await page.Locator("#product").SelectOptionAsync("unknown");
        await page.GetByLabel("Webhook").CheckAsync();
        await page.GetByLabel("Name (optional)").FillAsync("New filter");
        await AccessibilityCheckWithScriptAsync(page, script);
        await page.GetByRole(AriaRole.Button, new() { Name = "Add the source" }).ClickAsync();

        // The key, once, with the lines to paste.
        var key = await page.Locator("#key").InnerTextAsync();
        Assert.StartsWith("osk_", key, StringComparison.Ordinal);
        var lines = await page.GetByLabel("Lines to paste").InnerTextAsync();
        Assert.Contains("Authorization: Bearer " + key, lines, StringComparison.Ordinal);
        await AccessibilityCheckWithScriptAsync(page, script);
        await page.GetByRole(AriaRole.Link, new() { Name = "Next: give it a mapping" }).ClickAsync();
        Assert.DoesNotContain(key, await page.ContentAsync(), StringComparison.Ordinal);
        await Assertions.Expect(page.GetByText("Nothing has come yet")).ToBeVisibleAsync();

        var source = Guid.Parse(SourceInPath().Match(page.Url).Value);
        await _rooms.SendAsync(source, key, "application/json", PlantedRecords.Unknown(TimeProvider.System.GetUtcNow().AddMinutes(-20)));
        await _rooms.UntilAsync($"SELECT COALESCE(sum(records), 0) FROM source_health WHERE source_id = '{source}'", 1);

        await page.GetByRole(AriaRole.Link, new() { Name = "Look again" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Propose a mapping" }).ClickAsync();
        await ComesAsync(page, "See what would change");
        await AccessibilityCheckWithScriptAsync(page, script);
        NothingOfAPupil(await page.ContentAsync());
        // What the values leave open is answered by whoever knows the product.
        foreach (var (word, means) in new[] { ("stopped", "blocked"), ("let through", "allowed") })
        {
            if (await page.GetByLabel($"\"{word}\" means").CountAsync() > 0)
            {
                await page.GetByLabel($"\"{word}\" means").SelectOptionAsync(means);
            }
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "See what would change" }).ClickAsync();
        await ComesAsync(page, "Apply it");
        await AccessibilityCheckWithScriptAsync(page, script);
        NothingOfAPupil(await page.ContentAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "Apply it" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "See how the source stands" }).Or(page.GetByRole(AriaRole.Link, new() { Name = "Look again" })).First).ToBeVisibleAsync();
        await _rooms.UntilAsync($"SELECT count(*) FROM alert WHERE school_id = '{school}' AND subject_key LIKE 'user:%'", 1);

        await page.GotoAsync($"/sources/{source}");
        await Assertions.Expect(page.GetByText("its own mapping, version 1")).ToBeVisibleAsync();
        NothingOfAPupil(await page.ContentAsync());
        Rooms.NothingWentWrong(visitor);
    }

    [Fact]
    public async Task NoPageThatAContractorCanReachHoldsAnythingOfAPupil()
    {
        var school = await _rooms.AddSchoolAsync();
        var (key, _) = await _rooms.AddStaffAsync(school, "Ira Tech", "it");
        var (unknown, unknownKey) = await _rooms.AddSourceAsync(school, "unknown", "New filter", capture: true);
        var (senso, sensoKey) = await _rooms.AddSourceAsync(school, "senso", "Senso");
        var at = TimeProvider.System.GetUtcNow().AddMinutes(-20);
        await _rooms.SendAsync(unknown, unknownKey, "application/json", PlantedRecords.Unknown(at));
        await _rooms.SendAsync(senso, sensoKey, "application/json", PlantedRecords.Senso(at));
        await _rooms.UntilAsync($"SELECT COALESCE(sum(records), 0) FROM source_health WHERE school_id = '{school}'", 2);
        // A name where a category should be: what a shifted column does.
        await _rooms.RunAsync($"INSERT INTO unmapped VALUES ('{school}', '{senso}', 'category', 'Zephyrine Quillfeather', 3, now(), now())");
        await _rooms.PostAsync($"/sources/{unknown}/onboard/propose", key);

        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        var left = new Queue<string>(["/", "/sources", "/sources/schools", $"/sources/{unknown}/onboard"]);
        while (left.TryDequeue(out var path) && seen.Count < 60)
        {
            if (seen.ContainsKey(path))
            {
                continue;
            }

            using var answer = await _rooms.GetAsync(path, key);
            // A page that fails would hold nothing either.
            Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Redirect || path.Contains("/assets/", StringComparison.Ordinal) || path.StartsWith("/alerts", StringComparison.Ordinal), $"{path} answers {(int)answer.StatusCode}");
            var html = await answer.Content.ReadAsStringAsync();
            seen[path] = html;
            NothingOfAPupil(html);
            NothingOfAPupil(answer.Headers.ToString());
            foreach (Match link in Links().Matches(html))
            {
                left.Enqueue(WebUtility.HtmlDecode(link.Groups[1].Value).Split('#')[0]);
            }

            if (answer.Headers.Location is { } next)
            {
                left.Enqueue(next.OriginalString);
            }
        }

        // The pages that show what could not be understood are among them, and show its form alone.
        Assert.Contains($"/sources/{senso}", seen.Keys);
        Assert.Contains("Aaaaaaaaa Aaaaaaaaaaaa", seen[$"/sources/{senso}"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASourceThatIsSilentComesFirstAndSaysSoInWords()
    {
        var school = await _rooms.AddSchoolAsync();
        await using var visitor = await _rooms.ComeAsync((await _rooms.AddStaffAsync(school, "Ira Tech", "it")).Key);
        var page = visitor.Page;
        await _rooms.AddSourceAsync(school, "protex", "A filter");
        var (silent, _) = await _rooms.AddSourceAsync(school, "smoothwall", "B filter");
        await _rooms.StandsAsync(school, silent, "silent", "Silent since Monday 09:14: it sends every 15 minutes.");

        await page.GotoAsync("/sources");
        await Assertions.Expect(page.Locator("tbody tr").First).ToContainTextAsync("B filter");
        // Not the words it was given: the service's own round may come to this source before its page is read, says since when itself, and tells.
        await Assertions.Expect(page.Locator("tbody tr").First).ToContainTextAsync("Silent since");
        await Assertions.Expect(page.GetByText("1 source needs attention")).ToBeVisibleAsync();
        await AccessibilityCheck.RunAsync(page);
        await page.GetByRole(AriaRole.Link, new() { Name = "B filter" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Img, new() { Name = "Records of the last four weeks, by day" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText(ToldOrNot())).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("3. Send a test as its lines say")).ToBeVisibleAsync();
        await page.GetByText("Show the numbers of: Records of the last four weeks, by day").ClickAsync();
        Assert.Equal(28, await page.Locator("figure").First.Locator("tbody tr").CountAsync());
        await AccessibilityCheck.RunAsync(page);
        Rooms.NothingWentWrong(visitor);
    }

    [Fact]
    public async Task ASourceIsRenamedTakenOutOfUseAndBroughtBackAndSaysWhatItIsLacking()
    {
        var school = await _rooms.AddSchoolAsync();
        var (key, _) = await _rooms.AddStaffAsync(school, "Ira Tech", "it");
        var (source, _) = await _rooms.AddSourceAsync(school, "senso", "Senso");
        Task<string> Html(string path) => ReadAsync(_rooms.GetAsync($"/sources{path}", key));

        Assert.Contains("Nothing has come yet.", await Html($"/{source}"), StringComparison.Ordinal);
        Assert.Contains("THE-KEY-YOU-WERE-GIVEN", await Html($"/{source}/lines"), StringComparison.Ordinal);
        Assert.Contains("You do not need this", await Html($"/{source}/onboard"), StringComparison.Ordinal);
        foreach (var minutes in new[] { "-5", "0", "99999999999" })
        {
            using var refused = await _rooms.PostAsync($"/sources/{source}/expect", key, ("minutes", minutes));
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Contains("class=\"error\" role=\"alert\">Whole minutes from 5 to 43200", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        await _rooms.PostAsync($"/sources/{source}/edit", key, ("name", "Hall filter"), ("from", "192.0.2.0/24"));
        await _rooms.PostAsync($"/sources/{source}/disable", key, ("sure", "yes"));
        Assert.Contains("Bring it back into use", await Html($"/{source}"), StringComparison.Ordinal);
        await _rooms.AddSourceAsync(school, "protex", "Working");
        var list = await Html("");
        Assert.True(list.IndexOf("Working", StringComparison.Ordinal) < list.IndexOf("Hall filter", StringComparison.Ordinal));
        await _rooms.PostAsync($"/sources/{source}/enable", key);
        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM source WHERE source_id = '{source}' AND enabled AND name = 'Hall filter' AND networks = ARRAY['192.0.2.0/24']"));

        // What nobody has tried is not applied.
        using var blind = await _rooms.PostAsync($"/sources/{source}/onboard/apply", key, ("version", "0"));
        Assert.Equal(HttpStatusCode.BadRequest, blind.StatusCode);
    }

    private static async Task<string> ReadAsync(Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        return await answer.Content.ReadAsStringAsync();
    }

    [Fact]
    public async Task AKeyIsRotatedShownOnceAndTheOldOneWorksOn()
    {
        var school = await _rooms.AddSchoolAsync();
        await using var visitor = await _rooms.ComeAsync((await _rooms.AddStaffAsync(school, "Ira Tech", "it")).Key);
        var page = visitor.Page;
        var (source, old) = await _rooms.AddSourceAsync(school, "senso", "Senso");
        await page.GotoAsync($"/sources/{source}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a new key" }).ClickAsync();
        var key = await page.Locator("#key").InnerTextAsync();
        Assert.NotEqual(old, key);
        await page.GetByRole(AriaRole.Link, new() { Name = "I have put it in" }).ClickAsync();
        await Assertions.Expect(page.GetByText("2: the newest, and the one before until the next rotation")).ToBeVisibleAsync();
        await page.GoBackAsync();
        await Assertions.Expect(page.GetByText("The key is not shown again")).ToBeVisibleAsync();
        await _rooms.SendAsync(source, old, "application/json", "{}");
        await _rooms.SendAsync(source, key, "application/json", "{}");

        // The new one is lost before it was put in: which of the two the product sends is asked, and the old one goes on.
        await page.GetByRole(AriaRole.Link, new() { Name = "Back to the source" }).ClickAsync();
        await page.GetByLabel("The older one").CheckAsync();
        await AccessibilityCheck.RunAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a new key" }).ClickAsync();
        var third = await page.Locator("#key").InnerTextAsync();
        await _rooms.SendAsync(source, third, "application/json", "{}");
        await _rooms.SendAsync(source, old, "application/json", "{}");
        Rooms.NothingWentWrong(visitor);
    }

    [Fact]
    public async Task ACanaryIsMadeWithTheLinesForADeviceAndTakenAway()
    {
        var school = await _rooms.AddSchoolAsync();
        await using var visitor = await _rooms.ComeAsync((await _rooms.AddStaffAsync(school, "Ira Tech", "it")).Key);
        var page = visitor.Page;
        var (source, _) = await _rooms.AddSourceAsync(school, "senso", "Senso");
        await page.GotoAsync($"/sources/{source}");
        await page.GetByText("Add a canary").ClickAsync();
        await page.GetByLabel("Device that opens it").FillAsync("Library PC 1");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add the canary" }).ClickAsync();
        Assert.Contains("\n'@", await page.GetByLabel("windows.ps1").InnerTextAsync(), StringComparison.Ordinal);
        await AccessibilityCheck.RunAsync(page);
        // Loaded again it adds no second one, and it can be seen again from the list.
        await page.ReloadAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Done" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Library PC 1" }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("windows.ps1")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Done" }).ClickAsync();
        await page.GetByText("Remove canary Library PC 1").ClickAsync();
        await AccessibilityCheck.RunAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove it (canary Library PC 1)" }).ClickAsync();
        await Assertions.Expect(page.GetByText("None yet: that the filter itself works is not proved.")).ToBeVisibleAsync();
        Rooms.NothingWentWrong(visitor);
    }

    [Fact]
    public async Task AWebhookThatSignsIsSetUpOnItsPage()
    {
        var school = await _rooms.AddSchoolAsync();
        var (key, _) = await _rooms.AddStaffAsync(school, "Ira Tech", "it");
        var (source, _) = await _rooms.AddSourceAsync(school, "senso", "Senso");
        Task<HttpResponseMessage> Set(string preset, string secret) => _rooms.PostAsync($"/sources/{source}/authentication", key, ("preset", preset), ("secret", secret));

        foreach (var (preset, secret) in new[] { ("github", "too short"), ("pigeon", ""), ("", "") })
        {
            using var refused = await Set(preset, secret);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }

        Assert.Equal(0, await _rooms.NumberAsync($"SELECT count(*) FROM source_secret WHERE source_id = '{source}'"));
        (await Set("github", "the secret that the product shows")).Dispose();
        Assert.Contains("a signature in X-Hub-Signature-256", await ReadAsync(_rooms.GetAsync($"/sources/{source}", key)), StringComparison.Ordinal);

        var page = await ReadAsync(_rooms.GetAsync($"/sources/{source}", key));
        Assert.DoesNotContain("Make a new key", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Bearer", await ReadAsync(_rooms.GetAsync($"/sources/{source}/lines", key)), StringComparison.Ordinal);
        using (var refused = await _rooms.PostAsync($"/sources/{source}/key", key, ("end", "later")))
        {
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }

        // The one before stays until the next rotation; of two it must be said which.
        var rotated = await ReadAsync(_rooms.PostAsync($"/sources/{source}/secret", key, ("end", "later"), ("secret", "")));
        Assert.Contains("What is signed with the one that stays", rotated, StringComparison.Ordinal);
        Assert.Contains("openssl dgst -sha256", rotated, StringComparison.Ordinal);
        Assert.Equal(2, await _rooms.NumberAsync($"SELECT count(*) FROM source_secret WHERE source_id = '{source}'"));
        using (var refused = await _rooms.PostAsync($"/sources/{source}/secret", key, ("end", "later"), ("secret", "")))
        {
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }

        (await _rooms.PostAsync($"/sources/{source}/secret", key, ("end", "newer"), ("secret", "another secret of the product"))).Dispose();
        Assert.Equal(2, await _rooms.NumberAsync($"SELECT count(*) FROM source_secret WHERE source_id = '{source}'"));

        // One made here is shown once, and the ones before end.
        Assert.Contains("It is shown only now", await ReadAsync(Set("standard-webhooks", "")), StringComparison.Ordinal);
        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM source_secret WHERE source_id = '{source}'"));
        (await Set("bearer", "")).Dispose();
        Assert.Equal(0, await _rooms.NumberAsync($"SELECT count(*) FROM source_secret WHERE source_id = '{source}'"));
    }

    [Fact]
    public async Task ASyslogSourceThatNothingTellsFromOthersIsTakenOnlyWhenThatIsMeant()
    {
        var school = await _rooms.AddSchoolAsync();
        var (key, _) = await _rooms.AddStaffAsync(school, "Ira Tech", "it");
        using var blind = await _rooms.PostAsync("/sources/add", key, ("product", "fortigate"), ("via", "syslog"));
        Assert.Equal(HttpStatusCode.BadRequest, blind.StatusCode);
        Assert.Contains("every line that fits no other source", await blind.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var known = await _rooms.PostAsync("/sources/add", key, ("product", "fortigate"), ("via", "syslog"), ("from", "198.51.100.77"));
        Assert.Contains("config log syslogd2 setting", await known.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        // What was typed is still there when it is refused, beside what is wrong.
        var source = SourceInPath().Match(await ReadAsync(_rooms.GetAsync("/sources", key))).Value;
        var refused = await ReadAsync(_rooms.PostAsync($"/sources/{source}/edit", key, ("name", "Hall firewall"), ("from", "banana")));
        Assert.Contains("value=\"banana\"", refused, StringComparison.Ordinal);
        Assert.Contains("value=\"Hall firewall\"", refused, StringComparison.Ordinal);
        Assert.Contains("href=\"#name\"", refused, StringComparison.Ordinal);
        using var emptied = await _rooms.PostAsync($"/sources/{source}/edit", key, ("name", "Hall firewall"), ("from", ""));
        Assert.Equal(HttpStatusCode.BadRequest, emptied.StatusCode);
        Assert.Contains("Nothing has come yet", await ReadAsync(_rooms.GetAsync($"/sources/{source}", key)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheSourceOfAnotherSchoolIsNotThereWhateverIsAsked()
    {
        var (mine, other) = (await _rooms.AddSchoolAsync(), await _rooms.AddSchoolAsync());
        var (key, _) = await _rooms.AddStaffAsync(mine, "Ira Tech", "it");
        var (source, _) = await _rooms.AddSourceAsync(other, "senso", "Senso");
        foreach (var path in new[] { "", "/onboard", "/lines", $"/canaries/{Guid.NewGuid()}" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await _rooms.GetAsync($"/sources/{source}{path}", key)).StatusCode);
        }

        foreach (var path in new[] { "/key", "/secret", "/expect", "/disable", "/enable", "/edit", "/authentication", "/onboard/again", "/canaries", $"/canaries/{Guid.NewGuid()}/remove", "/onboard/propose", "/onboard/preview", "/onboard/apply" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await _rooms.PostAsync($"/sources/{source}{path}", key, ("sure", "yes"), ("version", "0"))).StatusCode);
        }

        Assert.Equal(1, await _rooms.NumberAsync($"SELECT count(*) FROM source WHERE source_id = '{source}' AND enabled AND cardinality(key_hashes) = 1"));
    }

    [Fact]
    public async Task AContractorOfManySchoolsSeesTheMostTroubledFirst()
    {
        var (calm, troubled, strange) = (await _rooms.AddSchoolAsync("Calm School"), await _rooms.AddSchoolAsync("Troubled School"), await _rooms.AddSchoolAsync("Strange School"));
        var (key, here) = await _rooms.AddStaffAsync(calm, "Ira Tech", "it");
        var (_, there) = await _rooms.AddStaffAsync(troubled, "Ira Tech", "it");
        var (_, governor) = await _rooms.AddStaffAsync(strange, "Ira Tech", "governor");
        var account = Guid.NewGuid();
        await _rooms.RunAsync($"""
            INSERT INTO account (account_id, address, created_at) VALUES ('{account}', '{account:N}@it.example', now());
            INSERT INTO staff_account VALUES ('{calm}', '{here}', '{account}', now()), ('{troubled}', '{there}', '{account}', now()), ('{strange}', '{governor}', '{account}', now());
            """);
        var (silent, _) = await _rooms.AddSourceAsync(troubled, "senso", "Their filter");
        await _rooms.StandsAsync(troubled, silent, "silent", "Silent since Monday 09:14.");

        await using var visitor = await _rooms.ComeAsync(key);
        var page = visitor.Page;
        await page.GotoAsync("/sources");
        await page.GetByRole(AriaRole.Link, new() { Name = "All 3 schools" }).ClickAsync();
        await Assertions.Expect(page.Locator("tbody tr").First).ToContainTextAsync("Troubled School");
        // Small where the service's own round came first and said it anew.
        await Assertions.Expect(page.Locator("tbody tr").First).ToContainTextAsync("Their filter: silent since", new() { IgnoreCase = true });
        // There a governor, who has no business with sources.
        Assert.Equal(2, await page.Locator("tbody tr").CountAsync());
        await AccessibilityCheck.RunAsync(page);
        Rooms.NothingWentWrong(visitor);
    }

    // A page without script is loaded again by its own link.
    private static async Task ComesAsync(IPage page, string button)
    {
        for (var i = 0; i < 20 && await page.GetByRole(AriaRole.Button, new() { Name = button }).CountAsync() == 0; i++)
        {
            var again = page.GetByRole(AriaRole.Link, new() { Name = "Look again" });
            if (await again.CountAsync() > 0)
            {
                await again.ClickAsync();
            }
            else
            {
                await Task.Delay(500);
            }
        }

        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = button })).ToBeVisibleAsync();
    }

    private static Task AccessibilityCheckWithScriptAsync(IPage page, bool script) => script ? AccessibilityCheck.RunAsync(page) : Task.CompletedTask;

    private static void NothingOfAPupil(string page)
    {
        foreach (var secret in PlantedRecords.Secrets)
        {
            Assert.DoesNotContain(secret, page, StringComparison.OrdinalIgnoreCase);
        }
    }

    [GeneratedRegex("(?<=/sources/)[0-9a-f-]{36}")]
    private static partial Regex SourceInPath();

    [GeneratedRegex("^(Not told yet. By e-mail it goes to|Told by e-mail, .*): Ira Tech\\.$")]
    private static partial Regex ToldOrNot();

    [GeneratedRegex("href=\"(/[^\"]*)\"")]
    private static partial Regex Links();
}
