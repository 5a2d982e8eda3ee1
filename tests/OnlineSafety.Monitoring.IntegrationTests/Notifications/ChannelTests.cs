using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Outgoing;
using OnlineSafety.Monitoring.Storage;

namespace OnlineSafety.Monitoring.IntegrationTests.Notifications;

public sealed class ChannelTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly Actor Tester = Actor.Operator("tester");

    [Fact]
    public async Task AWebhookGetsAThinSignedNoticeAndAResendIsTheSameMessage()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await using var receiver = new HttpsReceiver(503, 200);
        var secret = (await AddAsync(world, ChannelKind.Webhook, receiver.Url)).Secret;
        var (alert, _) = await world.RaiseAsync();
        await FanOutAsync(world, alert);
        var dispatcher = world.Process(channels: receiver.Trusted).Dispatcher;

        await dispatcher.DispatchOnceAsync(default);
        Assert.Equal("due busy", await ChannelStateAsync(world));
        await world.MakeDueAsync();
        await dispatcher.DispatchOnceAsync(default);

        Assert.Equal("sent ", await ChannelStateAsync(world));
        var (first, second) = (receiver.Requests[0], receiver.Requests[1]);
        Assert.Equal(first.Headers["webhook-id"], second.Headers["webhook-id"]);
        var signed = HMACSHA256.HashData(
            Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes($"{second.Headers["webhook-id"]}.{second.Headers["webhook-timestamp"]}.{second.Body}"));
        Assert.Equal("v1," + Convert.ToBase64String(signed), second.Headers["webhook-signature"]);
        var data = JsonDocument.Parse(second.Body).RootElement.GetProperty("data");
        Assert.Equal(alert, data.GetProperty("alerts")[0].GetProperty("id").GetGuid());
        Assert.Equal("high", data.GetProperty("alerts")[0].GetProperty("severity").GetString());
        Assert.DoesNotContain("secret", second.Body, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Oak", second.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatOnlyThisHostCanReachIsNeverConnectedTo()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await using var receiver = new HttpsReceiver(200);
        await AddAsync(world, ChannelKind.Webhook, receiver.Url);
        await FanOutAsync(world, (await world.RaiseAsync()).Alert);
        var closed = new ChannelOptions { Authority = receiver.Trusted.Authority };

        await world.Process(channels: closed).Dispatcher.DispatchOnceAsync(default);

        Assert.Equal("due blocked", await ChannelStateAsync(world));
        Assert.Equal(0, receiver.Connections);
    }

    [Fact]
    public async Task NoRedirectIsFollowed()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await using var receiver = new HttpsReceiver(302, 200);
        await AddAsync(world, ChannelKind.Teams, receiver.Url);
        await FanOutAsync(world, (await world.RaiseAsync()).Alert);

        await world.Process(channels: receiver.Trusted).Dispatcher.DispatchOnceAsync(default);

        Assert.Equal("due relay-refused", await ChannelStateAsync(world));
        Assert.Single(receiver.Requests);
        Assert.Contains("AdaptiveCard", receiver.Requests[0].Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cat > $0", "sent ")]
    [InlineData("exit 3", "due command")]
    [InlineData("sleep 30", "due timeout")]
    [InlineData("head -c 100000 /dev/zero", "due command")]
    public async Task AProgramIsToldOnItsInputInItsTime(string script, string state)
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var file = Path.GetTempFileName();
        await AddAsync(world, ChannelKind.Exec, "sms");
        await FanOutAsync(world, (await world.RaiseAsync()).Alert);
        var options = new ChannelOptions { AttemptSeconds = script.StartsWith("sleep", StringComparison.Ordinal) ? 1 : 10 };
        options.Commands["sms"] = ["/bin/sh", "-c", script, file];

        await world.Process(channels: options).Dispatcher.DispatchOnceAsync(default);

        Assert.Equal(state, await ChannelStateAsync(world));
        var told = await File.ReadAllTextAsync(file);
        File.Delete(file);
        Assert.Equal(state == "sent ", told.Contains("alerts.told", StringComparison.Ordinal));
        Assert.DoesNotContain("secret", told, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task WhatIsAboutStaffOrForTheDslAloneOrBelowIsNotToldThere()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await AddAsync(world, ChannelKind.Exec, "sms", Severity.High);
        var removed = await AddAsync(world, ChannelKind.Exec, "sms");
        await new ChannelRegister(Open(world, DatabaseRole.Setup), TimeProvider.System).RemoveAsync(world.School, removed.Id, Tester, default);
        var told = (await world.RaiseAsync()).Alert;
        await FanOutAsync(world, told, (await world.RaiseAsync(route: "head")).Alert, (await world.RaiseAsync(subject: Guid.NewGuid())).Alert,
            await ChangedAsync(world, "audience = 1"), await ChangedAsync(world, "severity = 2"));

        Assert.Equal(told.ToString(), await world.Database.RunAsync("SELECT string_agg(alert_id::text, ' ') FROM onlinesafety.notification WHERE channel = 'exec'"));
    }

    [Fact]
    public async Task WhatTurnedOutToBeAboutStaffSinceIsDropped()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await AddAsync(world, ChannelKind.Exec, "sms");
        await FanOutAsync(world, (await world.RaiseAsync()).Alert);
        await world.Database.RunAsync("UPDATE onlinesafety.alert SET route = 'head'");

        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.Equal("dropped not-routed", await ChannelStateAsync(world));
    }

    [Theory]
    [InlineData(ChannelKind.Webhook, true)]
    [InlineData(ChannelKind.Teams, true)]
    [InlineData(ChannelKind.Exec, true)]
    [InlineData(ChannelKind.Webhook, false)]
    [InlineData(ChannelKind.Teams, false)]
    [InlineData(ChannelKind.Exec, false)]
    public async Task WhoeverActsOnAnAlertStopsEachChannel(string kind, bool acts)
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await using var receiver = new HttpsReceiver(200);
        await AddAsync(world, kind, kind == ChannelKind.Exec ? "sms" : receiver.Url);
        var (alert, _) = await world.RaiseAsync();
        await FanOutAsync(world, alert);
        await ActedOnTests.ActAsync(world, alert, acts ? "acknowledged" : null);
        var options = receiver.Trusted;
        options.Commands["sms"] = ["/bin/true"];

        await world.Process(channels: options).Dispatcher.DispatchOnceAsync(default);

        Assert.Equal(acts ? "dropped acted-on" : "sent ", await ChannelStateAsync(world));
        Assert.Equal(acts || kind == ChannelKind.Exec ? 0 : 1, receiver.Requests.Count);
    }

    [Fact]
    public async Task AFloodIsFewMessagesThereToo()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await using var receiver = new HttpsReceiver(200);
        await AddAsync(world, ChannelKind.Webhook, receiver.Url);
        await FanOutAsync(world, [.. await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ => (await RaisedAloneAsync(world))))]);

        await world.Process(channels: receiver.Trusted).Dispatcher.DispatchOnceAsync(default);

        Assert.Equal(20, JsonDocument.Parse(Assert.Single(receiver.Requests).Body).RootElement.GetProperty("data").GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task AChannelThatDoesNotWorkIsToldOfOnceAndSoIsThatItWorksAgain()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await using var receiver = new HttpsReceiver(500, 500, 500, 200);
        await world.AddStaffAsync(Guid.NewGuid(), "it@school.example.test", "it");
        await world.AddStaffAsync(Guid.NewGuid(), "governor@school.example.test", "digest");
        var channel = (await AddAsync(world, ChannelKind.Webhook, receiver.Url)).Id;
        await FanOutAsync(world, (await world.RaiseAsync()).Alert);
        var (dispatcher, pass) = (world.Process(channels: receiver.Trusted).Dispatcher, world.Escalation());

        await TryAsync();
        Assert.Null(await StandingAsync());
        await TryAsync();
        // Failed twice, and ten minutes are not over.
        Assert.Null(await StandingAsync());
        Assert.Empty(world.Smtp.Mails);
        await world.Database.RunAsync("UPDATE onlinesafety.channel_trouble SET due_at = due_at - interval '10 minutes'");
        await TryAsync();
        await pass.RunAsync(default);
        await dispatcher.DispatchOnceAsync(default);

        Assert.Equal(channel, (await StandingAsync())!.Channel);
        Assert.Equal(["dsl@school.example.test", "it@school.example.test"], world.Smtp.Mails.Select(mail => mail.Recipients[0]).Order());
        Assert.All(world.Smtp.Mails, mail => Assert.Contains("does not work", Unfolded(mail.Text), StringComparison.Ordinal));
        Assert.DoesNotContain("self", world.Smtp.Mails[0].Text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("busy", (await new ChannelRegister(Open(world, DatabaseRole.Setup), TimeProvider.System).ListAsync(world.School, Tester, default))[0].Trouble!.Value.Error, StringComparison.Ordinal);

        await TryAsync();
        Assert.Equal("sent ", await ChannelStateAsync(world));
        await dispatcher.DispatchOnceAsync(default);

        Assert.Null(await StandingAsync());
        Assert.Equal(2, world.Smtp.Mails.Count(mail => Unfolded(mail.Text).Contains("at Oak School works again\r\n", StringComparison.Ordinal)));
        Assert.Equal(4, world.Smtp.Mails.Count);
        Assert.Equal(0L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.channel_trouble"));

        async Task TryAsync()
        {
            await world.Database.RunAsync("UPDATE onlinesafety.notification SET due_at = now() WHERE state = 'due' AND target IS NOT NULL");
            await dispatcher.DispatchOnceAsync(default);
            await pass.RunAsync(default);
        }

        async Task<ChannelTrouble?> StandingAsync() => (await ChannelTrouble.StandingAsync(Open(world, DatabaseRole.Setup), world.School, Tester, default)).SingleOrDefault();
    }

    /// <summary>The control: what the retries mend within minutes is nobody's business.</summary>
    [Fact]
    public async Task AShortOutageOfAChannelIsToldToNobody()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await using var receiver = new HttpsReceiver(500, 200);
        await AddAsync(world, ChannelKind.Webhook, receiver.Url);
        await FanOutAsync(world, (await world.RaiseAsync()).Alert);
        var dispatcher = world.Process(channels: receiver.Trusted).Dispatcher;
        await dispatcher.DispatchOnceAsync(default);
        Assert.Equal(1L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.channel_trouble"));
        await world.MakeDueAsync();
        await dispatcher.DispatchOnceAsync(default);
        await world.Escalation().RunAsync(default);

        Assert.Equal("sent ", await ChannelStateAsync(world));
        Assert.Equal(0L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.channel_trouble"));
        Assert.Equal(0L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.notification WHERE kind = 'delivery'"));
    }

    private static string Unfolded(string text) => text.Replace("=\r\n", "", StringComparison.Ordinal).Replace("\r\n ", " ", StringComparison.Ordinal);

    private static readonly SemaphoreSlim OneByOne = new(1);

    private static async Task<Guid> RaisedAloneAsync(NotifyWorld world)
    {
        await OneByOne.WaitAsync();
        try
        {
            return (await world.RaiseAsync()).Alert;
        }
        finally
        {
            OneByOne.Release();
        }
    }

    private static async Task<Guid> ChangedAsync(NotifyWorld world, string change)
    {
        var (alert, _) = await world.RaiseAsync();
        await world.Database.RunAsync($"UPDATE onlinesafety.alert SET {change} WHERE alert_id = '{alert}'");
        return alert;
    }

    private static Task<IssuedChannel> AddAsync(NotifyWorld world, string kind, string address, Severity least = Severity.Medium) =>
        new ChannelRegister(Open(world, DatabaseRole.Setup), TimeProvider.System).AddAsync(world.School, kind, kind, address, least, NotifyWorld.Master, Tester, default);

    /// <summary>The rows as whoever raises alerts writes them; the staff's are told already.</summary>
    private static async Task FanOutAsync(NotifyWorld world, params Guid[] alerts)
    {
        await world.Database.RunAsync("UPDATE onlinesafety.notification SET state = 'dropped', error = 'silenced'");
        PlannedNotification[] rows = [.. alerts.Select(alert => new PlannedNotification(Guid.NewGuid(), "raised", alert, null))];
        await Open(world, DatabaseRole.Process).ExecuteAsync(
            world.School, Tester, batch => batch.BatchCommands.Add(AlertSql.NotifyCommand(world.School, rows, TimeProvider.System.GetUtcNow())), default);
    }

    private static Database Open(NotifyWorld world, DatabaseRole role) => new(
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(world.Database.ConnectionStringFor(DatabaseRoles.NameOf(role))) { SearchPath = MonitoringContext.Schema, Pooling = false }.ConnectionString), role);

    private static async Task<string> ChannelStateAsync(NotifyWorld world) =>
        (string)(await world.Database.RunAsync("SELECT state || ' ' || error FROM onlinesafety.notification WHERE target IS NOT NULL"))!;

    internal sealed record Received(Dictionary<string, string> Headers, string Body);

    /// <summary>An HTTPS server for one request a connection, which answers with the codes given, the last one for ever.</summary>
    private sealed class HttpsReceiver : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly X509Certificate2 _certificate = ScriptedRelay.SelfSigned("localhost", TimeProvider.System.GetUtcNow().AddYears(1));
        private readonly string _authority = Path.GetTempFileName();
        private readonly Queue<int> _codes;
        private readonly Task _serving;

        public HttpsReceiver(params int[] codes)
        {
            _codes = new Queue<int>(codes);
            File.WriteAllText(_authority, _certificate.ExportCertificatePem());
            _listener.Start();
            _serving = ServeAsync();
        }

        public string Url => $"https://localhost:{((IPEndPoint)_listener.LocalEndpoint).Port}/hook";

        public int Connections { get; private set; }

        public List<Received> Requests { get; } = [];

        public ChannelOptions Trusted => new() { Authority = _authority, AllowNetworks = ["127.0.0.0/8"] };

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    Connections++;
                    await using var stream = new SslStream(client.GetStream());
                    await stream.AuthenticateAsServerAsync(_certificate);
                    using var reader = new StreamReader(stream, Encoding.ASCII);
                    var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                    _ = await reader.ReadLineAsync();
                    while (await reader.ReadLineAsync() is { Length: > 0 } line)
                    {
                        headers[line.Split(": ", 2)[0]] = line.Split(": ", 2)[1];
                    }

                    var body = new char[int.Parse(headers["Content-Length"], System.Globalization.CultureInfo.InvariantCulture)];
                    await reader.ReadBlockAsync(body);
                    Requests.Add(new Received(headers, new string(body)));
                    var code = _codes.Count > 1 ? _codes.Dequeue() : _codes.Peek();
                    await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {code} x\r\nLocation: {Url}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
            {
                // Stopped.
            }
        }

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _serving;
            _certificate.Dispose();
            File.Delete(_authority);
        }
    }
}
