using System.Net;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Hosting;

/// <summary>How one process of the service runs.</summary>
internal sealed record ServiceOptions
{
    public required InstallationSettings Settings { get; init; }

    public required IPEndPoint Http { get; init; }

    public required IPEndPoint Syslog { get; init; }

    public ServiceRoles Roles { get; init; } = ServiceRoles.All;

    public bool NeedsMasterKey => (Roles & (ServiceRoles.Ingest | ServiceRoles.Process | ServiceRoles.Console)) != 0;

    /// <summary>
    /// The key of this process. One that seals and opens may make it; where these are different processes each would make its own, and what
    /// one acknowledged the other could never open.
    /// </summary>
    /// <exception cref="MasterKeyException">There is none, or it cannot be used.</exception>
    public MasterKeys MasterKeys() => Settings.MasterKeys(Settings.Embedded || Roles.HasFlag(ServiceRoles.Ingest | ServiceRoles.Process));

    /// <exception cref="SetupException">It is not ADDRESS:PORT.</exception>
    public static IPEndPoint Endpoint(string text, string option) =>
        IPEndPoint.TryParse(text, out var endpoint) && text.EndsWith($":{endpoint.Port}", StringComparison.Ordinal)
            ? endpoint
            : throw new SetupException($"{option} is ADDRESS:PORT, for example 127.0.0.1:8080, 0.0.0.0:5514 or [::]:8080; \"{SetupText.Shown(text)}\" is not.");
}
