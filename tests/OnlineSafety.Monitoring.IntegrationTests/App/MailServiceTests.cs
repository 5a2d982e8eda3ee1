using System.Net;
using System.Text.Json;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.IntegrationTests.Access;
using OnlineSafety.Monitoring.IntegrationTests.Intake;
using OnlineSafety.Monitoring.IntegrationTests.Intake.Mail;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.App;

/// <summary>Mail as a contractor sets it up: settings file, commands, another program's mail client.</summary>
public sealed class MailServiceTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("onlinesafety-mail-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task AMailOfAnotherProgramThroughTheDoorBecomesTheRightAlert()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await database.AddSchoolAsync();
        await using var service = await StartAsync(database);
        var door = IPEndPoint.Parse(service.Addresses.Mail!);
        Assert.NotEmpty(MailClients.Installed);
        foreach (var client in MailClients.Installed)
        {
            var added = await JsonAsync(
                database, "source", "add", "--school", "Example Academy", "--product", "smoothwall", "--via", "mail", "--sender", "smoothwall.com", "--name", client);
            var mailbox = added.GetProperty("mail").GetString()!;
            Assert.EndsWith("@safety.example.test", mailbox, StringComparison.Ordinal);
            var mail = Repository.Path("schemas", "vendors", "smoothwall", "samples", "mail-breach.eml");

            var (taken, said) = await MailClients.SendAsync(client, door, "noreply@smoothwall.com", mailbox, mail);
            Assert.True(taken && said.Contains("250", StringComparison.Ordinal), said);
            var source = added.GetProperty("source").GetGuid();
            var alert = await Doors.UntilAsync(
                () => database.OpenedAsync(_data, $"SELECT severity || ' ' || theme || ' ' || subject_key FROM onlinesafety.alert WHERE '{source}' = ANY (source_ids)").GetAwaiter().GetResult(),
                found => found is string);
            Assert.Equal("4 suicide user:asmith", alert);

            var (stranger, refused) = await MailClients.SendAsync(client, door, "pupil@example.test", mailbox, mail);
            Assert.False(stranger, refused);
            Assert.Contains("550", refused, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AMailThatNoMappingReadsIsAReviewAlertForTheWordsInsideItsBase64()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await database.AddSchoolAsync();
        await using var service = await StartAsync(database);
        var added = await JsonAsync(database, "source", "add", "--school", "Example Academy", "--product", "senso", "--via", "mail");
        await using var sender = await MailSender.ConnectAsync(IPEndPoint.Parse(service.Addresses.Mail!));
        var body = Convert.ToBase64String("a pupil typed: how to kill myself tonight"u8);

        Assert.StartsWith("250", await sender.MailAsync(
            "a@b.test", added.GetProperty("mail").GetString()!, $"Subject: x\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n{body}"), StringComparison.Ordinal);
        await Doors.UntilAsync(
            () => database.Test.RunAsync("SELECT count(*) FROM onlinesafety.alert WHERE needs_review AND severity = 4").GetAwaiter().GetResult(), alerts => alerts is 1L);
    }

    [Fact]
    public async Task TheAddressIsShownOnceTheListSaysWhoMayWriteAndANewAddressReplacesAnOld()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await database.AddSchoolAsync();
        await using var service = await StartAsync(database);
        var text = await RunAsync(database, "source", "add", "--school", "Example Academy", "--product", "protex", "--via", "mail");
        Assert.Contains("Mail address, shown only now:  osm-", text, StringComparison.Ordinal);
        Assert.Contains("Taken from: any sender", text, StringComparison.Ordinal);
        Assert.Contains("swaks --server " + service.Addresses.Mail, text, StringComparison.Ordinal);
        var listed = await RunAsync(database, "source", "list");
        Assert.Contains("mail (any sender)", listed, StringComparison.Ordinal);
        Assert.DoesNotContain("osm-", listed, StringComparison.Ordinal);

        var source = JsonSerializer.Deserialize<JsonElement>(await RunAsync(database, "source", "list", "--json"))[0].GetProperty("source").GetString()!;
        var old = System.Text.RegularExpressions.Regex.Match(text, "osm-[a-z2-7]{32}@safety.example.test").Value;
        var rotated = (await JsonAsync(database, "source", "rotate-key", source, "--end-old")).GetProperty("mail").GetString()!;
        await using var sender = await MailSender.ConnectAsync(IPEndPoint.Parse(service.Addresses.Mail!));
        await Doors.UntilAsync(
            () =>
            {
                sender.SayAsync("RSET").GetAwaiter().GetResult();
                return sender.MailAsync("a@b.test", old, "x").GetAwaiter().GetResult();
            },
            answer => answer.StartsWith("550", StringComparison.Ordinal));
        await sender.SayAsync("RSET");
        Assert.StartsWith("250", await sender.MailAsync("a@b.test", rotated, "Subject: x\n\nx"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task KilledInTheMiddleOfAMailNothingWasPromisedAndWhatWas250IsStoredOnce()
    {
        await using var service = await StartProcessAsync();
        var door = new IPEndPoint(IPAddress.Loopback, service.Mail);
        await service.Process.CommandAsync("school", "add", "--name", "Example Academy", "--urn", "123456");
        var added = await service.Process.CommandAsync("source", "add", "--school", "Example Academy", "--product", "protex", "--via", "mail");
        var mailbox = added.GetProperty("mail").GetString()!;
        await using var taken = await MailSender.ConnectAsync(door);
        Assert.StartsWith("250", await taken.MailAsync("a@b.test", mailbox, "Message-ID: <1@b.test>\nSubject: x\n\nfirst"), StringComparison.Ordinal);
        await using var broken = await MailSender.ConnectAsync(door);
        await broken.SayAsync("MAIL FROM:<a@b.test>");
        await broken.SayAsync($"RCPT TO:<{mailbox}>");
        await broken.SayAsync("DATA");
        await broken.SendAsync("Message-ID: <2@b.test>\r\nSubject: x\r\n\r\nsecond\r\n");
        service.Process.Kill();
        service.Process.Restart();
        await service.Process.UntilReadyAsync();

        // As a mail server does: what was not answered with 250 is sent again, and so is a mail whose 250 was lost.
        await using var again = await MailSender.ConnectAsync(door);
        Assert.StartsWith("250", await again.MailAsync("a@b.test", mailbox, "Message-ID: <2@b.test>\nSubject: x\n\nsecond"), StringComparison.Ordinal);
        Assert.StartsWith("250", await again.MailAsync("a@b.test", mailbox, "Message-ID: <1@b.test>\nSubject: x\n\nfirst"), StringComparison.Ordinal);
        var proof = await service.Process.CommandAsync("verify");
        Assert.Equal(2, proof.GetProperty("stored").GetInt64());
    }

    private async Task<OwnService> StartProcessAsync()
    {
        var mail = ServiceProcess.FreePort();
        await WriteSettingsAsync($"127.0.0.1:{mail}");
        return new OwnService(await ServiceProcess.StartAsync(FewRules.Executable, _data), mail);
    }

    private sealed record OwnService(ServiceProcess Process, int Mail) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Process.DisposeAsync();
    }

    private Task WriteSettingsAsync(string listen) => File.WriteAllTextAsync(
        Path.Combine(_data, "appsettings.json"), JsonSerializer.Serialize(new { Intake = new { Mail = new { Listen = listen, Domain = "safety.example.test" } } }));

    private async Task<RunningService> StartAsync(InstallationDatabase database)
    {
        await WriteSettingsAsync("127.0.0.1:0");
        MasterKey.ReadOrCreate(Path.Combine(_data, MasterKey.FileName));
        return await RunningService.StartAsync(
            new ServiceOptions
            {
                Settings = InstallationSettings.Read(_data, database.Test.ConnectionString, masterKeyFile: null),
                Http = new IPEndPoint(IPAddress.Loopback, 0),
                Syslog = new IPEndPoint(IPAddress.Loopback, 0),
                Roles = ServiceRoles.Ingest | ServiceRoles.Process,
            },
            SchemaFiles.BesideTheExecutable,
            TimeProvider.System,
            default);
    }

    private async Task<JsonElement> JsonAsync(InstallationDatabase database, params string[] arguments) =>
        JsonSerializer.Deserialize<JsonElement>(await RunAsync(database, [.. arguments, "--json"]));

    private async Task<string> RunAsync(InstallationDatabase database, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await CommandLine.RunAsync([.. arguments, "--data", _data, "--connection", database.Test.ConnectionString], output, error, TimeProvider.System);
        Assert.True(exit == 0, error.ToString());
        return output.ToString();
    }
}
