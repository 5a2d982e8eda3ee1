using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace OnlineSafety.Monitoring.Benchmarks.Load;

/// <summary>Lines over TCP, each ended by LF, one thread for each connection.</summary>
internal sealed class TcpLines(LinePool pool, int port)
{
    private const int BlockBytes = 128 * 1024;
    private const int Longest = 4096;
    private static readonly IPAddress Loopback = IPAddress.Loopback;

    /// <summary>
    /// Sends over one connection from each of these addresses, and returns when the receiver has closed each of them: it does so when everything
    /// is stored.
    /// </summary>
    /// <param name="from">Addresses of 127.0.0.0/8.</param>
    /// <param name="first">Number of the first line.</param>
    /// <param name="count">Lines over all connections.</param>
    /// <param name="rate">Lines a second over all connections; 0 = as fast as they are taken.</param>
    /// <param name="cancellationToken">Ends the sending before its time; what was sent is still waited for.</param>
    public async Task<SentLines> SendAsync(IReadOnlyList<IPAddress> from, long first, long count, double rate, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var each = count / from.Count;
        var parts = await Task.WhenAll(from.Select((address, i) => Task.Factory.StartNew(
            () => SendPart(address, first + (i * each), i == from.Count - 1 ? count - (i * each) : each, rate / from.Count, started, cancellationToken),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        return new SentLines(parts.Sum(p => p.Lines), parts.Max(p => p.Sending), parts.Max(p => p.UntilStored));
    }

    private SentLines SendPart(IPAddress from, long first, long count, double rate, long started, CancellationToken cancellationToken)
    {
        using var socket = Connect(from);
        var block = new byte[BlockBytes];
        var pace = new Pace(rate);
        var (next, end) = (first, first + count);
        while (next < end && !cancellationToken.IsCancellationRequested)
        {
            for (var due = pace.Next((int)Math.Min(end - next, int.MaxValue)); due > 0 && !cancellationToken.IsCancellationRequested;)
            {
                var filled = Fill(block, next, due, out var bytes);
                socket.Send(block.AsSpan(0, bytes));
                (next, due) = (next + filled, due - filled);
            }
        }

        var sending = Stopwatch.GetElapsedTime(started);
        socket.Shutdown(SocketShutdown.Send);
        while (socket.Receive(block) > 0)
        {
        }

        return new SentLines(next - first, sending, Stopwatch.GetElapsedTime(started));
    }

    public Socket Connect(IPAddress? from = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(from ?? Loopback, 0));
        socket.Connect(Loopback, port);
        return socket;
    }

    /// <summary>Writes as many of <paramref name="due"/> lines as fit into the block; gives how many.</summary>
    public int Fill(Span<byte> block, long next, int due, out int bytes)
    {
        pool.Stamp();
        bytes = 0;
        var lines = 0;
        for (; lines < due && bytes < block.Length - Longest; lines++)
        {
            bytes += pool.Write(block[bytes..], next + lines);
            block[bytes++] = (byte)'\n';
        }

        return lines;
    }
}

/// <summary>What was sent.</summary>
/// <param name="Lines">How many.</param>
/// <param name="Sending">From the first byte to the last one written.</param>
/// <param name="UntilStored">From the first byte until the receiver had closed the last connection.</param>
internal sealed record SentLines(long Lines, TimeSpan Sending, TimeSpan UntilStored);
