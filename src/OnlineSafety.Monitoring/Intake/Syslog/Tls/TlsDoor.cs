using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace OnlineSafety.Monitoring.Intake.Syslog.Tls;

/// <summary>Turns an accepted connection into TLS, within a time limit, as the server.</summary>
internal sealed class TlsDoor(ServerCertificate certificate, TlsDoorOptions options, TimeProvider time)
{
    /// <summary>False while there is no certificate to meet anybody with.</summary>
    public bool CanOpen => certificate.Context is not null;

    /// <param name="socket">The connection; the caller's to dispose, also after a failure.</param>
    /// <param name="ask">Ask for a client certificate. One is taken whoever issued it: what counts is whether a source is bound to it.</param>
    /// <param name="stop">We stop.</param>
    /// <exception cref="TimeoutException">The sender was too slow.</exception>
    /// <exception cref="AuthenticationException">No handshake came about.</exception>
    /// <exception cref="IOException">The sender went away.</exception>
    public async Task<SslStream> AcceptAsync(Socket socket, bool ask, CancellationToken stop)
    {
        var context = certificate.Context ?? throw new AuthenticationException("There is no server certificate.");
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: false));
        using var late = new CancellationTokenSource(options.HandshakeTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            await stream.AuthenticateAsServerAsync(Options(context, ask), either.Token);
            return stream;
        }
        catch (Exception exception)
        {
            await stream.DisposeAsync();
            if (exception is OperationCanceledException && late.IsCancellationRequested && !stop.IsCancellationRequested)
            {
                throw new TimeoutException("The handshake took too long.", exception);
            }

            throw;
        }
    }

    private SslServerAuthenticationOptions Options(SslStreamCertificateContext context, bool ask) => new()
    {
        ServerCertificateContext = context,
        // SSL 3, TLS 1.0 and 1.1 are deprecated (RFC 8996).
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ClientCertificateRequired = ask,
        // A resumed session would bring a client's certificate back without its proof.
        AllowTlsResume = false,
        AllowRenegotiation = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        // No sender makes us fetch anything.
        CertificateChainPolicy = new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck },
        // The handshake has proved that the sender holds the key; whose key it is, the sources say by its thumbprint. None at all is for them to judge, too.
        RemoteCertificateValidationCallback = (_, client, _, _) => client is null || IsOfToday((X509Certificate2)client),
    };

    private bool IsOfToday(X509Certificate2 client) =>
        time.GetUtcNow().UtcDateTime is var now && now >= client.NotBefore.ToUniversalTime() && now <= client.NotAfter.ToUniversalTime();
}
