using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace OnlineSafety.Monitoring.Benchmarks.Load;

/// <summary>Lines over UDP, one a datagram, from one thread.</summary>
internal static class UdpLines
{
    private const int Longest = 4096;
    private const int MostAtOnce = 1000;

    public static Task<(long Datagrams, TimeSpan Sending)> SendAsync(LinePool pool, int port, IPAddress from, long first, long count, double rate) => Task.Factory.StartNew(
        () =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { SendBufferSize = 4 << 20 };
            socket.Bind(new IPEndPoint(from, 0));
            socket.Connect(IPAddress.Loopback, port);
            var datagram = new byte[Longest];
            var started = Stopwatch.GetTimestamp();
            var pace = new Pace(rate);
            for (var next = first; next < first + count;)
            {
                pool.Stamp();
                for (var due = pace.Next((int)Math.Min(MostAtOnce, first + count - next)); due > 0; due--)
                {
                    socket.Send(datagram.AsSpan(0, pool.Write(datagram, next++)));
                }
            }

            return (count, Stopwatch.GetElapsedTime(started));
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
