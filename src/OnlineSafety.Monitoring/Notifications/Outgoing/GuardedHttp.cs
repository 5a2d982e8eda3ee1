using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Notifications.Email;

namespace OnlineSafety.Monitoring.Notifications.Outgoing;

/// <summary>Posts to addresses that schools typed in. Looks at the address that it really connects to, and follows nothing.</summary>
internal sealed class GuardedHttp : IDisposable
{
    private readonly IReadOnlyList<IPNetwork> _allowed;
    private readonly HttpClient _client;

    public GuardedHttp(IOptions<ChannelOptions> options)
    {
        _allowed = options.Value.Allowed;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            // A proxy would connect in our place, to wherever it likes.
            UseProxy = false,
            ConnectCallback = ConnectAsync,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            MaxResponseHeadersLength = 16,
        };
        if (options.Value.Authority.Length > 0)
        {
            var authority = new X509Certificate2Collection();
            authority.ImportFromPemFile(options.Value.Authority);
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck },
            };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(authority);
        }

        // Time is the caller's to bound.
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("onlinesafety");
    }

    /// <summary>Completes when the receiver said 2xx. What else it says is not read.</summary>
    /// <exception cref="MailException">It did not.</exception>
    public async Task PostAsync(Uri url, ReadOnlyMemory<byte> json, IEnumerable<(string Name, string Value)> headers, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(json) };
        request.Content.Headers.ContentType = new("application/json");
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        try
        {
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                var later = (int)response.StatusCode >= 500 || response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout;
                throw new MailException(later ? MailFault.Busy : MailFault.RelayRefused) { Answer = $"{(int)response.StatusCode}" };
            }
        }
        catch (HttpRequestException e)
        {
            throw e.InnerException as MailException ?? new MailException(e.HttpRequestError == HttpRequestError.SecureConnectionError ? MailFault.Tls
                : e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError ? MailFault.Connect : MailFault.Unanswered, e);
        }
    }

    // Here and not before the request: a name may lead elsewhere at each look (DNS rebinding).
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        var allowed = addresses.Where(address => AddressGuard.Allows(address, _allowed)).ToArray();
        if (allowed.Length == 0)
        {
            throw new MailException(MailFault.Blocked);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => _client.Dispose();
}
