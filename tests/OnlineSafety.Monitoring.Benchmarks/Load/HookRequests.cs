using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OnlineSafety.Monitoring.Benchmarks.Load;

/// <summary>
/// POST requests over kept-alive HTTP/1.1 connections, a thread for each, the next one sent when the last was answered. Written on sockets:
/// an HTTP client costs more than the service that it measures.
/// </summary>
internal sealed class HookRequests
{
    private const int LongestAnswer = 16 * 1024;
    private readonly int _port;
    private readonly byte[] _request;
    private readonly int _numberAt;
    private long _next;

    /// <param name="url">Of the source.</param>
    /// <param name="key">Its bearer key.</param>
    /// <param name="line">The body, one line that holds <see cref="LinePool.NumberMark"/> and a number.</param>
    public HookRequests(Uri url, string key, string line)
    {
        _port = url.Port;
        var head = string.Create(CultureInfo.InvariantCulture, $"POST {url.AbsolutePath} HTTP/1.1\r\nHost: 127.0.0.1:{url.Port}\r\nAuthorization: Bearer {key}\r\nContent-Type: text/plain\r\nContent-Length: {Encoding.UTF8.GetByteCount(line)}\r\n\r\n");
        _request = Encoding.UTF8.GetBytes(head + line);
        _numberAt = _request.AsSpan().IndexOf(Encoding.ASCII.GetBytes(LinePool.NumberMark)) + LinePool.NumberMark.Length;
    }

    /// <summary>Milliseconds from the first byte sent to the whole answer read, of every request; an answer that is not 2xx throws.</summary>
    public async Task<(double[] Milliseconds, TimeSpan Elapsed)> SendAsync(int connections, int count)
    {
        var started = Stopwatch.GetTimestamp();
        var times = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Factory.StartNew(
            () => SendPart(count / connections), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        var elapsed = Stopwatch.GetElapsedTime(started);
        return ([.. times.SelectMany(t => t)], elapsed);
    }

    private double[] SendPart(int count)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 30_000 };
        socket.Connect(IPAddress.Loopback, _port);
        var request = (byte[])_request.Clone();
        var answer = new byte[LongestAnswer];
        var times = new double[count];
        for (var i = 0; i < count; i++)
        {
            LinePool.WriteNumber(request.AsSpan(_numberAt, LinePool.NumberDigits), Interlocked.Increment(ref _next));
            var started = Stopwatch.GetTimestamp();
            socket.Send(request);
            ReadAnswer(socket, answer);
            times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        return times;
    }

    private static void ReadAnswer(Socket socket, byte[] answer)
    {
        var (have, needed) = (0, int.MaxValue);
        while (have < needed)
        {
            var read = socket.Receive(answer.AsSpan(have));
            if (read == 0)
            {
                throw new InvalidOperationException("The service closed a connection of the webhook run.");
            }

            have += read;
            var head = answer.AsSpan(0, have).IndexOf("\r\n\r\n"u8);
            if (head < 0)
            {
                continue;
            }

            if (answer[9] != (byte)'2')
            {
                throw new InvalidOperationException($"A webhook was answered: {Encoding.UTF8.GetString(answer, 0, have)}");
            }

            needed = LengthOf(answer.AsSpan(0, head)) is { } length ? head + 4 + length
                : answer.AsSpan(0, have).EndsWith("0\r\n\r\n"u8) ? have : int.MaxValue;
        }
    }

    private static int? LengthOf(ReadOnlySpan<byte> head)
    {
        var at = head.IndexOf("Content-Length: "u8);
        return at >= 0 && System.Buffers.Text.Utf8Parser.TryParse(head[(at + 16)..], out int length, out _) ? length : null;
    }
}
