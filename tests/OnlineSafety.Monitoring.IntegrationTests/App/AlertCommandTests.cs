using System.Text.Json;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.IntegrationTests.Access;

namespace OnlineSafety.Monitoring.IntegrationTests.App;

/// <summary>The queue from the command line.</summary>
public sealed class AlertCommandTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    private readonly string _data = InstallationDatabase.DataWithKey("alert-commands");

    [Fact]
    public async Task EachStepIsACommandAndSaysWhatItDidAndWhomItTold()
    {
        await using var database = await SchoolAsync("head");

        foreach (var (says, args) in new (string, string[])[]
        {
            ("Alert 1 was acknowledged by dsl (by ", ["ack"]),
            ("It is in review.", ["review"]),
            ("1 member of staff is told.", ["assign", "--to", "deputy@school.example"]),
            ("Alert 1 was noted on by dsl", ["note", "--note", "Seen before."]),
            ("It is escalated. 1 member of staff is told.", ["escalate", "--note", "Now."]),
            ("It is handed over.", ["handover", "--reference", "C-1042"]),
            ("It is resolved.", ["resolve", "--outcome", "false-alert", "--note", "A lesson."]),
            ("Alert 1 was opened again by dsl", ["reopen", "--note", "Not a lesson."]),
        })
        {
            var (exit, output, error) = await RunAsync(database, [args[0], "1", .. args[1..]]);
            Assert.True(exit == 0, error);
            Assert.Contains(says, output, StringComparison.Ordinal);
        }

        var (_, history, _) = await RunAsync(database, ["history", "1"]);
        Assert.Equal(
            ["raised by process", "acknowledged by dsl", "taken into review", "assigned by dsl", "noted on by dsl", "escalated by dsl", "handed over by dsl", "resolved by dsl", "opened again by dsl"],
            history.Split('\n').Where(line => line.Contains(" by ", StringComparison.Ordinal) && !line.Contains("tell ", StringComparison.Ordinal))
                .Zip(["raised by process", "acknowledged by dsl", "taken into review", "assigned by dsl", "noted on by dsl", "escalated by dsl", "handed over by dsl", "resolved by dsl", "opened again by dsl"])
                .Select(pair => pair.First.Contains(pair.Second, StringComparison.Ordinal) ? pair.Second : pair.First));
        Assert.Contains("tell deputy by email (assigned): due", history, StringComparison.Ordinal);
        Assert.Contains(": deputy", history, StringComparison.Ordinal);
        Assert.Contains("\"Not a lesson.\"", history, StringComparison.Ordinal);
        var (_, shown, _) = await RunAsync(database, ["show", "1"]);
        Assert.Contains("given to deputy", shown, StringComparison.Ordinal);
        Assert.Contains("case     C-1042", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatCannotBeDoneIsSaidInOneLine()
    {
        await using var database = await SchoolAsync();

        foreach (var (says, args) in new (string, string[])[]
        {
            ("Alert 1: The alert is new and cannot be opened again.", ["reopen", "1", "--note", "x"]),
            ("There is no alert 7 in this school that you may see.", ["review", "7"]),
            ("There is no alert 7 in this school that you may see.", ["history", "7"]),
            ("Nobody in this school is \"nobody@school.example\".", ["assign", "1", "--to", "nobody@school.example"]),
            ("Nobody with that id looks after alerts like this one.", ["assign", "1", "--to", "digest@school.example"]),
            ("Alert 1: Nobody is at a further desk, so nothing was changed.", ["escalate", "1", "--note", "x"]),
            ("A note of 1 to 4000 characters", ["note", "1", "--note", " "]),
            ("A reference of 1 to 200 characters", ["handover", "1", "--reference", " "]),
        })
        {
            var (exit, _, error) = await RunAsync(database, args);
            Assert.Equal(1, exit);
            Assert.Contains(says, error, StringComparison.Ordinal);
            Assert.Single(error.Trim().Split('\n'));
        }
    }

    [Fact]
    public async Task PrecisionIsATableAndJson()
    {
        await using var database = await SchoolAsync();
        Assert.Contains("nothing to count", (await RunAsync(database, ["precision"])).Output, StringComparison.Ordinal);
        await RunAsync(database, ["resolve", "1", "--outcome", "concern", "--note", "x"]);

        Assert.Contains("1 resolved: 1 concern. Right: 100 % of 1.", (await RunAsync(database, ["precision"])).Output, StringComparison.Ordinal);
        var json = JsonSerializer.Deserialize<JsonElement>((await RunAsync(database, ["precision", "--from", "2020-01-01", "--json"])).Output);
        Assert.Equal(("self_harm", 1, 1.0), (json.GetProperty("themes")[0].GetProperty("name").GetString(), json.GetProperty("all").GetProperty("right").GetInt32(), json.GetProperty("all").GetProperty("precision").GetDouble()));
        var history = JsonSerializer.Deserialize<JsonElement>((await RunAsync(database, ["history", "1", "--json"])).Output);
        Assert.Equal("resolve", history.GetProperty("steps")[1].GetProperty("step").GetString());
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private async Task<InstallationDatabase> SchoolAsync(params string[] more)
    {
        var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        foreach (var role in new[] { "dsl", "deputy", "digest" }.Concat(more))
        {
            await database.AddStaffAsync(school, role, role);
        }

        await database.AddAlertAsync(school, 1);
        return database;
    }

    private async Task<(int Exit, string Output, string Error)> RunAsync(InstallationDatabase database, string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await CommandLine.RunAsync(
            ["alerts", .. args, "--school", "Example Academy", "--as", "dsl@school.example", "--data", _data, "--connection", database.Test.ConnectionString], output, error, TimeProvider.System);
        return (exit, output.ToString(), error.ToString());
    }
}
