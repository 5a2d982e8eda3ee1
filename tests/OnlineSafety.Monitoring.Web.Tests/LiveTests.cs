using System.Net.Http.Headers;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace OnlineSafety.Monitoring.Web.Tests;

/// <summary>What a console is told while somebody reads it.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class LiveTests(ConsoleFixture fixture)
{
    [Fact]
    public async Task ANewAlertLeavesTheReaderWhereSheIs()
    {
        var school = await fixture.AddSchoolAsync();
        var key = await school.AddStaffAsync("Dana Lead", "dsl");
        await school.AddAlertsAsync(40);
        await using var visitor = await Visitor.ComeAsync(fixture, key);
        await visitor.GoAsync("/alerts");
        await Expect(visitor.Page.Locator("#live-state")).ToHaveTextAsync("Live");
        await visitor.Page.Locator("#open-20").FocusAsync();
        var before = await PlaceAsync(visitor.Page);

        await school.AddAlertsAsync(2, firstNumber: 41);
        await Expect(visitor.Page.Locator("#news")).ToContainTextAsync("2 new alerts");

        Assert.Equal(before, await PlaceAsync(visitor.Page));
        Assert.Equal("open-20", await visitor.Page.EvaluateAsync<string>("() => document.activeElement.id"));
        await Expect(visitor.Page.Locator("li.alert")).ToHaveCountAsync(40);
        Assert.Empty(visitor.Trouble);
    }

    [Fact]
    public async Task WhatAColleagueTakesShowsAsTakenAndCanStillBeOpened()
    {
        var school = await fixture.AddSchoolAsync();
        var key = await school.AddStaffAsync("Dana Lead", "dsl");
        var other = await school.AddStaffAsync("Deputy Dee", "deputy");
        await school.AddAlertsAsync(5);
        await using var reader = await Visitor.ComeAsync(fixture, key);
        await reader.GoAsync("/alerts");
        await Expect(reader.Page.Locator("#live-state")).ToHaveTextAsync("Live");
        await using var colleague = await Visitor.ComeAsync(fixture, other);
        await colleague.GoAsync("/alerts");
        await colleague.Page.Locator("#take-3").ClickAsync();

        await Expect(reader.Page.Locator("#alert-3")).ToContainTextAsync("With Deputy Dee");
        await Expect(reader.Page.Locator("#alert-3")).ToContainTextAsync("Acknowledged");
        // One connection listens for every console of the process.
        Assert.Equal(1, await fixture.Service.NumberAsync("SELECT count(*) FROM pg_stat_activity WHERE usename = 'onlinesafety_console' AND query LIKE 'LISTEN onlinesafety_notifications%'"));
        // Rows that the feed brought work like the page's own.
        await Expect(reader.Page.Locator("#alert-2")).ToContainTextAsync("Acknowledge");
        await reader.Page.Locator("#take-2").ClickAsync();
        await Expect(reader.Page.GetByRole(AriaRole.Status).Last).ToContainTextAsync("You have taken alert 2");
    }

    [Fact]
    public async Task AConsoleThatWasAwayIsBroughtUpToDate()
    {
        var school = await fixture.AddSchoolAsync();
        var key = await school.AddStaffAsync("Dana Lead", "dsl");
        await school.AddAlertsAsync(3);
        var (first, id) = await FirstAsync(key, $"/alerts/live?school={school.Id}&after=3&rows=1-000000,2-ffffff", last: null, "event: news");
        Assert.Contains("id=\"alert-1\"", first, StringComparison.Ordinal);
        Assert.Contains("id=\"alert-2\"", first, StringComparison.Ordinal);

        await school.AddAlertsAsync(1, firstNumber: 4);
        await fixture.Service.ExecuteAsync($"UPDATE alert SET event_count = 99 WHERE school_id = '{school.Id}' AND number = 2");
        var (second, _) = await FirstAsync(key, $"/alerts/live?school={school.Id}&after=3&rows=1-000000,2-ffffff", id, "event: news");

        Assert.DoesNotContain("id=\"alert-1\"", second, StringComparison.Ordinal);
        Assert.Contains("99 events", second, StringComparison.Ordinal);
        Assert.Contains("1 new alert", second, StringComparison.Ordinal);
        // Each row that a feed sent is a look of its own, once for each feed: which ones the page had already is only what the browser says.
        // (The first feed may not have learnt yet that nobody reads it.)
        Assert.InRange(await fixture.Service.NumberAsync($"SELECT count(*) FROM access_record WHERE school_id = '{school.Id}' AND action = 'alert.live' AND object LIKE 'live%4' AND actor_name = 'Dana Lead'"), 1, 2);
        Assert.Equal(1, await fixture.Service.NumberAsync($"SELECT count(*) FROM access_record WHERE school_id = '{school.Id}' AND action = 'alert.live' AND object LIKE 'live 1%'"));
    }

    [Fact]
    public async Task AFeedTellsNobodyOfWhatIsNotTheirs()
    {
        var school = await fixture.AddSchoolAsync();
        var head = await school.AddStaffAsync("Hana Head", "head");
        await school.AddAlertsAsync(2);
        await school.AddAlertsAsync(1, firstNumber: 3, route: "head");

        var (told, _) = await FirstAsync(head, $"/alerts/live?school={school.Id}&after=0&rows=1-000000,2-000000,3-000000", last: null, "event: news");

        Assert.Contains("1 new alert", told, StringComparison.Ordinal);
        Assert.Contains("id=\"alert-3\"", told, StringComparison.Ordinal);
        Assert.DoesNotContain("alert-1", told, StringComparison.Ordinal);
        Assert.DoesNotContain("alert-2", told, StringComparison.Ordinal);
    }

    private static Task<string> PlaceAsync(IPage page) => page.EvaluateAsync<string>(
        "() => Math.round(scrollY) + ' ' + Math.round(document.getElementById('alert-20').getBoundingClientRect().top)");

    // Everything up to and with the message that holds the text, and its id.
    private async Task<(string Told, string Id)> FirstAsync(string key, string path, string? last, string until)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var client = new HttpClient { BaseAddress = fixture.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (last is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", last);
        }

        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        answer.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(patience.Token));
        var (told, id, found) = ("", "", false);
        while (await reader.ReadLineAsync(patience.Token) is { } line)
        {
            told += line + "\n";
            found |= line == until;
            id = line.StartsWith("id: ", StringComparison.Ordinal) ? line[4..] : id;
            if (found && line.Length == 0)
            {
                break;
            }
        }

        return (told, id);
    }
}
