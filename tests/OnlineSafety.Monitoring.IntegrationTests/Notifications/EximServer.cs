using System.Diagnostics;
using OnlineSafety.Monitoring.Storage.Embedded;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Notifications;

/// <summary>
/// Debian's exim4 on a loopback port, with a configuration, a spool and a mailbox of its own: a mail server that other people wrote. It takes mail only
/// over TLS and only from who authenticates. Needs root, as which it starts and lets its rights go.
/// </summary>
internal sealed class EximServer : IAsyncDisposable
{
    public const string Domain = "school.example.test";
    public const string User = "relay-user";
    public const string Password = "relay-password";

    private const string Program = "/usr/sbin/exim4";
    private const string Account = "Debian-exim";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _home = Directory.CreateTempSubdirectory("exim-").FullName;
    private readonly Process _process;

    public EximServer(Intake.TestCertificate certificate)
    {
        foreach (var directory in new[] { "spool", "log", "mail" })
        {
            Directory.CreateDirectory(Path.Combine(_home, directory));
        }

        File.Copy(certificate.File, Path.Combine(_home, "cert.pem"));
        File.Copy(certificate.KeyFile, Path.Combine(_home, "key.pem"));
        var configuration = Path.Combine(_home, "exim.conf");
        File.WriteAllText(configuration, Configuration());
        ProgramRun.Of(["chown", "-R", $"{Account}:{Account}", _home]);
        // It trusts no configuration that others than root could have written.
        ProgramRun.Of(["chown", "root:root", configuration]);
        _process = Process.Start(new ProcessStartInfo(Program, ["-C", configuration, "-bdf", "-q1m"]) { UseShellExecute = false })!;
    }

    public static string? Unavailable => !Environment.IsPrivilegedProcess ? "Only root starts exim4." : File.Exists(Program) ? null : "exim4 is not installed (apt install exim4-daemon-light).";

    public int Port { get; } = ServiceProcess.FreePort();

    private string Box => Path.Combine(_home, "mail", "new");

    /// <summary>What lies in the mailbox, when there is so much.</summary>
    public async Task<IReadOnlyList<DeliveredMail>> DeliveredAsync(int count)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!Directory.Exists(Box) || Directory.GetFiles(Box).Length < count)
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < Patience && !_process.HasExited, $"There are not {count} mails:\n{Log}");
            await Task.Delay(50);
        }

        return [.. Directory.GetFiles(Box).Select(file => DeliveredMail.Parse(File.ReadAllBytes(file)))];
    }

    /// <summary>What it says of the mails: who sent them, and how they came.</summary>
    public string Log => string.Concat(Directory.GetFiles(Path.Combine(_home, "log")).Select(File.ReadAllText));

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    private const string Known = "${if and{{eq{$auth2}{" + User + "}}{eq{$auth3}{" + Password + "}}}}";

    private string Configuration() =>
        $$"""
        primary_hostname = mail.{{Domain}}
        daemon_smtp_ports = {{Port}}
        local_interfaces = 127.0.0.1
        spool_directory = {{_home}}/spool
        log_file_path = {{_home}}/log/%slog
        pid_file_path = {{_home}}/spool/exim.pid
        deliver_drop_privilege = true
        keep_environment =
        host_lookup =
        rfc1413_hosts =
        tls_advertise_hosts = *
        tls_certificate = {{_home}}/cert.pem
        tls_privatekey = {{_home}}/key.pem
        acl_smtp_rcpt = check
        acl_smtp_data = whole
        begin acl
        check:
          deny !encrypted = *
          deny !authenticated = *
          accept domains = {{Domain}}
          deny message = no such domain here
        whole:
          deny !verify = header_syntax
          accept
        begin routers
        all:
          driver = accept
          transport = box
        begin transports
        box:
          driver = appendfile
          directory = {{_home}}/mail
          maildir_format
          envelope_to_add
          return_path_add
        begin authenticators
        plain:
          driver = plaintext
          public_name = PLAIN
          server_prompts = :
          server_condition = {{Known}}
          server_set_id = $auth2
          server_advertise_condition = ${if def:tls_in_cipher}
        """ + "\n";
}

/// <summary>A test that needs exim4.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EximFactAttribute : FactAttribute
{
    public EximFactAttribute() => Skip = EximServer.Unavailable;
}
