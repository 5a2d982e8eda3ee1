using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using OnlineSafety.Monitoring.Storage.Embedded;

namespace OnlineSafety.Monitoring.TestKit;

/// <summary>
/// The service, started as an operator would, with its embedded database in a data directory of its own that is deleted at the end.
/// It may be killed and started again on the same directory and ports. Not thread-safe.
/// </summary>
internal sealed partial class ServiceProcess : IAsyncDisposable
{
    /// <summary>Stands for the port <see cref="SyslogTls"/> in the executable's environment, which is made before any process.</summary>
    public const string SyslogTlsHere = "{syslog-tls}";

    private const int Sigterm = 15;
    private const int Sigcont = 18;
    private const int Sigstop = 19;
    private const int KeptLines = 200;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    private readonly bool _ownsData;
    private readonly ServerOfOnesOwn? _server;
    private readonly ConcurrentQueue<string> _lines = new();
    private ServiceExecutable _executable;
    private Process _process;

    private ServiceProcess(ServiceExecutable executable, string? data, ServerOfOnesOwn? server)
    {
        _executable = executable;
        _server = server;
        _ownsData = data is null;
        Data = data ?? Directory.CreateTempSubdirectory("onlinesafety-service-").FullName;
        // The account that runs Postgres passes through it.
        File.SetUnixFileMode(Data, File.GetUnixFileMode(Data) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        (Http, Syslog, SyslogTls) = (FreePort(), FreePort(), FreePort());
        Cluster = new ClusterProcesses(ClusterFiles);
        _process = Launch();
    }

    public string Data { get; }

    public int Http { get; }

    public int Syslog { get; }

    /// <summary>Where it takes syslog over TLS, if a setting says so with <see cref="SyslogTlsHere"/>.</summary>
    public int SyslogTls { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Outbox => Path.Combine(Data, "outbox");

    /// <summary>The last lines of its log.</summary>
    public string Log => string.Join(Environment.NewLine, _lines);

    /// <summary>The processes of its database server.</summary>
    public ClusterProcesses Cluster { get; }

    /// <summary>Its running database server, or null when none runs.</summary>
    public PostmasterFile? Postmaster => PostmasterFile.Read(ClusterFiles) is { } file && Cluster.IsRunning(file.ProcessId) ? file : null;

    /// <summary>Files of its database.</summary>
    public string ClusterFiles => Path.Combine(Data, "postgres", "cluster");

    /// <summary>How it ended: 137 by SIGKILL.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Bytes of memory in use.</summary>
    public long Resident
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>A new installation, ready.</summary>
    /// <param name="executable">The program.</param>
    /// <param name="data">Its data directory, which then stays; null for one that goes with the service.</param>
    /// <param name="server">Null for the embedded database.</param>
    public static async Task<ServiceProcess> StartAsync(ServiceExecutable executable, string? data = null, ServerOfOnesOwn? server = null)
    {
        var service = Launch(executable, data, server);
        try
        {
            await service.UntilReadyAsync();
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same without waiting.</summary>
    public static ServiceProcess Launch(ServiceExecutable executable, string? data = null, ServerOfOnesOwn? server = null) => new(executable, data, server);

    public async Task UntilReadyAsync()
    {
        var begun = Stopwatch.GetTimestamp();
        while (!await IsReadyAsync())
        {
            if (HasExited || Stopwatch.GetElapsedTime(begun) > StartPatience)
            {
                throw new InvalidOperationException($"The service was not ready within {StartPatience.TotalSeconds} s:\n{Log}");
            }

            await Task.Delay(50);
        }
    }

    /// <summary>Starts it again after <see cref="Kill"/> or its own end; does not wait.</summary>
    public void Restart()
    {
        _process.Dispose();
        _process = Launch();
    }

    /// <summary>The same with another executable from now on.</summary>
    public void Restart(ServiceExecutable executable)
    {
        _executable = executable;
        Restart();
    }

    /// <summary>SIGKILL to this one process; its database server lives on.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGTERM; true when it ended with code 0 within the 30 s that are promised.</summary>
    public async Task<bool> StopAsync()
    {
        AskToStop();
        using var patience = new CancellationTokenSource(StopPatience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
            return _process.ExitCode == 0;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>SIGTERM alone.</summary>
    public void AskToStop() => _ = Signal(_process.Id, Sigterm);

    /// <summary>SIGSTOP to every process of its database.</summary>
    public void FreezeDatabase() => Cluster.Running().ForEach(pid => _ = Signal(pid, Sigstop));

    /// <summary>SIGCONT.</summary>
    public void ThawDatabase() => Cluster.Running().ForEach(pid => _ = Signal(pid, Sigcont));

    /// <summary>SIGKILL to every process of its database.</summary>
    public async Task KillDatabaseAsync()
    {
        for (var looks = 0; looks < 200 && Cluster.Running() is { Count: > 0 } left; looks++)
        {
            left.ForEach(pid => Cluster.Signal(pid, PostmasterSignal.Kill));
            await Task.Delay(20);
        }
    }

    public async Task<bool> IsReadyAsync()
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            return (await client.GetAsync(new Uri($"http://127.0.0.1:{Http}/health/ready"))).IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            // Not listening, or killed meanwhile.
            return false;
        }
    }

    /// <summary>Runs a command of the executable on the same data directory and reads its JSON; a failed command throws.</summary>
    public async Task<JsonElement> CommandAsync(params string[] arguments)
    {
        var (exit, output, error) = await RunAsync(arguments);
        return exit == 0
            ? JsonSerializer.Deserialize<JsonElement>(output)
            : throw new InvalidOperationException($"{string.Join(' ', arguments)} failed: {output}{error}");
    }

    /// <summary>The same for a command that may fail.</summary>
    public async Task<(int Exit, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(_executable.Prepare([.. arguments, .. Place, "--json"]))!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }

    private IReadOnlyList<string> Place => _server is null ? ["--data", Data] : ["--data", Data, "--connection", _server.Service];

    public async ValueTask DisposeAsync()
    {
        if (!HasExited && !await StopAsync())
        {
            Kill();
        }

        _process.Dispose();
        // What a killed service left running; only processes that work in this cluster's own directory.
        for (var looks = 0; looks < 100 && Cluster.Running() is { Count: > 0 } left; looks++)
        {
            left.ForEach(pid => Cluster.Signal(pid, PostmasterSignal.ImmediateShutdown));
            await Task.Delay(50);
        }

        if (_ownsData)
        {
            Directory.Delete(Data, recursive: true);
        }
    }

    private Process Launch()
    {
        var start = _executable.Prepare(["serve", .. _executable.Serving, .. Place, "--http", $"127.0.0.1:{Http}", "--syslog", $"127.0.0.1:{Syslog}"]);
        foreach (var (name, value) in _executable.Environment)
        {
            start.Environment[name] = value.Replace(SyslogTlsHere, SyslogTls.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException("The service did not start.");
        // Read to the end, or a full pipe would stop it.
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _lines.Enqueue(line);
            while (_lines.Count > KeptLines && _lines.TryDequeue(out _))
            {
            }
        }
    }

    /// <summary>A port of the loopback address that nobody listens on.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Signal(int pid, int signal);
}

/// <summary>A database server that is not the embedded one.</summary>
/// <param name="Service">Connection string that the service is given.</param>
/// <param name="Superuser">Connection string by which the test looks at the same database.</param>
internal sealed record ServerOfOnesOwn(string Service, string Superuser);
