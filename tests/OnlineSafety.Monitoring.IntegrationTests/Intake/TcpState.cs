using System.Globalization;
using System.Net;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake;

/// <summary>What the kernel holds of a connection, from <c>/proc/net/tcp</c>.</summary>
internal static class TcpState
{
    /// <summary>Bytes between the sender's write and the receiver's read, both ends on this machine.</summary>
    public static long InKernel(IPEndPoint sender, IPEndPoint receiver) =>
        Queue(sender, receiver, column: 0) + Queue(receiver, sender, column: 1);

    /// <summary>Whether the kernel will ask by itself, now and then, if the other end is still there.</summary>
    public static bool IsKeptAlive(IPEndPoint local, IPEndPoint remote) =>
        // tr: 2 is the timer of keepalive (Documentation/networking/proc_net_tcp.rst).
        Fields(local, remote)[5].StartsWith("02:", StringComparison.Ordinal);

    private static long Queue(IPEndPoint local, IPEndPoint remote, int column) =>
        long.Parse(Fields(local, remote)[4].Split(':')[column], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static string[] Fields(IPEndPoint local, IPEndPoint remote)
    {
        foreach (var line in File.ReadLines("/proc/net/tcp").Skip(1))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (Port(fields[1]) == local.Port && Port(fields[2]) == remote.Port)
            {
                return fields;
            }
        }

        throw new InvalidOperationException("There is no such connection.");
    }

    private static int Port(string address) => int.Parse(address.Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
