using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace OnlineSafety.Monitoring.Intake.Syslog;

/// <summary>What UDP needs of the Linux kernel beyond the portable options.</summary>
internal static class UdpSocket
{
    // asm-generic/socket.h
    private const int SolSocket = 1;
    private const int SoReceiveBufferForce = 33;
    private const int SoMemInfo = 55;

    // include/uapi/linux/sock_diag.h: SK_MEMINFO_DROPS is the last of nine.
    private const int MemInfoWords = 9;
    private const int MemInfoDrops = 8;

    /// <summary>Asks for a receive buffer and says what was granted (the kernel's own doubling taken out).</summary>
    public static int AskReceiveBuffer(Socket socket, int bytes)
    {
        socket.ReceiveBufferSize = bytes;
        if (!OperatingSystem.IsLinux())
        {
            return socket.ReceiveBufferSize;
        }

        if (socket.ReceiveBufferSize / 2 < bytes)
        {
            try
            {
                // Goes beyond net.core.rmem_max for a process with CAP_NET_ADMIN.
                socket.SetRawSocketOption(SolSocket, SoReceiveBufferForce, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in bytes)));
            }
            catch (SocketException)
            {
                // Not ours to have: the caller reports what was granted.
            }
        }

        return socket.ReceiveBufferSize / 2;
    }

    /// <summary>Datagrams that the kernel dropped on this socket since it was opened (the <c>drops</c> column of <c>/proc/net/udp</c>); 0 where it does not tell.</summary>
    public static long KernelDrops(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        try
        {
            Span<uint> words = stackalloc uint[MemInfoWords];
            var length = socket.GetRawSocketOption(SolSocket, SoMemInfo, MemoryMarshal.AsBytes(words));
            return length >= MemInfoWords * sizeof(uint) ? words[MemInfoDrops] : 0;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return 0;
        }
    }
}
