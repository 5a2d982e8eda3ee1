using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Faults;

/// <summary>Writes lines to a syslog connection and connects again when it breaks. Nothing is promised of them; what is missing is counted.</summary>
internal sealed class LineOracle(int port, bool tls)
{
    private readonly string _prefix = tls ? "s" : "t";
    private readonly ConcurrentDictionary<string, bool> _written = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Written => [.. _written.Keys];

    private async Task<Stream> OpenAsync(TcpClient client, CancellationToken stop)
    {
        if (!tls)
        {
            return client.GetStream();
        }

        // Made for these tests, and signed by nobody: whose it is matters to others.
        var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, shown, _, _) => shown?.Subject == "CN=localhost");
        await stream.AuthenticateAsClientAsync("localhost", clientCertificates: null, checkCertificateRevocation: false).WaitAsync(stop);
        return stream;
    }

    public async Task SendAsync(CancellationToken stop)
    {
        var number = 0;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, stop);
                await using var stream = await OpenAsync(client, stop);
                while (!stop.IsCancellationRequested)
                {
                    var user = $"{_prefix}{(++number).ToString("000000", CultureInfo.InvariantCulture)}";
                    _written[user] = true;
                    // Whole lines only: half of one would be a record of its own.
                    await stream.WriteAsync(Encoding.UTF8.GetBytes(WebFilterLines.Worrying(user) + "\n"), CancellationToken.None);
                    await Task.Delay(40, stop);
                }
            }
            catch (Exception error) when (error is IOException or SocketException or System.Security.Authentication.AuthenticationException)
            {
                await Task.Delay(100, CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
