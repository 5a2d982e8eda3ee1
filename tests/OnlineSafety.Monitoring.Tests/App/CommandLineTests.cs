using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.IntakeLog;

namespace OnlineSafety.Monitoring.Tests.App;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("school", "add")]
    [InlineData("source", "add", "--school", "S", "--product", "protex", "--via", "pigeon")]
    [InlineData("staff", "add", "--school", "S", "--name", "N", "--email", "n@school.example", "--role", "caretaker")]
    [InlineData("alerts", "resolve", "1", "--school", "S", "--outcome", "whatever", "--note", "n")]
    [InlineData("alerts", "ack", "1", "--school", "S")]
    [InlineData("alerts", "resolve", "1", "--school", "S", "--outcome", "concern", "--note", "n")]
    [InlineData("alerts", "list", "--school", "S", "--state", "closed")]
    [InlineData("serve", "--http", "127.0.0.1")]
    [InlineData("serve", "--syslog", "nowhere:514")]
    [InlineData("serve", "--roles", "ingest,cook")]
    [InlineData("demo", "--http", "8080")]
    [InlineData("verify", "--source", "seven")]
    [InlineData("source", "disable", "seven")]
    [InlineData("source", "suggest", "seven")]
    [InlineData("source", "map", "5b0c4d3e-0000-4000-8000-000000000000")]
    [InlineData("source", "map", "5b0c4d3e-0000-4000-8000-000000000000", "--pack", "--json")]
    [InlineData("source", "map", "5b0c4d3e-0000-4000-8000-000000000000", "--pack", "--since", "yesterday")]
    [InlineData("source", "mappings", "seven")]
    [InlineData("source", "job", "cancel", "seven", "--school", "S")]
    [InlineData("source", "authentication", "show", "seven")]
    [InlineData("source", "authentication", "set", "seven", "--preset", "github")]
    [InlineData("source", "secret", "add", "seven")]
    [InlineData("source", "secret", "remove", "5b0c4d3e-0000-4000-8000-000000000000", "seven")]
    [InlineData("import", "export.csv")]
    [InlineData("import", "export.csv", "--source", "S", "--type", "xlsx")]
    [InlineData("digest", "preview", "--school", "S", "--date", "20/11/2026")]
    [InlineData("source", "add", "--school", "S", "--product", "protex", "--via", "syslog", "--port", "99999")]
    [InlineData("source", "add", "--school", "S", "--product", "protex", "--via", "syslog", "--port", "abc")]
    [InlineData("source", "add", "--school", "S", "--product", "protex", "--via", "syslog", "--from", "10.0.0.1/33")]
    [InlineData("source", "add", "--school", "S", "--product", "protex", "--via", "syslog", "--time-zone", "Mars/Olympus")]
    [InlineData("school", "list", "--data", "")]
    [InlineData("school", "list", "--connection", "")]
    [InlineData("nonsense")]
    [InlineData("alerts")]
    public async Task WrongUsageIsExitTwoAndSaysWhy(params string[] args)
    {
        var (exit, _, error) = await RunAsync(args);

        Assert.Equal(2, exit);
        Assert.NotEmpty(error);
        Assert.DoesNotContain("System.", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AProcessThatSharesTheWorkMakesNoMasterKeyOfItsOwn()
    {
        var data = Directory.CreateTempSubdirectory("os-roles");
        try
        {
            var (exit, _, error) = await RunAsync(["serve", "--data", data.FullName, "--connection", "Host=127.0.0.1;Port=1;Username=x", "--roles", "ingest"]);

            Assert.Equal(1, exit);
            Assert.Contains("--master-key-file", error, StringComparison.Ordinal);
            Assert.Empty(data.GetFiles());
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task SettingsThatCannotBeReadAreNamedWithTheirLine()
    {
        var data = Directory.CreateTempSubdirectory("os-settings");
        try
        {
            var file = Path.Combine(data.FullName, "appsettings.json");
            await File.WriteAllTextAsync(file, "{\"Mail\":\n {\"From\": \"a\" \"b\"}}");
            var (exit, _, error) = await RunAsync(["school", "list", "--data", data.FullName]);

            Assert.Equal(1, exit);
            Assert.Contains(file, error, StringComparison.Ordinal);
            Assert.Contains("LineNumber: 1", error, StringComparison.Ordinal);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task ACertificateFileThatIsNotThereIsSaidToBeSo()
    {
        var (exit, _, error) = await RunAsync(["source", "add", "--school", "S", "--product", "protex", "--via", "syslog", "--certificate", "none.pem"]);

        Assert.Equal(1, exit);
        Assert.StartsWith("There is no file ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AConnectionWithoutAHostIsSaidAndNoDefect()
    {
        var (exit, _, error) = await RunAsync(["school", "list", "--connection", "Username=x"]);

        Assert.Equal(1, exit);
        Assert.Contains("names no Host", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8080, true)]
    [InlineData(5514, true)]
    [InlineData(514, false)]
    [InlineData(5515, false)]
    public void TheServicesOwnPortsCannotBeASourcesOwn(int port, bool uses) => Assert.Equal(uses, ServiceAddresses.Default.Uses(port));

    [Theory]
    [InlineData("serve")]
    [InlineData("demo")]
    [InlineData("verify")]
    [InlineData("classify")]
    [InlineData("digest", "preview")]
    [InlineData("digest", "send")]
    [InlineData("school", "add")]
    [InlineData("school", "list")]
    [InlineData("source", "add")]
    [InlineData("source", "list")]
    [InlineData("source", "expect")]
    [InlineData("sources")]
    [InlineData("school", "calendar", "import")]
    [InlineData("school", "calendar", "show")]
    [InlineData("school", "closure", "add")]
    [InlineData("canary", "add")]
    [InlineData("canary", "list")]
    [InlineData("canary", "remove")]
    [InlineData("source", "rotate-key")]
    [InlineData("source", "disable")]
    [InlineData("source", "suggest")]
    [InlineData("source", "map")]
    [InlineData("source", "mappings")]
    [InlineData("source", "job", "list")]
    [InlineData("source", "job", "cancel")]
    [InlineData("staff", "add")]
    [InlineData("staff", "list")]
    [InlineData("people", "import")]
    [InlineData("import")]
    [InlineData("mapping", "check")]
    [InlineData("mapping", "test")]
    [InlineData("mapping", "list")]
    [InlineData("alerts", "list")]
    [InlineData("alerts", "show")]
    [InlineData("alerts", "ack")]
    [InlineData("alerts", "resolve")]
    [InlineData("channel", "add")]
    [InlineData("channel", "list")]
    [InlineData("channel", "remove")]
    [InlineData("channel", "test")]
    [InlineData("notify", "test")]
    public async Task HelpOfEveryCommandHasAnExampleAndTheInstallationSwitches(params string[] command)
    {
        var (exit, output, _) = await RunAsync([.. command, "--help"]);

        Assert.Equal(0, exit);
        Assert.Contains($"onlinesafety {string.Join(' ', command)} ", output.Split("Examples:")[1] + " ", StringComparison.Ordinal);
        Assert.Contains("--data", output, StringComparison.Ordinal);
        Assert.Contains("--connection", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("preview")]
    [InlineData("send")]
    public async Task HelpShowsNoDayInTheFormOfSomeCountry(string command)
    {
        var (_, output, _) = await RunAsync(["digest", command, "--help"]);

        Assert.Contains("--date <YYYY-MM-DD>", output, StringComparison.Ordinal);
        Assert.DoesNotMatch("[0-9]+/[0-9]+/[0-9]+", output);
    }

    [Fact]
    public void AnAnchorThatNoDigestHasMayAlsoBeMistyped() =>
        Assert.Contains("or the anchor is mistyped", VerifyCommand.NotFound(new DayAnchor(new DateOnly(2026, 11, 20), new string('A', 25))), StringComparison.Ordinal);

    private static async Task<(int Exit, string Output, string Error)> RunAsync(string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        // A command that is let through by mistake must end by itself: serve would not.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var exit = await CommandLine.RunAsync(args, output, error, TimeProvider.System, limit.Token);
        return (exit, output.ToString(), error.ToString());
    }
}
