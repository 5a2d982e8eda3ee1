using System.Text.Json;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.IntegrationTests.Access;

namespace OnlineSafety.Monitoring.IntegrationTests.App;

/// <summary>Silences, drills and the days of digests at the command line.</summary>
public sealed class AnsweringCommandTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    private readonly string _data = InstallationDatabase.DataWithKey("onlinesafety-answering-");

    private const string School = "Example Academy";

    [Fact]
    public async Task ASilenceIsPreviewedBegunApprovedListedAndEndedByNamedPeople()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        await database.AddStaffAsync(school, "dsl", "dsl");
        await database.AddStaffAsync(school, "deputy", "deputy");
        await database.AddAlertAsync(school, 1);
        string[] add = ["silence", "add", "--school", School, "--as", "dsl@school.example", "--theme", "self_harm", "--up-to", "high", "--days", "14", "--reason", "A project week", "--json"];

        var preview = await JsonAsync(database, [.. add, "--preview"]);
        var begun = await JsonAsync(database, add);
        var id = begun.GetProperty("silence").GetString()!;
        var own = await RunAsync(database, "silence", "approve", id, "--school", School, "--as", "dsl@school.example");
        var second = await RunAsync(database, "silence", "approve", id, "--school", School, "--as", "deputy@school.example");
        var listed = (await JsonAsync(database, "silence", "list", "--school", School, "--json"))[0];
        var ended = await RunAsync(database, "silence", "end", id, "--school", School, "--as", "deputy@school.example");
        var critical = await RunAsync(database, [.. add.Select(word => word == "high" ? "critical" : word)]);

        Assert.Equal(JsonValueKind.Null, preview.GetProperty("silence").ValueKind);
        Assert.Equal(1, preview.GetProperty("preview").GetProperty("covered").GetInt64());
        Assert.True(begun.GetProperty("waits").GetBoolean());
        Assert.Equal((1, 0, 0, 2), (own.Exit, second.Exit, ended.Exit, critical.Exit));
        Assert.Equal("standing", listed.GetProperty("state").GetString());
        Assert.StartsWith("dsl (by ", listed.GetProperty("author").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("deputy (by ", listed.GetProperty("approver").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADrillReportsWhoIsToldAndThatNobodyAnsweredYet()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        await database.AddStaffAsync(school, "dsl", "dsl");

        var drill = await JsonAsync(database, "drill", "--school", School, "--severity", "high", "--json");

        Assert.Equal("high", drill.GetProperty("severity").GetString());
        var told = Assert.Single(drill.GetProperty("told").EnumerateArray());
        Assert.Equal(("dsl", "due"), (told.GetProperty("name").GetString(), told.GetProperty("state").GetString()));
        Assert.Equal(JsonValueKind.Null, drill.GetProperty("answered").ValueKind);
    }

    [Fact]
    public async Task TheDaysOfDigestsAreChosen()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await database.AddSchoolAsync();

        Assert.Equal(0, (await RunAsync(database, "digest", "days", "school", "--school", School)).Exit);
        Assert.Equal("school", await database.Test.RunAsync("SELECT digest_days FROM onlinesafety.school WHERE kind = 'school'"));
        Assert.Equal(2, (await RunAsync(database, "digest", "days", "sometimes", "--school", School)).Exit);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private async Task<JsonElement> JsonAsync(InstallationDatabase database, params string[] args)
    {
        var (exit, output, error) = await RunAsync(database, args);
        Assert.True(exit == 0, error);
        return JsonDocument.Parse(output).RootElement;
    }

    private async Task<(int Exit, string Output, string Error)> RunAsync(InstallationDatabase database, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await CommandLine.RunAsync([.. args, "--data", _data, "--connection", database.Test.ConnectionString], output, error, TimeProvider.System);
        return (exit, output.ToString(), error.ToString());
    }
}
