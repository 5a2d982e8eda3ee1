using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OnlineSafety.Monitoring.Notifications.Email;

/// <summary>Lines to and from a relay, with every length bounded. Knows nothing of the order of commands.</summary>
internal sealed class SmtpConnection : IAsyncDisposable
{
    // RFC 5321 4.5.3.1.5 allows 512; some servers talk more. A relay that talks without end is not one.
    private const int LineLimit = 2048;
    private const int LinesLimit = 100;

    private readonly byte[] _buffer = new byte[4096];
    private Stream _stream;
    private int _start;
    private int _end;

    private SmtpConnection(Stream stream) => _stream = stream;

    public bool IsSecure => _stream is SslStream;

    /// <summary>Version and cipher of TLS, for people.</summary>
    public string Security => _stream is SslStream secure ? $"{secure.SslProtocol}, {secure.NegotiatedCipherSuite}" : "none";

    public string Peer { get; private init; } = "";

    public static async Task<SmtpConnection> OpenAsync(string host, int port, CancellationToken cancellationToken)
    {
        var client = new TcpClient { NoDelay = true };
        try
        {
            await client.ConnectAsync(host, port, cancellationToken);
            return new SmtpConnection(client.GetStream()) { Peer = client.Client.RemoteEndPoint?.ToString() ?? "" };
        }
        catch (SocketException e)
        {
            client.Dispose();
            throw new MailException(MailFault.Connect, e);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <param name="authority">The only authorities trusted; null: those of this machine.</param>
    public async Task SecureAsync(string host, X509Certificate2Collection? authority, CancellationToken cancellationToken)
    {
        if (_start != _end)
        {
            // Bytes that came in clear after the answer to STARTTLS could be taken for answers inside TLS.
            throw new MailException(MailFault.Protocol);
        }

        var secure = new SslStream(_stream, leaveInnerStreamOpen: false);
        _stream = secure;
        var fault = MailFault.Tls;
        try
        {
            var policy = new SslClientAuthenticationOptions
            {
                TargetHost = host,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                // Decides nothing by itself: it only remembers what was wrong.
                RemoteCertificateValidationCallback = (_, _, chain, errors) =>
                {
                    fault = FaultOf(errors, chain);
                    return errors == SslPolicyErrors.None;
                },
            };
            if (authority is not null)
            {
                policy.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                policy.CertificateChainPolicy.CustomTrustStore.AddRange(authority);
            }

            await secure.AuthenticateAsClientAsync(policy, cancellationToken);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            throw new MailException(fault, e) { Answer = e.GetBaseException().Message };
        }
    }

    private static MailFault FaultOf(SslPolicyErrors errors, X509Chain? chain)
    {
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return MailFault.CertificateName;
        }

        var status = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status) ?? X509ChainStatusFlags.NoError;
        if ((status & X509ChainStatusFlags.NotTimeValid) != 0)
        {
            return MailFault.CertificateExpired;
        }

        return (status & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0 ? MailFault.CertificateUntrusted : MailFault.Tls;
    }

    public async Task<SmtpReply> AskAsync(string command, CancellationToken cancellationToken)
    {
        if (command.Any(c => c is < ' ' or > '~'))
        {
            throw new MailException(MailFault.Address);
        }

        await WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), cancellationToken);
        return await ReadReplyAsync(cancellationToken);
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await _stream.WriteAsync(bytes, cancellationToken);
            await _stream.FlushAsync(cancellationToken);
        }
        catch (IOException e)
        {
            throw new MailException(MailFault.Cut, e);
        }
    }

    public async Task<SmtpReply> ReadReplyAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        var code = 0;
        while (lines.Count < LinesLimit)
        {
            var line = await ReadLineAsync(cancellationToken);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), out var number) || number is < 200 or > 599 || (code != 0 && number != code))
            {
                throw new MailException(MailFault.Protocol);
            }

            code = number;
            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length == 3 || line[3] != '-')
            {
                return new SmtpReply(code, lines);
            }
        }

        throw new MailException(MailFault.Protocol);
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (line.Length <= LineLimit)
        {
            if (_start == _end)
            {
                await FillAsync(cancellationToken);
            }

            var value = _buffer[_start++];
            if (value == (byte)'\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)value);
        }

        throw new MailException(MailFault.Protocol);
    }

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        try
        {
            _start = 0;
            _end = await _stream.ReadAsync(_buffer, cancellationToken);
        }
        catch (IOException e)
        {
            _end = 0;
            throw new MailException(MailFault.Cut, e);
        }

        if (_end == 0)
        {
            throw new MailException(MailFault.Cut);
        }
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
