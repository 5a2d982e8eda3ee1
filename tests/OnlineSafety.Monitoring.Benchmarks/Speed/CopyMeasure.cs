using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Text;
using Npgsql;
using OnlineSafety.Monitoring.Benchmarks.Load;
using OnlineSafety.Monitoring.Benchmarks.Machine;

namespace OnlineSafety.Monitoring.Benchmarks.Speed;

/// <summary>
/// The limit of every receiver that keeps a row for each event: the very rows that the lines become, encoded beforehand, copied in batches of
/// 5,000, each committed, over one and over two connections.
/// </summary>
internal sealed class CopyMeasure : IMeasure
{
    private const int BatchRows = 5000;
    private const int HeaderBytes = 19;
    private static readonly DateTimeOffset PostgresEpoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public string Name => "copy";

    public async Task RunAsync(SpeedRun run, Figures figures)
    {
        var rows = Enumerable.Range(0, run.Lines.Count).Select(i => Encode(run.Lines.Text(i))).ToArray();
        await using var server = await ReferenceServer.StartAsync();
        await server.ResetAsync();
        await CopyAsync(server, rows, connections: 1, 20_000);
        foreach (var connections in (int[])[1, 2])
        {
            await server.ResetAsync();
            var (postgres, ours, started) = (server.CpuSeconds(), ProcessTree.CpuSeconds(Environment.ProcessId), Stopwatch.GetTimestamp());
            await CopyAsync(server, rows, connections, run.Options.Lines);
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            var millions = run.Options.Lines / 1e6;
            figures[$"copy-{connections}.rows_s"] = run.Options.Lines / seconds;
            figures[$"copy-{connections}.cpu_client"] = (ProcessTree.CpuSeconds(Environment.ProcessId) - ours) / millions;
            figures[$"copy-{connections}.cpu_postgres"] = (server.CpuSeconds() - postgres) / millions;
        }
    }

    private static async Task CopyAsync(ReferenceServer server, byte[][] rows, int connections, long count) =>
        await Task.WhenAll(Enumerable.Range(0, connections).Select(part => Task.Run(async () =>
        {
            await using var connection = await server.ConnectAsync();
            var buffer = new byte[HeaderBytes + 2 + (BatchRows * rows.Max(r => r.Length))];
            for (long next = count * part / connections, end = count * (part + 1) / connections; next < end; next += BatchRows)
            {
                await CopyBatchAsync(connection, rows, buffer, next, (int)Math.Min(BatchRows, end - next));
            }
        })));

    private static async Task CopyBatchAsync(NpgsqlConnection connection, byte[][] rows, byte[] buffer, long first, int count)
    {
        // Signature, flags and no extension; then rows; then the end mark.
        buffer.AsSpan(0, HeaderBytes).Clear();
        ReadOnlySpan<byte> signature = [(byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xff, (byte)'\r', (byte)'\n', 0];
        signature.CopyTo(buffer);
        var used = HeaderBytes;
        var now = (TimeProvider.System.GetUtcNow() - PostgresEpoch).Ticks / TimeSpan.TicksPerSecond * 1_000_000;
        for (var number = first; number < first + count; number++)
        {
            var row = rows[number % rows.Length];
            row.CopyTo(buffer, used);
            // Two bytes of column count, then each value behind its four bytes of length.
            BinaryPrimitives.WriteInt64BigEndian(buffer.AsSpan(used + 6), number);
            BinaryPrimitives.WriteInt64BigEndian(buffer.AsSpan(used + 18), now);
            used += row.Length;
        }

        BinaryPrimitives.WriteInt16BigEndian(buffer.AsSpan(used), -1);
        await using var copy = await connection.BeginRawBinaryCopyAsync($"COPY event ({ReferenceServer.Columns}) FROM STDIN (FORMAT binary)");
        await copy.WriteAsync(buffer.AsMemory(0, used + 2));
    }

    /// <summary>The columns of a line in COPY's binary form; number and time are put in when it is sent.</summary>
    private static byte[] Encode(string line)
    {
        var fields = line.Split('\t');
        var row = new List<byte>(512);
        Add(row, BitConverter.GetBytes(IPAddress.HostToNetworkOrder((short)13)), withLength: false);
        Add(row, new byte[8]);
        Add(row, new byte[8]);
        Text(row, "protex1");
        Text(row, fields[2]);
        Text(row, fields[4]);
        // inet: family IPv4, 32 bits, not a cidr, four bytes.
        Add(row, [2, 32, 0, 4, .. IPAddress.Parse(fields[3]).GetAddressBytes()]);
        Text(row, fields[7] == "403" ? "blocked" : "allowed");
        Text(row, fields[17]);
        Text(row, fields[6]);
        var status = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(status, int.Parse(fields[7], System.Globalization.CultureInfo.InvariantCulture));
        Add(row, status);
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, long.Parse(fields[8], System.Globalization.CultureInfo.InvariantCulture));
        Add(row, bytes);
        Text(row, fields[5]);
        Text(row, fields[20]);
        return [.. row];
    }

    private static void Text(List<byte> row, string value) => Add(row, Encoding.UTF8.GetBytes(value));

    private static void Add(List<byte> row, byte[] value, bool withLength = true)
    {
        if (withLength)
        {
            row.AddRange(BitConverter.GetBytes(IPAddress.HostToNetworkOrder(value.Length)));
        }

        row.AddRange(value);
    }
}
