using System.Text.Json;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Web.Tests;

/// <summary>Every hostile string as address, search, account and device, through the whole service, to what a person sees of it.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class NaughtyStringTests(ConsoleFixture fixture)
{
    /// <summary>Strings that stand on one page: those whose account is the same, whatever realm it is said to be of, are one alert.</summary>
    private const int OnOnePage = 40;

    // What stands in the page, with the words that stand for unseen characters turned back into them.
    private const string ShownTexts = """
        () => {
          const text = node => node.dataset?.code ? String.fromCodePoint(parseInt(node.dataset.code, 16)) : node.dataset?.text ?? (node.childNodes.length ? Array.from(node.childNodes, text).join('') : node.nodeValue ?? '');
          return Array.from(document.querySelectorAll('section[aria-labelledby=events] .event'), event => Array.from(event.querySelectorAll('dt'), dt => {
            const all = dt.nextElementSibling.querySelectorAll(':scope > .evidence, :scope > details > .evidence');
            return dt.textContent.trim() + '\u0001' + text(all[all.length - 1]);
          }));
        }
        """;

    private static readonly (string Label, string Field)[] s_fields =
        [("Address, as text", "url"), ("Searched for", "searchQuery"), ("Account", "user"), ("Device", "deviceHost"), ("Words", "text")];

    private static IReadOnlyList<string> Strings { get; } = [.. NaughtyStrings.All, "\u202Egnp.exe", "a\0b", "\u2066x\u2069", "<script>alert(1)</script>", "\" autofocus onfocus=alert(1) x=\""];

    [Fact]
    public async Task NoneOfThemRunsLoadsOrHidesAnything()
    {
        var school = await fixture.AddSchoolAsync();
        var key = await school.AddStaffAsync("Dana Lead", "dsl");
        for (var number = 0; number < Strings.Count; number++)
        {
            var naughty = Strings[number];
            await school.ReportAsync(new
            {
                timestamp = DateTimeOffset.UtcNow, user = new { email = $"pupil{number / OnOnePage}@{naughty}" }, device = new { name = naughty }, url = naughty, searchQuery = naughty,
                text = TestSchool.Grave, action = "blocked",
            });
        }

        await fixture.Service.UntilAsync($"SELECT count(*) FROM event WHERE school_id = '{school.Id}' AND alert_id IS NOT NULL", Strings.Count);
        await using var visitor = await Visitor.ComeAsync(fixture, key);
        var seen = 0;
        foreach (var alert in await school.AlertsAsync(key, 1))
        {
            seen += await VisitAsync(school, key, visitor, alert.GetProperty("number").GetInt32());
        }

        Assert.Equal(Strings.Count, seen);
        // The list as well, with all that is on its first page.
        await visitor.GoAsync("/alerts");
        Assert.Empty(visitor.Trouble);
    }

    private static void AssertShown(JsonElement stored, Dictionary<string, string> shown)
    {
        foreach (var (label, field) in s_fields)
        {
            var expected = stored.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
            Assert.Equal(expected, shown.GetValueOrDefault(label, ""));
        }
    }

    /// <returns>How many events stood on the page, each as it is stored.</returns>
    private static async Task<int> VisitAsync(TestSchool school, string key, Visitor visitor, int number)
    {
        var stored = (await school.GetAsync(key, $"/v1/alerts/{number}")).GetProperty("events");
        await visitor.GoAsync($"/alerts/{number}");
        var shown = await visitor.Page.EvaluateAsync<string[][]>(ShownTexts);
        Assert.Equal(stored.GetArrayLength(), shown.Length);
        for (var i = 0; i < shown.Length; i++)
        {
            AssertShown(stored[i], shown[i].Select(text => text.Split('\u0001', 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal));
        }

        Assert.Equal(0, await visitor.Page.Locator(".evidence a, .evidence img, .evidence script, .evidence iframe").CountAsync());
        Assert.Empty(visitor.Trouble);
        return shown.Length;
    }
}
