using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Npgsql;

namespace OnlineSafety.Monitoring.Benchmarks;

/// <summary>The published service, started as an operator would, in a data directory of its own that is deleted at the end.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private readonly string _executable;
    private readonly Process _process;

    private ServiceProcess(string executable, string data, int http, int syslog, Process process) =>
        (_executable, Data, Http, Syslog, _process) = (executable, data, http, syslog, process);

    public string Data { get; }

    public int Http { get; }

    public int Syslog { get; }

    public string Outbox => Path.Combine(Data, "outbox");

    public static async Task<ServiceProcess> StartAsync(string executable)
    {
        var data = Directory.CreateTempSubdirectory("onlinesafety-bench-").FullName;
        File.SetUnixFileMode(data, File.GetUnixFileMode(data) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var (http, syslog) = (FreePort(), FreePort());
        var start = new ProcessStartInfo(executable)
        {
            ArgumentList = { "serve", "--data", data, "--http", $"127.0.0.1:{http}", "--syslog", $"127.0.0.1:{syslog}" },
            RedirectStandardOutput = true, UseShellExecute = false,
            RedirectStandardError = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("The service did not start.");
        // Read to the end, or a full pipe would stop it.
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var service = new ServiceProcess(executable, data, http, syslog, process);
        using var client = new HttpClient();
        for (var i = 0; i < 300; i++)
        {
            try
            {
                if ((await client.GetAsync(new Uri($"http://127.0.0.1:{http}/health/ready"))).IsSuccessStatusCode)
                {
                    return service;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(200);
        }

        throw new InvalidOperationException("The service was not ready within 60 s.");
    }

    /// <summary>Runs a command of the executable on the same data directory and reads its JSON.</summary>
    public async Task<JsonElement> CommandAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(_executable) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in (string[])[.. arguments, "--data", Data, "--json"])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? JsonDocument.Parse(text).RootElement : throw new InvalidOperationException($"{arguments[0]} {arguments[1]} failed: {text}");
    }

    /// <summary>One value from the embedded cluster, as its superuser over the private socket.</summary>
    public async Task<long> NumberAsync(string sql)
    {
        // The socket's place is in line 5 of postmaster.pid.
        var lines = await File.ReadAllLinesAsync(Directory.GetFiles(Data, "postmaster.pid", SearchOption.AllDirectories).Single());
        var connection = new NpgsqlConnectionStringBuilder { Host = lines[4], Port = int.Parse(lines[3], CultureInfo.InvariantCulture), Username = "postgres", Database = "onlinesafety", SearchPath = "onlinesafety", Pooling = false };
        await using var source = NpgsqlDataSource.Create(connection.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    /// <summary>CPU seconds so far of the service and of the postmaster with its children, and the service's resident bytes.</summary>
    public (double Service, double Postgres, long Resident, long PeakResident) Usage()
    {
        var postmaster = int.Parse(File.ReadAllLines(Directory.GetFiles(Data, "postmaster.pid", SearchOption.AllDirectories).Single())[0], CultureInfo.InvariantCulture);
        return (ProcessTree.CpuSeconds(_process.Id), ProcessTree.CpuSecondsOfTree(postmaster), ProcessTree.Memory(_process.Id, "VmRSS"), ProcessTree.Memory(_process.Id, "VmHWM"));
    }

    public async ValueTask DisposeAsync()
    {
        ProcessTree.Terminate(_process.Id);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        await _process.WaitForExitAsync(patience.Token);
        _process.Dispose();
        Directory.Delete(Data, recursive: true);
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
