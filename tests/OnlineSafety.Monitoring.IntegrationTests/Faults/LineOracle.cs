using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Faults;

/// <summary>Writes lines to a syslog connection and connects again when it breaks. Nothing is promised of them; what is missing is counted.</summary>
internal sealed class LineOracle(int port)
{
    private readonly ConcurrentDictionary<string, bool> _written = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Written => [.. _written.Keys];

    public async Task SendAsync(CancellationToken stop)
    {
        var number = 0;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, stop);
                await using var stream = client.GetStream();
                while (!stop.IsCancellationRequested)
                {
                    var user = $"t{(++number).ToString("000000", CultureInfo.InvariantCulture)}";
                    await stream.WriteAsync(Encoding.UTF8.GetBytes(WebFilterLines.Worrying(user) + "\n"), stop);
                    _written[user] = true;
                    await Task.Delay(40, stop);
                }

                // Everything is read before the end is seen.
                client.Client.Shutdown(SocketShutdown.Send);
            }
            catch (Exception error) when (error is IOException or SocketException)
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
