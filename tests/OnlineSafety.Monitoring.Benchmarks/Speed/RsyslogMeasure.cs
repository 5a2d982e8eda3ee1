using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OnlineSafety.Monitoring.Benchmarks.Load;
using OnlineSafety.Monitoring.Benchmarks.Machine;

namespace OnlineSafety.Monitoring.Benchmarks.Speed;

/// <summary>
/// rsyslog with its Postgres output, when both are installed (Debian: rsyslog, rsyslog-pgsql): the same lines over TCP into the reference table,
/// in its fastest durable-on-commit set-up that we know: a queue in memory, two workers, batches of 16,384 in one transaction each.
/// </summary>
internal sealed class RsyslogMeasure : IMeasure
{
    private const string Binary = "/usr/sbin/rsyslogd";
    private const int WarmLines = 10_000;
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public string Name => "rsyslog";

    public string? Missing => File.Exists(Binary) && Directory.GetDirectories("/usr/lib").Any(architecture => File.Exists(Path.Combine(architecture, "rsyslog", "ompgsql.so")))
        ? null
        : "not installed (Debian: rsyslog, rsyslog-pgsql)";

    public async Task RunAsync(SpeedRun run, Figures figures)
    {
        await using var server = await ReferenceServer.StartAsync();
        await server.ResetAsync();
        var directory = Directory.CreateTempSubdirectory("onlinesafety-rsyslog-").FullName;
        var port = FreePort();
        File.WriteAllText(Path.Combine(directory, "rsyslog.conf"), Configuration(directory, port, server));
        using var process = Process.Start(new ProcessStartInfo(Binary, ["-n", "-i", Path.Combine(directory, "pid"), "-f", Path.Combine(directory, "rsyslog.conf")]) { UseShellExecute = false })!;
        try
        {
            await MeasureAsync(run, figures, server, process.Id, new TcpLines(run.Lines, port));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task MeasureAsync(SpeedRun run, Figures figures, ReferenceServer server, int process, TcpLines lines)
    {
        // A third of our own lines: it takes as long.
        var count = Math.Max(run.Options.Lines / 3, 100_000);
        await UntilListeningAsync(lines);
        await lines.SendAsync([IPAddress.Loopback], first: 1_000_000_000, WarmLines, rate: 0, CancellationToken.None);
        await UntilRowsAsync(server, WarmLines);
        var (service, postgres) = (ProcessTree.CpuSeconds(process), server.CpuSeconds());
        var began = TimeProvider.System.GetUtcNow();
        await lines.SendAsync([IPAddress.Loopback], first: 1, count, rate: 0, CancellationToken.None);
        var rows = await UntilRowsAsync(server, WarmLines + count);
        var ended = Convert.ToDouble(
            await server.ScalarAsync("SELECT extract(epoch FROM max(pg_xact_commit_timestamp(x))) FROM (SELECT DISTINCT xmin AS x FROM event) AS written"), CultureInfo.InvariantCulture);
        var millions = (rows - WarmLines) / 1e6;
        figures["rsyslog.rows_s"] = (rows - WarmLines) / (ended - (began - DateTimeOffset.UnixEpoch).TotalSeconds);
        figures["rsyslog.cpu_service"] = (ProcessTree.CpuSeconds(process) - service) / millions;
        figures["rsyslog.cpu_postgres"] = (server.CpuSeconds() - postgres) / millions;
        figures["rsyslog.resident_mib"] = ProcessTree.Memory(process, "VmHWM") / 1048576.0;
        figures["rsyslog.lost"] = WarmLines + count - rows;
    }

    private static async Task UntilListeningAsync(TcpLines lines)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                lines.Connect().Dispose();
                return;
            }
            catch (SocketException) when (tries < 200)
            {
                await Task.Delay(50);
            }
        }
    }

    private static async Task<long> UntilRowsAsync(ReferenceServer server, long expected)
    {
        var (size, since, started) = (-1L, Stopwatch.GetTimestamp(), Stopwatch.GetTimestamp());
        while (Stopwatch.GetElapsedTime(started) < Patience)
        {
            await Task.Delay(100);
            // The table's size is cheap to ask for; its rows are counted only when it has stopped growing.
            var now = Convert.ToInt64(await server.ScalarAsync("SELECT pg_relation_size('event')"), CultureInfo.InvariantCulture);
            since = now == size ? since : Stopwatch.GetTimestamp();
            size = now;
            if (Stopwatch.GetElapsedTime(since) > TimeSpan.FromSeconds(0.8)
                && (Stopwatch.GetElapsedTime(since) > Settled || await server.RowsAsync() >= expected))
            {
                break;
            }
        }

        return await server.RowsAsync();
    }

    private static string Configuration(string directory, int port, ReferenceServer server) => $$"""
        global(workDirectory="{{directory}}" maxMessageSize="8k" net.enableDNS="off" parser.escapeControlCharactersOnReceive="off")
        module(load="imtcp" maxSessions="200")
        module(load="ompgsql")
        template(name="insert" type="list" option.stdsql="on") {
          constant(value="INSERT INTO event ({{ReferenceServer.Columns}}) VALUES (")
          property(name="$!number")
          constant(value=",'") property(name="timereported" dateFormat="pgsql" date.inUTC="on")
          constant(value="','") property(name="hostname")
          constant(value="','") property(name="msg" field.number="3" field.delimiter="9")
          constant(value="','") property(name="msg" field.number="5" field.delimiter="9")
          constant(value="','") property(name="msg" field.number="4" field.delimiter="9")
          constant(value="','") property(name="msg" field.number="16" field.delimiter="9")
          constant(value="','") property(name="msg" field.number="18" field.delimiter="9")
          constant(value="','") property(name="msg" field.number="7" field.delimiter="9")
          constant(value="',") property(name="msg" field.number="8" field.delimiter="9")
          constant(value=",") property(name="msg" field.number="9" field.delimiter="9")
          constant(value=",'") property(name="msg" field.number="6" field.delimiter="9")
          constant(value="','") property(name="msg" field.number="21" field.delimiter="9")
          constant(value="')")
        }
        ruleset(name="web" queue.type="FixedArray" queue.size="250000" queue.dequeueBatchSize="16384" queue.workerThreads="2" queue.workerThreadMinimumMessages="16384" queue.timeoutEnqueue="600000") {
          set $!number = field(field($msg, "{{LinePool.NumberMark}}", 2), 9, 1);
          action(type="ompgsql" server="{{server.SocketDirectory}}" user="{{ReferenceServer.User}}" pass="-" db="{{ReferenceServer.Database}}" template="insert" action.resumeRetryCount="-1" action.resumeInterval="1")
        }
        input(type="imtcp" address="127.0.0.1" port="{{port}}" ruleset="web")
        """;

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
