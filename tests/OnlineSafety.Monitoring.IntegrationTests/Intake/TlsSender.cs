using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using OnlineSafety.Monitoring.Intake.Syslog;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake;

/// <summary>A sender of syslog over TLS that takes whatever certificate it is met with, and remembers it.</summary>
internal sealed class TlsSender : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly CountingStream _wire;
    private readonly SslStream _tls;

    private TlsSender(Socket socket, CountingStream wire, SslStream tls) => (_socket, _wire, _tls) = (socket, wire, tls);

    public SslStream Tls => _tls;

    public string ServerName => new X509Certificate2(_tls.RemoteCertificate!).Subject;

    /// <summary>Bytes of TLS that have been read by the other side's process, handshake included.</summary>
    public long TakenByReceiver => _wire.Written - TcpState.InKernel((IPEndPoint)_socket.LocalEndPoint!, (IPEndPoint)_socket.RemoteEndPoint!);

    public static IPEndPoint EndpointOf(Doors doors) => ListenerOf(doors).Endpoint;

    public static SyslogListener ListenerOf(Doors doors) => doors.Syslog.Listeners.Single(listener => listener.Name == SyslogService.CommonTlsListener);

    /// <exception cref="AuthenticationException">Refused in the handshake.</exception>
    public static async Task<TlsSender> ConnectAsync(IPEndPoint endpoint, SslProtocols protocols = SslProtocols.None, X509Certificate2? client = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endpoint);
        var wire = new CountingStream(new NetworkStream(socket, ownsSocket: true));
        var tls = new SslStream(wire);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "syslog.school.test",
            EnabledSslProtocols = protocols,
            ClientCertificates = client is null ? null : [client],
            RemoteCertificateValidationCallback = (_, server, _, _) => server is not null,
        });
        return new TlsSender(socket, wire, tls);
    }

    public ValueTask SendAsync(string text) => _tls.WriteAsync(Encoding.ASCII.GetBytes(text));

    /// <summary>Whether the other side ends it within the time.</summary>
    public async Task<bool> IsEndedAsync(TimeSpan within)
    {
        try
        {
            return await _tls.ReadAsync(new byte[1]).AsTask().WaitAsync(within) == 0;
        }
        catch (TimeoutException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    public ValueTask DisposeAsync() => _tls.DisposeAsync();
}
