using System.Text.Json;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.IntegrationTests.Access;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.App;

/// <summary>The commands as people and scripts call them, against a server of one's own.</summary>
public sealed class CommandTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("onlinesafety-commands-").FullName;

    [Fact]
    public async Task ASchoolIsSetUpFromNothing()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);

        var school = (await JsonAsync(database, "school", "add", "--name", "Example Academy", "--urn", "123456", "--json")).GetProperty("school").GetGuid();
        var staff = await JsonAsync(
            database, "staff", "add", "--school", "Example Academy", "--name", "D. Lead", "--email", "dsl@school.example", "--role", "dsl", "--role", "digest", "--json");
        var staffList = await JsonAsync(database, "staff", "list", "--school", school.ToString(), "--json");

        Assert.StartsWith("osu_", staff.GetProperty("key").GetString(), StringComparison.Ordinal);
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
    public async Task AlertsListHasExactlyTheAgreedFields()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        await database.AddAlertAsync(school, 1);

        var alert = (await JsonAsync(database, "alerts", "list", "--school", "Example Academy", "--state", "new", "--json"))[0];

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
        var (exit, _, _) = await RunAsync(database, "alerts", "resolve", "1", "--school", "Example Academy", "--as", "dsl@school.example", "--outcome", "concern", "--note", "Done.");
        Assert.Equal(0, exit);
        var again = await RunAsync(database, "alerts", "resolve", "1", "--school", "Example Academy", "--outcome", "concern", "--note", "Done.");

        Assert.Equal(1, again.Exit);
        Assert.Contains("resolved already", again.Error, StringComparison.Ordinal);
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

    private async Task<(int Exit, string Output, string Error)> RunAsync(InstallationDatabase database, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await CommandLine.RunAsync([.. args, "--data", _data, "--connection", database.Test.ConnectionString], output, error, TimeProvider.System);
        return (exit, output.ToString(), error.ToString());
    }
}
