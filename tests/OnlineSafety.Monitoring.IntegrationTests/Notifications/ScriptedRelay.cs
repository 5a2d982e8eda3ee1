using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OnlineSafety.Monitoring.IntegrationTests.Notifications;

/// <summary>A relay with TLS and authentication that answers as told; keeps every line it is sent, with a mark for those inside TLS.</summary>
internal sealed class ScriptedRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly string _authority = Path.Combine(Path.GetTempPath(), $"relay-{Guid.NewGuid():N}.pem");
    private readonly Task _serving;

    public ScriptedRelay(params string[] offers)
    {
        Offers = offers;
        _listener.Start();
        _serving = ServeAsync();
    }

    public string[] Offers { get; }

    public X509Certificate2? Certificate { get; init; }

    public bool Implicit { get; init; }

    /// <summary>Sent instead of the greeting.</summary>
    public byte[]? Greeting { get; init; }

    /// <summary>Answers XOAUTH2 with the challenge that says why not, and the refusal only after it.</summary>
    public bool RefusesTokens { get; init; }

    /// <summary>Bytes smuggled in clear behind the answer to STARTTLS.</summary>
    public string Smuggled { get; init; } = "";

    public List<string> Lines { get; } = [];

    /// <summary>Its own certificate as the authority that a client may trust.</summary>
    public string WriteAuthority()
    {
        File.WriteAllText(_authority, Certificate!.ExportCertificatePem());
        return _authority;
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public static X509Certificate2 SelfSigned(string name, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(until.AddYears(-2), until);
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    private async Task ServeAsync()
    {
        try
        {
            using var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
            Stream stream = client.GetStream();
            if (Implicit)
            {
                stream = await SecureAsync(stream);
            }

            await stream.WriteAsync(Greeting ?? "220 relay.test\r\n"u8.ToArray(), _stopping.Token);
            while (await ReadLineAsync(stream) is { } line)
            {
                Lines.Add((stream is SslStream ? "tls " : "clear ") + line);
                var answer = Answer(line);
                await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), _stopping.Token);
                if (line == "STARTTLS")
                {
                    stream = await SecureAsync(stream);
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
        }
    }

    private string Answer(string line) => line.Split(' ')[0] switch
    {
        "EHLO" => "250-relay.test\r\n" + string.Concat(Offers.Select(o => $"250-{o}\r\n")) + "250 SIZE 1000000\r\n",
        "STARTTLS" => "220 go\r\n" + Smuggled,
        "AUTH" when line == "AUTH LOGIN" => "334 VXNlcm5hbWU6\r\n",
        "AUTH" when RefusesTokens => "334 eyJzdGF0dXMiOiI0MDAifQ==\r\n",
        "" when RefusesTokens => "535 5.7.8 no\r\n",
        "AUTH" => "235 ok\r\n",
        "DATA" => "354 go\r\n",
        "MAIL" or "RCPT" or "." => "250 ok\r\n",
        "QUIT" => "221 bye\r\n",
        // The user of AUTH LOGIN is asked for the password, and the password ends it; message lines get no answer.
        "dXNlcg==" => "334 UGFzc3dvcmQ6\r\n",
        "cGFzcw==" => "235 ok\r\n",
        _ => "",
    };

    private async Task<SslStream> SecureAsync(Stream stream)
    {
        var secure = new SslStream(stream);
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Certificate }, _stopping.Token);
        return secure;
    }

    private async Task<string?> ReadLineAsync(Stream stream)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one, _stopping.Token) == 1)
        {
            if (one[0] == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)one[0]);
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _serving;
        _stopping.Dispose();
        Certificate?.Dispose();
        File.Delete(_authority);
    }
}
