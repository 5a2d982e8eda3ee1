using System.Text.RegularExpressions;

namespace OnlineSafety.Monitoring.Web.Tests;

/// <summary>A queue far longer than a page.</summary>
[Collection(ConsoleCollection.Name)]
public sealed partial class QueuePagingTests(ConsoleFixture fixture)
{
    [Fact]
    public async Task EveryAlertStandsOnOnePageWhateverChangesMeanwhile()
    {
        var school = await fixture.AddSchoolAsync();
        var key = await school.AddStaffAsync("Dana Lead", "dsl");
        await school.AddAlertsAsync(170);
        await school.AddAlertsAsync(30, firstNumber: 171, state: "acknowledged");
        using var client = new HttpClient { BaseAddress = fixture.Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        var seen = new List<int>();
        var address = "/alerts";
        for (var pages = 0; address is not null; pages++)
        {
            Assert.True(pages < 10, "The pages did not end.");
            var html = await client.GetStringAsync(address);
            seen.AddRange(Row().Matches(html).Select(match => int.Parse(match.Groups[1].Value)));
            // One more of the gravest, which belongs before this page: what comes after must not move.
            await school.AddAlertsAsync(1, firstNumber: 1000 + pages, severity: 4);
            address = Next().Match(html) is { Success: true } next ? System.Net.WebUtility.HtmlDecode(next.Groups[1].Value) : null;
        }

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Equal(Enumerable.Range(1, 200), seen.Where(number => number <= 200).Order());
        // Gravest first, and what waits before what somebody has.
        Assert.All(seen.Take(40), number => Assert.Equal(4, 1 + ((number - 1) % 4)));
        Assert.All(seen.Where(number => number <= 200).TakeLast(30), number => Assert.True(number > 170));
    }

    [GeneratedRegex("id=\"alert-(\\d+)\"")]
    private static partial Regex Row();

    [GeneratedRegex("href=\"([^\"]+)\" rel=\"next\"")]
    private static partial Regex Next();
}
