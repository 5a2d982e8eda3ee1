using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.IntegrationTests.Access;
using OnlineSafety.Monitoring.IntegrationTests.Intake;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Hostile;

/// <summary>Every naughty string in every field, through both doors of the service as it ships, to the alert, the queue's answer and the mail.</summary>
public sealed class NaughtyStringTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    private const string Grave = "painless ways to kill myself";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly string _data = Directory.CreateTempSubdirectory("onlinesafety-naughty-").FullName;

    private static IReadOnlyList<string> Strings { get; } = [.. NaughtyStrings.All, "\u202Egnp.exe", "a\0b", "\u2066x\u2069"];

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task NothingBreaksAndNothingOfThemReachesAMail()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync("Oak <b>& Ash</b> School");
        var dsl = await database.AddStaffAsync(school, "dlead", "dsl");
        var hook = await database.Sources.AddAsync(school, new NewSource { Product = "senso", Door = SourceDoor.Webhook }, InstallationDatabase.Tester, default);
        await database.Sources.AddAsync(school, new NewSource { Product = "generic", Door = SourceDoor.Syslog, From = ["127.0.0.0/8"] }, InstallationDatabase.Tester, default);
        await using var service = await StartAsync(database);
        using var client = new HttpClient { BaseAddress = new Uri(service.Addresses.Http) };

        await Task.WhenAll(PostAllAsync(client, hook), SendAllAsync(service));
        await UntilAsync(async () => await NumberAsync(database, "SELECT count(*) FROM onlinesafety.event") >= 2 * Strings.Count);

        // One person each, so that each is an alert of its own, whatever the string did.
        Assert.Equal(2 * Strings.Count, await NumberAsync(database, "SELECT count(*) FROM onlinesafety.alert WHERE severity >= 3"));
        // So many at once go together in few mails.
        await UntilAsync(async () => await NumberAsync(database, "SELECT count(*) FROM onlinesafety.notification WHERE alert_id IS NOT NULL AND state = 'sent'") >= 2 * Strings.Count);
        Assert.NotEmpty(Mails());
        Assert.All(Mails(), AssertMailIsClean);
        await AssertQueueIsReadableAsync(client, dsl.Key);
    }

    private static async Task PostAllAsync(HttpClient client, IssuedSource hook)
    {
        for (var number = 0; number < Strings.Count; number++)
        {
            var naughty = Strings[number];
            var body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["username"] = $"childof{number}.example", ["phrase"] = Grave, ["url"] = naughty, ["application"] = naughty, ["device"] = naughty, ["group"] = naughty,
                ["ip"] = naughty, ["severity"] = naughty, ["action"] = naughty, ["context"] = naughty, ["time"] = naughty, ["more" + naughty] = naughty,
            });
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/ingest/{hook.Source.SourceId:N}");
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", hook.Key);
            using var answer = await client.SendAsync(request);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }
    }

    private static async Task SendAllAsync(RunningService service)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPEndPoint.Parse(service.Addresses.Syslog));
        for (var number = 0; number < Strings.Count; number++)
        {
            var line = $"<14>Mar  2 09:14:07 fw1 filter: user=wardof{number}.example url=http://forum.example.test/ search=\"{Grave}\" action=blocked naughty={Strings[number]}";
            var bytes = Encoding.UTF8.GetBytes(line);
            await socket.SendAsync((byte[])[.. Encoding.ASCII.GetBytes(bytes.Length.ToString(CultureInfo.InvariantCulture) + " "), .. bytes]);
        }

        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await socket.ReceiveAsync(new byte[1]));
    }

    private static void AssertMailIsClean(string path)
    {
        var mail = File.ReadAllText(path);
        var text = Unquoted(mail);
        var html = text[text.IndexOf("<!DOCTYPE", StringComparison.Ordinal)..];
        Assert.Contains("Oak &lt;b&gt;&amp; Ash&lt;/b&gt; School", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("childof", text, StringComparison.Ordinal);
        Assert.DoesNotContain("wardof", text, StringComparison.Ordinal);
        Assert.DoesNotContain("kill myself", text, StringComparison.Ordinal);
        Assert.DoesNotContain(text, letter => letter is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069' or '\u061C' or '\u200E' or '\u200F' or '\0');
        Assert.Equal(1, mail.Split("\r\nTo: ").Length - 1);
        Assert.DoesNotContain("\r\nBcc:", mail, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task AssertQueueIsReadableAsync(HttpClient client, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/alerts");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
        _ = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
    }

    /// <summary>Quoted-printable undone, for all parts together.</summary>
    private static string Unquoted(string mail)
    {
        var bytes = new List<byte>();
        var text = mail.Replace("=\r\n", "", StringComparison.Ordinal);
        for (var at = 0; at < text.Length; at++)
        {
            var isByte = text[at] == '=' && at + 2 < text.Length && byte.TryParse(text.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _);
            bytes.Add(isByte ? byte.Parse(text.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : (byte)text[at]);
            at += isByte ? 2 : 0;
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private string[] Mails() => Directory.Exists(Path.Combine(_data, "outbox")) ? Directory.GetFiles(Path.Combine(_data, "outbox"), "*.eml") : [];

    private static async Task<long> NumberAsync(InstallationDatabase database, string sql) => (long)(await database.Test.RunAsync(sql))!;

    private static async Task UntilAsync(Func<Task<bool>> so)
    {
        var end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (!await so())
        {
            Assert.True(Environment.TickCount64 < end, "It did not come to pass.");
            await Task.Delay(100);
        }
    }

    private Task<RunningService> StartAsync(InstallationDatabase database) => RunningService.StartAsync(
        new ServiceOptions
        {
            Settings = InstallationSettings.Read(_data, database.Test.ConnectionString, masterKeyFile: null),
            Http = new IPEndPoint(IPAddress.Loopback, 0),
            Syslog = new IPEndPoint(IPAddress.Loopback, 0),
        },
        SchemaFiles.BesideTheExecutable,
        TimeProvider.System,
        default);
}
