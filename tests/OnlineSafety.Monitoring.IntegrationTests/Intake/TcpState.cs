using System.Globalization;
using System.Net;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake;

/// <summary>What the kernel holds of a connection, from <c>/proc/net/tcp</c>.</summary>
internal static class TcpState
{
    /// <summary>Bytes between the sender's write and the receiver's read, both ends on this machine.</summary>
    public static long InKernel(IPEndPoint sender, IPEndPoint receiver) =>
        Queue(sender, receiver, column: 0) + Queue(receiver, sender, column: 1);

    private static long Queue(IPEndPoint local, IPEndPoint remote, int column)
    {
        foreach (var line in File.ReadLines("/proc/net/tcp").Skip(1))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (Port(fields[1]) == local.Port && Port(fields[2]) == remote.Port)
            {
                return long.Parse(fields[4].Split(':')[column], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            }
        }

        throw new InvalidOperationException("There is no such connection.");
    }

    private static int Port(string address) => int.Parse(address.Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
