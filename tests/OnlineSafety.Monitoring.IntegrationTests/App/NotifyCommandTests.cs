using System.Text.Json;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.IntegrationTests.Access;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.App;

/// <summary>Trying out how people are told, and the channels beside e-mail.</summary>
public sealed class NotifyCommandTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("onlinesafety-notify-").FullName;

    [Fact]
    public async Task ATrialOfMailSaysItsStepsAndEndsWithOneWhenNobodyTookIt()
    {
        await using var smtp = new SmtpCapture();
        await SetAsync($$"""{"Mail": {"RelayHost": "127.0.0.1", "RelayPort": {{smtp.Port}}, "From": "safety@school.example.test"} }""");

        var told = await RunAsync(null, "notify", "test", "--to", "dsl@school.example.test");
        smtp.Fail(SmtpStep.RcptTo, new SmtpFault.Answer(550, "5.1.1 gone"));
        var refused = await RunAsync(null, "notify", "test", "--to", "gone@school.example.test", "--json");

        Assert.Equal(0, told.Exit);
        Assert.Contains($"ok      Connected to 127.0.0.1, port {smtp.Port}.", told.Output, StringComparison.Ordinal);
        Assert.Single(smtp.Mails);
        Assert.Equal(1, refused.Exit);
        Assert.Equal("recipient-refused", JsonDocument.Parse(refused.Output).RootElement.GetProperty("fault").GetString());
    }

    [Fact]
    public async Task AMistypedSettingIsNamedBeforeAnythingIsSent()
    {
        await SetAsync("""{"Mail": {"RelayHots": "127.0.0.1"}}""");

        var (exit, _, error) = await RunAsync(null, "notify", "test", "--to", "dsl@school.example.test");

        Assert.Equal(1, exit);
        Assert.Contains("RelayHots", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AChannelIsAddedListedTriedOutAndRemoved()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await database.AddSchoolAsync();
        var (told, key) = (Path.Combine(_data, "told"), Path.Combine(_data, "own.key"));
        await File.WriteAllTextAsync(key, Convert.ToBase64String(new byte[32]));
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await SetAsync($$"""{"MasterKeyFile": "{{key}}", "Channels": {"Commands": {"sms": ["/bin/sh", "-c", "cat > {{told}}"] } } }""");

        var unknown = await RunAsync(database, "channel", "add", "--school", "Example Academy", "--kind", "exec", "--command", "pigeon");
        var clear = await RunAsync(database, "channel", "add", "--school", "Example Academy", "--kind", "webhook", "--url", "http://desk.example.test/");
        var hook = await JsonAsync(database, "channel", "add", "--school", "Example Academy", "--kind", "webhook", "--url", "https://desk.example.test/secret-path", "--json");
        var sms = (await JsonAsync(database, "channel", "add", "--school", "Example Academy", "--kind", "exec", "--command", "sms", "--json")).GetProperty("channel").GetString()!;
        var listed = await JsonAsync(database, "channel", "list", "--school", "Example Academy", "--json");
        var tried = await RunAsync(database, "channel", "test", sms, "--school", "Example Academy");
        var removed = await RunAsync(database, "channel", "remove", sms, "--school", "Example Academy");

        Assert.Equal((1, 1), (unknown.Exit, clear.Exit));
        Assert.StartsWith("whsec_", hook.GetProperty("secret").GetString(), StringComparison.Ordinal);
        Assert.Equal(["webhook", "exec"], listed.EnumerateArray().Select(channel => channel.GetProperty("kind").GetString()));
        Assert.DoesNotContain("secret-path", listed.GetRawText(), StringComparison.Ordinal);
        Assert.Equal((0, 0), (tried.Exit, removed.Exit));
        Assert.Equal("test", JsonDocument.Parse(await File.ReadAllTextAsync(told)).RootElement.GetProperty("type").GetString());
        Assert.Single((await JsonAsync(database, "channel", "list", "--school", "Example Academy", "--json")).EnumerateArray());
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private Task SetAsync(string settings) => File.WriteAllTextAsync(Path.Combine(_data, "appsettings.json"), settings);

    private async Task<JsonElement> JsonAsync(InstallationDatabase database, params string[] args)
    {
        var (exit, output, error) = await RunAsync(database, args);
        Assert.True(exit == 0, error);
        return JsonDocument.Parse(output).RootElement;
    }

    private async Task<(int Exit, string Output, string Error)> RunAsync(InstallationDatabase? database, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        string[] at = database is null ? ["--data", _data] : ["--data", _data, "--connection", database.Test.ConnectionString];
        var exit = await CommandLine.RunAsync([.. args, .. at], output, error, TimeProvider.System);
        return (exit, output.ToString(), error.ToString());
    }
}
