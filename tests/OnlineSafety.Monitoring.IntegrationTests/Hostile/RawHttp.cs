using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using OnlineSafety.Monitoring.IntegrationTests.Intake;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.Hostile;

/// <summary>A connection to the HTTP door on which any bytes may be sent: no client library would.</summary>
internal sealed partial class RawHttp : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Socket _socket;

    private RawHttp(IPAddress from)
    {
        _socket = new Socket(from.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Bind(new IPEndPoint(from, 0));
    }

    /// <param name="from">The loopback address that the peer is seen to have.</param>
    public static async Task<RawHttp> ConnectAsync(Doors doors, string from = "127.0.0.1")
    {
        var http = new RawHttp(IPAddress.Parse(from));
        try
        {
            await http._socket.ConnectAsync(http._socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, doors.Http.BaseAddress!.Port);
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Refused as soon as it was there: what is read from it is nothing.
        }

        return http;
    }

    /// <summary>Request line and the headers that every right request to a source has, without the empty line.</summary>
    public static string Head(SourceRegistration source) =>
        $"POST /v1/ingest/{source.Key.Source:N} HTTP/1.1\r\nHost: intake.test\r\nAuthorization: Bearer {RegisteredSources.KeyOf(source)}\r\nContent-Type: application/json\r\n";

    public static string Whole(SourceRegistration source, string body, string more = "") =>
        $"{Head(source)}{more}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(byte[] bytes) => Assert.Equal(bytes.Length, await _socket.SendAsync(bytes));

    /// <summary>Sends what a peer that is being cut off may still send; false when it is cut off.</summary>
    public async Task<bool> TrySendAsync(string text)
    {
        try
        {
            await SendAsync(text);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Everything that comes until the server closes.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var text = new StringBuilder();
        var buffer = new byte[8192];
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            while (await _socket.ReceiveAsync(buffer, patience.Token) is var read and > 0)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (SocketException)
        {
            // Reset: closed too.
        }

        return text.ToString();
    }

    /// <summary>Statuses of all answers until the server closes.</summary>
    public async Task<int[]> StatusesAsync()
    {
        var text = await ReadToEndAsync();
        return [.. StatusLine().Matches(text).Select(match => int.Parse(match.Groups["status"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture))];
    }

    public void Dispose() => _socket.Dispose();

    [GeneratedRegex(@"HTTP/1\.[01] (?<status>[0-9]{3}) ", RegexOptions.NonBacktracking)]
    private static partial Regex StatusLine();
}
