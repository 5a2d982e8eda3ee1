using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Hosting;

/// <summary>
/// What one peer and all together may take of the HTTP server. Configuration section <c>Http</c>. What each limit ended is counted: of peers by
/// <c>onlinesafety.intake.rejected</c>, of all by Kestrel's own meter (<c>kestrel.rejected_connections</c>, and <c>error.type</c> of
/// <c>kestrel.connection.duration</c> for what came too slowly).
/// </summary>
internal sealed class HttpLimits
{
    public const string Section = "Http";

    /// <summary>Connections of all peers; more are closed at once.</summary>
    [Range(10, 100_000)]
    public int MaxConnections { get; set; } = 2000;

    /// <summary>Connections of one address (IPv6: of one /64 network); more are closed at once. A proxy in front is one address.</summary>
    [Range(1, 100_000)]
    public int MaxConnectionsPerPeer { get; set; } = 500;

    /// <summary>Longest time a request's head may take to arrive, however steadily it trickles; then 408.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:02:00")]
    public TimeSpan HeadWithin { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may be idle between requests and before the first one.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <exception cref="SetupException">A limit is none.</exception>
    public static HttpLimits Read(IConfiguration configuration)
    {
        var limits = configuration.GetSection(Section).Get<HttpLimits>() ?? new HttpLimits();
        var wrong = new List<ValidationResult>();
        return Validator.TryValidateObject(limits, new ValidationContext(limits), wrong, validateAllProperties: true)
            ? limits
            : throw new SetupException($"{Section}: {string.Join(" ", wrong.Select(error => error.ErrorMessage))}");
    }

    public void Apply(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = MaxConnections;
        kestrel.Limits.RequestHeadersTimeout = HeadWithin;
        kestrel.Limits.KeepAliveTimeout = IdleTimeout;

        // The ingest door raises it to its own limit; nothing else takes more.
        kestrel.Limits.MaxRequestBodySize = 64 * 1024;
        var peers = new PeerConnections(MaxConnectionsPerPeer);
        kestrel.ConfigureEndpointDefaults(listen =>
        {
            // Without TLS Kestrel speaks nothing else; said here, so that a listener with it does not by default.
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(peers.Limit);
        });
    }
}
