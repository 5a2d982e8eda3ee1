using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Intake.Http;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Hosting;

/// <summary>
/// Who is a peer of the HTTP server, and what one and all together may take of it. Configuration section <c>Http</c>. What each limit ended is counted: of peers by
/// <c>onlinesafety.intake.rejected</c>, of all by Kestrel's own meter (<c>kestrel.rejected_connections</c>, and <c>error.type</c> of
/// <c>kestrel.connection.duration</c> for what came too slowly).
/// </summary>
internal sealed class HttpLimits : IValidatableObject
{
    public const string Section = "Http";

    /// <summary>
    /// Addresses or networks of the reverse proxies in front: what their <c>X-Forwarded-For</c> says counts as the sender's address, at the ingest door and
    /// at the console. Nobody else's is read.
    /// </summary>
    [Required]
    public string[] Proxies { get; set; } = [];

    /// <summary>Connections of all peers; more are closed at once.</summary>
    [Range(10, 100_000)]
    public int MaxConnections { get; set; } = 2000;

    /// <summary>Connections of one address (IPv6: of one /64 network); more are closed at once. One of <see cref="Proxies"/> is not counted, one that is not named is one address.</summary>
    [Range(1, 100_000)]
    public int MaxConnectionsPerPeer { get; set; } = 500;

    /// <summary>Longest time a request's head may take to arrive, however steadily it trickles; then 408.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:02:00")]
    public TimeSpan HeadWithin { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may be idle between requests and before the first one.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(1);

    public ClientAddress Clients => new([.. Proxies.Select(ClientAddress.Network).OfType<IPNetwork>()]);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Proxies.Where(proxy => ClientAddress.Network(proxy) is null)
        .Select(proxy => new ValidationResult($"{Section}:{nameof(Proxies)} holds \"{SetupText.Shown(proxy)}\", which is neither an address nor a network.", [nameof(Proxies)]));

    public void Apply(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = MaxConnections;
        kestrel.Limits.RequestHeadersTimeout = HeadWithin;
        kestrel.Limits.KeepAliveTimeout = IdleTimeout;

        // The ingest door raises it to its own limit; nothing else takes more.
        kestrel.Limits.MaxRequestBodySize = 64 * 1024;
        var peers = new PeerConnections(MaxConnectionsPerPeer, Clients);
        kestrel.ConfigureEndpointDefaults(listen =>
        {
            // Without TLS Kestrel speaks nothing else; said here, so that a listener with it does not by default.
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(peers.Limit);
        });
    }
}

[OptionsValidator]
internal sealed partial class HttpLimitsValidator : IValidateOptions<HttpLimits>;

internal static class HttpLimitsRegistration
{
    public static void AddHttpLimits(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<HttpLimits>, HttpLimitsValidator>();
        services.AddOptions<HttpLimits>().Bind(configuration.GetSection(HttpLimits.Section)).ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<HttpLimits>>().Value.Clients);
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<HttpLimits>>((kestrel, limits) =>
        {
            try
            {
                limits.Value.Apply(kestrel);
            }
            catch (OptionsValidationException)
            {
                // The server is made before settings are checked. What is wrong is said then, together with all that is wrong elsewhere; nothing is served.
            }
        });
    }
}
