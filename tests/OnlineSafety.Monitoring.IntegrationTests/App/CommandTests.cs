using System.Text.Json;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.IntegrationTests.Access;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.App;

/// <summary>The commands as people and scripts call them, against a server of one's own.</summary>
public sealed class CommandTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    private readonly string _data = InstallationDatabase.DataWithKey("onlinesafety-commands-");

    [Fact]
    public async Task ASchoolIsSetUpFromNothing()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);

        var school = (await JsonAsync(database, "school", "add", "--name", "Example Academy", "--urn", "123456", "--json")).GetProperty("school").GetGuid();
        var staff = await JsonAsync(
            database, "staff", "add", "--school", "Example Academy", "--name", "D. Lead", "--email", "dsl@school.example", "--role", "dsl", "--role", "digest", "--json");
        var staffList = await JsonAsync(database, "staff", "list", "--school", school.ToString(), "--json");

        Assert.Equal(JsonValueKind.Null, staff.GetProperty("key").ValueKind);
        Assert.Equal(staff.GetProperty("staff").GetGuid(), staffList[0].GetProperty("staff").GetGuid());
        Assert.Equal(["dsl", "digest"], staffList[0].GetProperty("roles").EnumerateArray().Select(r => r.GetString()));
        Assert.Equal(school, (await JsonAsync(database, "school", "list", "--json"))[0].GetProperty("school").GetGuid());
    }

    [Theory]
    [InlineData("example academy", "")]
    [InlineData("Another Academy", "123456")]
    public async Task ASchoolIsNotAddedTwice(string name, string urn)
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await JsonAsync(database, "school", "add", "--name", "Example Academy", "--urn", "123456", "--json");

        var (exit, _, error) = await RunAsync(database, "school", "add", "--name", name, "--urn", urn);

        Assert.Equal(1, exit);
        Assert.Contains("Example Academy", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUnknownProductIsRefusedAndTheKnownOnesAreNamed()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await database.AddSchoolAsync();

        var (exit, _, error) = await RunAsync(database, "source", "add", "--school", "Example Academy", "--product", "pigeon", "--via", "webhook");

        Assert.Equal(1, exit);
        Assert.Contains("pigeon", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SourcesAreSetUpToBeWatched()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await database.AddSchoolAsync();
        var source = (await JsonAsync(database, "source", "add", "--school", "Example Academy", "--product", "senso", "--via", "webhook", "--json")).GetProperty("source").GetString()!;

        Assert.Equal(0, (await RunAsync(database, "source", "expect", source, "--gap", "2h")).Exit);
        Assert.Equal(1, (await RunAsync(database, "source", "expect", source)).Exit);
        Assert.Equal(1, (await RunAsync(database, "school", "closure", "add", "--school", "Example Academy")).Exit);
        Assert.Equal(0, (await RunAsync(database, "school", "calendar", "import", Repository.Path("schemas", "calendars", "example.json"), "--school", "Example Academy")).Exit);
        Assert.Equal(0, (await RunAsync(database, "school", "closure", "add", "--school", "Example Academy", "--from", "2027-01-20", "--note", "snow")).Exit);
        var calendar = await JsonAsync(database, "school", "calendar", "show", "--school", "Example Academy");
        Assert.Equal("2027-01-20", calendar.GetProperty("closures").EnumerateArray().Last().GetProperty("first").GetString());

        var canary = await JsonAsync(database, "canary", "add", "--source", source, "--out", _data, "--json");
        Assert.Contains(canary.GetProperty("term").GetString()!, await File.ReadAllTextAsync(Path.Combine(_data, "windows.ps1")), StringComparison.Ordinal);
        Assert.Single((await JsonAsync(database, "canary", "list", "--school", "Example Academy", "--json")).EnumerateArray());
        var described = await RunAsync(database, "canary", "add", "--source", source, "--name", "Chromebook 7");
        Assert.Contains("ExtensionInstallForcelist", described.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", described.Output, StringComparison.Ordinal);

        var listed = await JsonAsync(database, "sources", "--json");
        Assert.Equal(listed.GetRawText(), (await JsonAsync(database, "source", "list", "--json")).GetRawText());
        Assert.Equal(2, listed[0].GetProperty("canaries").GetArrayLength());
        Assert.Contains("nobody watches whether the sources go quiet", (await RunAsync(database, "sources")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(database, "canary", "remove", canary.GetProperty("canary").GetString()!, "--school", "Example Academy")).Exit);
    }

    [Fact]
    public async Task ASchoolAddsAndExcludesAndTheRulesSayWhatTheyMakeOfIt()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await database.AddSchoolAsync();
        string[] at = ["--school", "Example Academy", "--json"];

        var plain = await JsonAsync(database, "rules", "explain", "where to buy a zombie knife", "--json");
        Assert.Equal("high", plain.GetProperty("severity").GetString());
        var rule = plain.GetProperty("reasons")[0].GetProperty("rule").GetString()!;
        Assert.Contains("without it:", (await RunAsync(database, "rules", "explain", "where to buy a zombie knife")).Output, StringComparison.Ordinal);
        Assert.Equal("No concern.", (await RunAsync(database, "rules", "explain", "photosynthesis")).Output.Split('\n')[0].TrimEnd());

        var added = await JsonAsync(database, ["rules", "add", "--phrase", "the back shed", "--theme", "drugs", "--severity", "medium", "--why", "Where vapes are sold.", .. at]);
        var until = DateTime.UtcNow.AddDays(30).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        await JsonAsync(database, ["rules", "exclude", "--rule", rule, "--reason", "A project.", "--until", until, .. at]);
        Assert.StartsWith(
            "Nothing was excluded. \"i want to kill myself\" would still be found",
            (await RunAsync(database, ["rules", "exclude", "--phrase", "i want to kill myself", "--reason", "x", "--until", until, .. at])).Error, StringComparison.Ordinal);
        Assert.Contains("no rule 'no.such'", (await RunAsync(database, ["rules", "exclude", "--rule", "no.such", "--reason", "x", "--until", until, .. at])).Error, StringComparison.Ordinal);
        Assert.Contains("no theme 'nowhere'", (await RunAsync(database, ["rules", "add", "--phrase", "x", "--theme", "nowhere", "--severity", "low", "--why", "x", .. at])).Error, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync(database, ["rules", "exclude", "--reason", "x", "--until", until, .. at])).Exit);

        var entry = added.GetProperty("entry").GetString()!;
        await JsonAsync(database, ["rules", "overlay", "remove", entry, .. at]);
        Assert.Equal([null, "ended"], (await JsonAsync(database, ["rules", "overlay", "list", .. at])).EnumerateArray()
            .Select(e => e.GetProperty("endedBy").ValueKind == JsonValueKind.Null ? null : "ended"));

        var day = DateTime.UtcNow.AddDays(7).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal("kcsie-2025", (await JsonAsync(database, ["school", "edition", "kcsie-2025", "--from", day, .. at])).GetProperty("chosen")[0].GetProperty("edition").GetString());
        Assert.Contains("kcsie-1999", (await RunAsync(database, ["school", "edition", "kcsie-1999", .. at])).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RulesAreCheckedAndCompared()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        Assert.Empty((await JsonAsync(database, "rules", "check", "--json")).GetProperty("errors").EnumerateArray());

        await File.WriteAllTextAsync(Path.Combine(_data, "own.json"), """{"pack":"own","version":"1","language":"en","rules":[{"id":"own.shed","theme":"drugs","severity":"medium","all":[["back shed"]],"explain":"x","positive":["the front shed"],"negative":[]}]}""");
        var (exit, output, _) = await RunAsync(database, "rules", "check", _data);
        Assert.Equal(1, exit);
        Assert.Contains("own.shed misses: the front shed", output, StringComparison.Ordinal);

        var cases = Path.Combine(_data, "cases.jsonl");
        await File.WriteAllTextAsync(cases, """{"id":"a","kind":"text","text":"flat earth proof nasa lying"}""" + "\n" + """{"id":"b","kind":"text","text":"meet at the back shed"}""");
        var editions = await JsonAsync(database, "rules", "diff", "--taxonomy", "kcsie-2024", "--against", "kcsie-2026", cases, "--json");
        Assert.Equal(["a"], editions.GetProperty("moved").EnumerateArray().Select(m => m.GetProperty("id").GetString()));
        var packs = await JsonAsync(database, "rules", "diff", "--packs", _data, cases, "--json");
        Assert.Equal(["b"], packs.GetProperty("moved").EnumerateArray().Select(m => m.GetProperty("id").GetString()));
        Assert.Contains("1 of 2 cases move", (await RunAsync(database, "rules", "diff", "--packs", _data, cases)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AlertsListHasExactlyTheAgreedFields()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        await database.AddStaffAsync(school, "dsl", "dsl");
        await database.AddAlertAsync(school, 1);

        var alert = (await JsonAsync(database, "alerts", "list", "--school", "Example Academy", "--state", "new", "--as", "dsl@school.example", "--json"))[0];

        foreach (var field in new[] { "alert", "school", "risk", "theme", "severity", "state", "count", "sources", "raisedAt", "reasons" })
        {
            Assert.True(alert.TryGetProperty(field, out _), field);
        }

        Assert.Equal(("content", "self_harm", "high"), (alert.GetProperty("risk").GetString(), alert.GetProperty("theme").GetString(), alert.GetProperty("severity").GetString()));
    }

    [Fact]
    public async Task AlertsAreResolvedAsANamedMemberOfStaff()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        await database.AddStaffAsync(school, "dsl", "dsl");
        var id = await database.AddAlertAsync(school, 1);

        Assert.Equal(0, (await RunAsync(database, "alerts", "ack", "1", "--school", "Example Academy", "--as", "DSL@school.example")).Exit);
        var twice = await RunAsync(database, "alerts", "ack", "1", "--school", "Example Academy", "--as", "DSL@school.example");
        Assert.Contains("is acknowledged already, by dsl", twice.Error, StringComparison.Ordinal);
        var (exit, _, _) = await RunAsync(database, "alerts", "resolve", "1", "--school", "Example Academy", "--as", "dsl@school.example", "--outcome", "concern", "--note", "Done.");
        Assert.Equal(0, exit);
        var again = await RunAsync(database, "alerts", "resolve", "1", "--school", "Example Academy", "--as", "dsl@school.example", "--outcome", "concern", "--note", "Done.");

        Assert.Equal(1, again.Exit);
        Assert.Contains("is resolved already", again.Error, StringComparison.Ordinal);
        Assert.StartsWith("staff dsl (by ", (await database.AccessRecordsAsync("alert.acknowledge"))[0], StringComparison.Ordinal);
        Assert.Contains(id.ToString(), (await database.AccessRecordsAsync("alert.resolve"))[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task APeopleListWithAWrongLineIsExitOneAndNamesTheLine()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await database.AddSchoolAsync();
        var file = Path.Combine(_data, "people.csv");
        await File.WriteAllTextAsync(file, "account,role\nada,pupil\nbob,alien\n");

        var (exit, _, error) = await RunAsync(database, "people", "import", file, "--school", "Example Academy");
        Assert.Equal(1, exit);
        Assert.Contains("line 3:", error, StringComparison.Ordinal);

        var imported = await JsonAsync(database, "people", "import", file, "--school", "Example Academy", "--skip-bad", "--json");
        Assert.Equal((1, true), (imported.GetProperty("added").GetInt32(), imported.GetProperty("imported").GetBoolean()));
    }

    [Fact]
    public async Task AMissingFileIsSaidInOneLine()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);

        var (exit, _, error) = await RunAsync(database, "people", "import", Path.Combine(_data, "none.csv"), "--school", "S");

        Assert.Equal(1, exit);
        Assert.Single(error.Trim().Split('\n'));
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private async Task<JsonElement> JsonAsync(InstallationDatabase database, params string[] args)
    {
        var (exit, output, error) = await RunAsync(database, args);
        Assert.True(exit == 0, error);
        return JsonSerializer.Deserialize<JsonElement>(output);
    }

    [Fact]
    public async Task APolicyIsShownCheckedAndImported()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await database.AddStaffAsync(await database.AddSchoolAsync(), "dsl", "dsl");
        var file = Path.Combine(_data, "policy.json");
        var shown = await RunAsync(database, "policy", "show", "--school", "Example Academy");
        Assert.Contains("What holds is the default:", shown.Output, StringComparison.Ordinal);
        Assert.Contains("critical: acknowledged by the end of the lesson (60 minutes where no bells are known)", shown.Output, StringComparison.Ordinal);

        await File.WriteAllTextAsync(file, """{"clocks":{"critical":"sameSchoolDay"},"routing":[{"name":"A","when":{"themes":["suicid"]},"also":["head"]}]}""");
        var wrong = await RunAsync(database, "policy", "check", file);
        Assert.Equal(3, wrong.Exit);
        Assert.Contains("$.clocks.critical: ", wrong.Output, StringComparison.Ordinal);
        Assert.Contains("$.routing[0].when.themes[0]: is no theme", wrong.Output, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync(database, "policy", "import", file, "--school", "Example Academy", "--yes")).Exit);

        await File.WriteAllTextAsync(file, """{"clocks":{"critical":30},"outOfHours":{"choice":"trustNumber","trustNumber":"01632 960000"}}""");
        Assert.Equal(0, (await RunAsync(database, "policy", "check", file, "--school", "Example Academy")).Exit);
        Assert.Equal(2, (await RunAsync(database, "policy", "import", file, "--school", "Example Academy", "--json")).Exit);
        var imported = await RunAsync(database, "policy", "import", file, "--school", "Example Academy", "--yes");
        Assert.Equal(0, imported.Exit);
        Assert.Contains("- out of hours: Alerts out of hours are NOT watched", imported.Output, StringComparison.Ordinal);
        Assert.Contains("+ critical: acknowledged within 30 minutes of school time, and before the last bell", imported.Output, StringComparison.Ordinal);
        Assert.Contains("has revision 1 of its policy", imported.Output, StringComparison.Ordinal);

        Assert.Equal(30, (await JsonAsync(database, "policy", "show", "--school", "Example Academy", "--json")).GetProperty("clocks").GetProperty("critical").GetInt32());
        var again = await JsonAsync(database, "policy", "import", file, "--school", "Example Academy", "--yes", "--json");
        Assert.Equal((2, 0), (again.GetProperty("revision").GetInt32(), again.GetProperty("added").GetArrayLength()));
        Assert.Equal(2, (await database.AccessRecordsAsync("policy.import")).Count);
    }

    private async Task<(int Exit, string Output, string Error)> RunAsync(InstallationDatabase database, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await CommandLine.RunAsync([.. args, "--data", _data, "--connection", database.Test.ConnectionString], output, error, TimeProvider.System);
        return (exit, output.ToString(), error.ToString());
    }
}
