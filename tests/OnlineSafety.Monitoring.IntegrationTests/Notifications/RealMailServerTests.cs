using System.Diagnostics;
using OnlineSafety.Monitoring.IntegrationTests.Intake;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Notifications;

/// <summary>Mails of every kind through a mail server that other people wrote, as a reader's mail program would show them.</summary>
public sealed class RealMailServerTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    private const string Browser = "/usr/bin/chromium";
    private static readonly DateOnly Day = new(2026, 11, 25);

    private readonly TestCertificate _certificate = new();

    public void Dispose() => _certificate.Dispose();

    [EximFact]
    public async Task EveryKindOfMailArrivesAsItWasMeant()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await using var exim = Start();
        await world.AddStaffAsync(Guid.NewGuid(), "deputy@school.example.test", "deputy");
        var (alert, notification) = await world.RaiseAsync();
        await TellAsync(world, exim);
        await world.PassAsync(TimeSpan.FromMinutes(2));
        await world.RaiseManyAsync(60, [world.Dsl], criticalEach: 20);
        await TellAsync(world, exim);
        await AddNoticeAsync(world);
        await TellAsync(world, exim);
        await world.Maker().MakeAsync(world.School, Day, late: false, default);
        await TellAsync(world, exim);
        await AddTroublesAsync(world);
        await TellAsync(world, exim);

        var mails = await exim.DeliveredAsync(9);

        Assert.Equal(0L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.notification WHERE state NOT IN ('sent', 'failed')"));
        Assert.All(mails, mail => Assert.Equal("dsl@school.example.test", mail.Headers["Envelope-To"]));
        Assert.All(mails, mail => Assert.Contains("esmtpsa", mail.Headers["Received"], StringComparison.Ordinal));
        Assert.Contains($"A=plain:{EximServer.User}", exim.Log, StringComparison.Ordinal);
        Assert.Equal(9, mails.Select(mail => mail.Headers["Message-ID"]).Distinct().Count());
        var single = Assert.Single(mails, mail => mail.Headers["Message-ID"].Contains(notification.ToString(), StringComparison.Ordinal));
        Assert.Equal("[Online safety] High: alert 1 at Oak School: Self harm", single.Subject);
        Assert.Contains($"https://safety.example.test/alerts/{alert}", single.Text, StringComparison.Ordinal);
        Assert.All(mails, mail => Assert.DoesNotContain("secret", mail.Text + mail.Html, StringComparison.OrdinalIgnoreCase));
        await PictureAsync(mails);
    }

    /// <summary>The control: this server takes nothing in clear and nothing from a stranger.</summary>
    [EximFact]
    public async Task AWrongPasswordAndAClearConnectionAreRefusedAndTheMailWaits()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await using var exim = Start();
        var (_, notification) = await world.RaiseAsync();
        await UntilOpenAsync(exim);

        var wrong = Options(world, exim);
        wrong.RelayPassword = "wrong";
        await world.Process(mail: wrong).Dispatcher.DispatchOnceAsync(default);
        Assert.Equal("due authentication", await world.StateAsync(notification));

        var clear = Options(world, exim);
        (clear.RelaySecurity, clear.RelayUser, clear.RelayPassword) = (RelaySecurity.None, "", "");
        await world.MakeDueAsync();
        await world.Process(mail: clear).Dispatcher.DispatchOnceAsync(default);
        Assert.NotEqual("sent ", await world.StateAsync(notification));
    }

    private EximServer Start()
    {
        _certificate.Write("localhost").Dispose();
        return new EximServer(_certificate);
    }

    private MailOptions Options(NotifyWorld world, EximServer exim)
    {
        var options = world.Mail;
        (options.RelayHost, options.RelayPort, options.RelaySecurity) = ("localhost", exim.Port, RelaySecurity.Required);
        (options.RelayAuthority, options.RelayUser, options.RelayPassword) = (_certificate.File, EximServer.User, EximServer.Password);
        return options;
    }

    private async Task TellAsync(NotifyWorld world, EximServer exim)
    {
        await UntilOpenAsync(exim);
        var dispatcher = world.Process(mail: Options(world, exim)).Dispatcher;
        Assert.True(await dispatcher.DispatchOnceAsync(default) > 0);
        // Of one school four at a time.
        await dispatcher.DispatchOnceAsync(default);
    }

    private static Task UntilOpenAsync(EximServer exim) => Doors.UntilAsync(
        () =>
        {
            using var client = new System.Net.Sockets.TcpClient();
            try
            {
                client.Connect(System.Net.IPAddress.Loopback, exim.Port);
                return true;
            }
            catch (System.Net.Sockets.SocketException)
            {
                return false;
            }
        },
        open => open);

    /// <summary>A source that went quiet, as the watch writes it.</summary>
    private static async Task AddNoticeAsync(NotifyWorld world)
    {
        var notice = new SourceNotice(
            Cleared: false, new DateTimeOffset(Day, new TimeOnly(10, 40), TimeSpan.Zero),
            [new NoticedSource(Guid.NewGuid(), "Web filter, main site", "silent", "Nothing since 09:12; on other school days at this hour some 4,000 records come.")],
            [new NoticedSource(Guid.NewGuid(), "Classroom cloud", "silent", "")]);
        await world.Database.RunAsync($"""
            INSERT INTO onlinesafety.source_notice (school_id, notice_id, created_at, content)
            VALUES ('{world.School}', '{world.Dsl}', now(), decode('{Convert.ToHexString(notice.ToJson())}', 'hex'));
            INSERT INTO onlinesafety.notification (school_id, notification_id, kind, cause, notice_id, staff_id, channel, due_at, created_at)
            VALUES ('{world.School}', gen_random_uuid(), 'source', 'raised', '{world.Dsl}', '{world.Dsl}', 'email', now(), now());
            """);
    }

    /// <summary>An alert that nobody answered, a drill, a mailbox that refuses mail, a channel that broke and one that works again.</summary>
    private static async Task AddTroublesAsync(NotifyWorld world)
    {
        await world.PassAsync(TimeSpan.FromMinutes(2));
        var (_, unanswered) = await world.RaiseAsync(severity: 4, theme: "suicide", extra: "iwf");
        var (drill, _) = await world.RaiseAsync(severity: 4);
        await world.Database.RunAsync($"""
            UPDATE onlinesafety.notification SET cause = 'unanswered' WHERE notification_id = '{unanswered}';
            UPDATE onlinesafety.alert SET drill = true WHERE alert_id = '{drill}';
            INSERT INTO onlinesafety.notification (school_id, notification_id, kind, cause, alert_id, staff_id, channel, state, error, due_at, created_at)
                SELECT school_id, gen_random_uuid(), 'alert', 'raised', '{drill}', staff_id, 'email', 'failed', 'recipient-refused', now(), now() FROM onlinesafety.staff WHERE 'deputy' = ANY (roles);
            INSERT INTO onlinesafety.channel (school_id, channel_id, kind, name, least_severity, master_id, sealed, created_at)
                SELECT '{world.School}', gen_random_uuid(), kind, name, 3, 'm', '', now() FROM (VALUES ('teams', 'Safeguarding team'), ('exec', 'Duty phone')) AS c (kind, name);
            INSERT INTO onlinesafety.channel_trouble (school_id, channel_id, since, error, told_at)
                SELECT school_id, channel_id, '2026-11-25T09:12:00Z', 'relay-refused', now() FROM onlinesafety.channel WHERE kind = 'teams';
            INSERT INTO onlinesafety.notification (school_id, notification_id, kind, cause, notice_id, staff_id, channel, due_at, created_at)
                SELECT school_id, gen_random_uuid(), 'delivery', CASE kind WHEN 'teams' THEN 'channel-broken' ELSE 'channel-mended' END, channel_id, '{world.Dsl}', 'email', now(), now()
                FROM onlinesafety.channel;
            INSERT INTO onlinesafety.notification (school_id, notification_id, kind, cause, notice_id, staff_id, channel, due_at, created_at)
                SELECT school_id, gen_random_uuid(), 'delivery', 'unreached', staff_id, '{world.Dsl}', 'email', now(), now() FROM onlinesafety.staff WHERE 'deputy' = ANY (roles);
            """);
    }

    /// <summary>What a mail program shows, for people to look at: artifacts/mails.</summary>
    private static async Task PictureAsync(IReadOnlyList<DeliveredMail> mails)
    {
        if (!File.Exists(Browser))
        {
            return;
        }

        var folder = Directory.CreateDirectory(Repository.Path("artifacts", "mails")).FullName;
        foreach (var mail in mails)
        {
            var name = string.Concat(mail.Subject.Where(char.IsAsciiLetterOrDigit).Take(40));
            var (page, picture) = (Path.Combine(folder, name + ".html"), Path.Combine(folder, name + ".png"));
            await File.WriteAllTextAsync(page, mail.Html);
            var profile = Directory.CreateTempSubdirectory("onlinesafety-browser-").FullName;
            using var browser = Process.Start(new ProcessStartInfo(
                Browser,
                ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                    $"--user-data-dir={profile}", "--window-size=760,1800", $"--screenshot={picture}", new Uri(page).AbsoluteUri])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
            })!;
            await browser.StandardError.ReadToEndAsync();
            await browser.WaitForExitAsync();
            Directory.Delete(profile, recursive: true);
            Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], (await File.ReadAllBytesAsync(picture))[..4]);
        }
    }
}
