using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace OnlineSafety.Monitoring.IntegrationTests.Notifications;

/// <summary>A RabbitMQ of Debian's package on loopback ports, with directories and a name of its own. May be stopped and started again.</summary>
internal sealed class RabbitBroker : IAsyncDisposable
{
    private const string Server = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string _home = Directory.CreateTempSubdirectory("rabbit-").FullName;
    private readonly int _distribution = FreePort();
    private readonly int _names = FreePort();
    private Process? _process;

    public static string? Unavailable => File.Exists(Server) ? null : "RabbitMQ is not installed (apt install rabbitmq-server).";

    public int Port { get; } = FreePort();

    public async Task StartAsync()
    {
        var start = new ProcessStartInfo(Server) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Settings())
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var begun = Stopwatch.GetTimestamp();
        while (!await AnswersAsync())
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < Patience && !_process.HasExited, "The broker does not start.");
            await Task.Delay(200);
        }
    }

    /// <summary>As a power cut would.</summary>
    public async Task StopAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private IEnumerable<(string Name, string Value)> Settings() =>
    [
        ("HOME", _home), ("RABBITMQ_NODENAME", $"hints-{Port}@localhost"), ("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"), ("RABBITMQ_NODE_PORT", $"{Port}"),
        ("RABBITMQ_DIST_PORT", $"{_distribution}"), ("RABBITMQ_MNESIA_BASE", Path.Combine(_home, "data")), ("RABBITMQ_LOG_BASE", Path.Combine(_home, "log")),
        ("RABBITMQ_PID_FILE", Path.Combine(_home, "pid")), ("RABBITMQ_ENABLED_PLUGINS_FILE", Path.Combine(_home, "plugins")),
        ("RABBITMQ_GENERATED_CONFIG_DIR", Path.Combine(_home, "config")), ("RABBITMQ_CONF_ENV_FILE", Path.Combine(_home, "none")),
        ("RABBITMQ_CONFIG_FILE", Path.Combine(_home, "none")), ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}"),
        ("ERL_EPMD_PORT", $"{_names}"), ("ERL_EPMD_ADDRESS", "127.0.0.1"),
    ];

    private async Task<bool> AnswersAsync()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        // Erlang's name server is a daemon of its own; this one serves nobody else.
        using var end = Process.Start(new ProcessStartInfo("epmd", ["-port", $"{_names}", "-kill"]) { UseShellExecute = false, RedirectStandardOutput = true });
        await end!.WaitForExitAsync();
        Directory.Delete(_home, recursive: true);
    }
}

/// <summary>A test that needs RabbitMQ.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RabbitFactAttribute : FactAttribute
{
    public RabbitFactAttribute() => Skip = RabbitBroker.Unavailable;
}
