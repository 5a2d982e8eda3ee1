using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Processing.Lists;

/// <summary>From a list that a command imports to a row that names it.</summary>
public sealed class ListedSiteTests(PostgresFixture postgres) : ProcessingScene(postgres), IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task AVisitToAListedSiteIsRecordedWithTheListAndItsLicenceAndAnyOtherIsCounted()
    {
        var data = Directory.CreateTempSubdirectory("onlinesafety-lists-").FullName;
        try
        {
            var file = Path.Combine(data, "bets.txt");
            await File.WriteAllTextAsync(file, "# invented\n0.0.0.0 dice.example\ndice.example\nnot a host\n");
            Assert.Contains("\"hosts\": 1", await RunAsync(data, "import", file, "--name", "bets", "--theme", "gambling", "--licence", "CC0 1.0", "--json"), StringComparison.Ordinal);
            Assert.Contains("bets: gambling", await RunAsync(data, "check", "www.dice.example"), StringComparison.Ordinal);
            Assert.Contains("On no list", await RunAsync(data, "check", "lesson.example"), StringComparison.Ordinal);

            await AppendAsync(Visit("ada", "https://www.dice.example/", "Games"), Visit("ben", "https://lesson.example/", "Education"));
            await PassAsync(Rules.Load(Repository.Path("schemas"), lists: Path.Combine(data, "lists")));

            var row = Assert.Single(await QueryAsync("SELECT severity, theme, convert_from(detail, 'UTF8') FROM onlinesafety.event WHERE subject_key = 'user:ada'"));
            Assert.Equal(((short)2, "gambling"), (row[0], row[1]));
            Assert.Contains("list.bets", (string)row[2], StringComparison.Ordinal);
            Assert.Contains("CC0 1.0", (string)row[2], StringComparison.Ordinal);
            await AssertBalancedAsync(concern: 1, counted: 1);

            await RunAsync(data, "remove", "bets");
            Assert.Empty(Directory.GetFiles(Path.Combine(data, "lists")));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private async Task PassAsync(Rules rules)
    {
        var database = Installation[DatabaseRole.Process];
        var contexts = new StreamContexts(
            database, new PeopleDirectory(database, Installation.Seals, TimeProvider.System), new SchoolRuleDirectory(database, TimeProvider.System), Installation.Seals, rules, TimeProvider.System, NullLogger<StreamContexts>.Instance);
        var worker = new StreamWorker(
            Guid.NewGuid(), database, Installation.Master, contexts, rules, new NotificationSignals(), Options.Create(new ProcessingOptions()), TimeProvider.System, NullLogger<StreamWorker>.Instance);
        for (var i = 0; i < 100 && await worker.PassAsync(DateOnly.MinValue, CancellationToken.None); i++)
        {
        }
    }

    private static async Task<string> RunAsync(string data, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await CommandLine.RunAsync(["lists", .. args, "--data", data], output, error, TimeProvider.System);
        Assert.True(exit == 0, error.ToString());
        return output.ToString();
    }
}
