using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Demo;

/// <summary>Sends the samples as the products would: over HTTP and over a syslog connection.</summary>
internal sealed class DemoPlayer(ServiceAddresses service, IPAddress syslog, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(15);

    private readonly HttpClient _http = new();

    /// <returns>How many records were sent.</returns>
    /// <exception cref="SetupException">A door refused or did not open.</exception>
    public async Task<int> PlayAsync(DemoSource source, CancellationToken cancellationToken)
    {
        var records = 0;
        foreach (var sample in source.Samples.Through(source.Door))
        {
            var bytes = source.Samples.Bytes(sample);
            records += source.Door == SourceDoor.Syslog
                ? await SendLinesAsync(source.Port!.Value, bytes, cancellationToken)
                : await PostAsync(source, sample, bytes, cancellationToken);
        }

        return records;
    }

    public void Dispose() => _http.Dispose();

    private async Task<int> PostAsync(DemoSource source, Sample sample, byte[] body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{service.Http}/v1/ingest/{source.Id}") { Content = new ByteArrayContent(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", source.Key);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(sample.ContentType ?? "application/json");
        using var answer = await _http.SendAsync(request, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.Accepted)
        {
            throw new SetupException($"The ingest door answered {(int)answer.StatusCode} to {source.Samples.Product}/{sample.File}.");
        }

        using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
        return json.RootElement.GetProperty("records").GetInt32();
    }

    private async Task<int> SendLinesAsync(int port, byte[] bytes, CancellationToken cancellationToken)
    {
        using var client = await ConnectAsync(port, cancellationToken);
        await using var stream = client.GetStream();
        var lines = 0;
        var rest = bytes.AsMemory();
        while (!rest.IsEmpty)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (line.Span.IndexOfAnyExcept((byte)'\r', (byte)' ') >= 0)
            {
                await stream.WriteAsync(line, cancellationToken);
                await stream.WriteAsync("\n"u8.ToArray(), cancellationToken);
                lines++;
            }
        }

        return lines;
    }

    // The door of a new source opens a moment after the source was added.
    private async Task<TcpClient> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            var client = new TcpClient();
            try
            {
                await client.ConnectAsync(syslog, port, cancellationToken);
                return client;
            }
            catch (SocketException) when (time.GetElapsedTime(begun) < ConnectWithin)
            {
                client.Dispose();
                await Task.Delay(TimeSpan.FromMilliseconds(200), time, cancellationToken);
            }
            catch (SocketException error)
            {
                client.Dispose();
                throw new SetupException($"The syslog port {port} of the demonstration did not open: {error.Message}");
            }
        }
    }
}
