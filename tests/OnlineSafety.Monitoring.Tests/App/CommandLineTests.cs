using OnlineSafety.Monitoring.App.Commands;

namespace OnlineSafety.Monitoring.Tests.App;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("school", "add")]
    [InlineData("source", "add", "--school", "S", "--product", "protex", "--via", "pigeon")]
    [InlineData("staff", "add", "--school", "S", "--name", "N", "--email", "n@school.example", "--role", "caretaker")]
    [InlineData("alerts", "resolve", "1", "--school", "S", "--outcome", "whatever", "--note", "n")]
    [InlineData("alerts", "list", "--school", "S", "--state", "closed")]
    [InlineData("serve", "--http", "127.0.0.1")]
    [InlineData("serve", "--syslog", "nowhere:514")]
    [InlineData("serve", "--roles", "ingest,cook")]
    [InlineData("demo", "--http", "8080")]
    [InlineData("verify", "--source", "seven")]
    [InlineData("import", "export.csv")]
    [InlineData("import", "export.csv", "--source", "S", "--type", "xlsx")]
    [InlineData("digest", "preview", "--school", "S", "--date", "20/11/2026")]
    [InlineData("nonsense")]
    [InlineData("alerts")]
    public async Task WrongUsageIsExitTwoAndSaysWhy(params string[] args)
    {
        var (exit, _, error) = await RunAsync(args);

        Assert.Equal(2, exit);
        Assert.NotEmpty(error);
    }

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
    [InlineData("source", "rotate-key")]
    [InlineData("source", "disable")]
    [InlineData("staff", "add")]
    [InlineData("staff", "list")]
    [InlineData("people", "import")]
    [InlineData("import")]
    [InlineData("alerts", "list")]
    [InlineData("alerts", "show")]
    [InlineData("alerts", "ack")]
    [InlineData("alerts", "resolve")]
    public async Task HelpOfEveryCommandHasAnExampleAndTheInstallationSwitches(params string[] command)
    {
        var (exit, output, _) = await RunAsync([.. command, "--help"]);

        Assert.Equal(0, exit);
        Assert.Contains($"onlinesafety {string.Join(' ', command)} ", output.Split("Examples:")[1] + " ", StringComparison.Ordinal);
        Assert.Contains("--data", output, StringComparison.Ordinal);
        Assert.Contains("--connection", output, StringComparison.Ordinal);
    }

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
