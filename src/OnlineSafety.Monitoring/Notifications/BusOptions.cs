using Microsoft.Extensions.Options;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>
/// How hints travel that a ledger row is due. Section <c>Bus</c>. Hints only: with the bus away each row is found by the sweeper within a second or so.
/// </summary>
internal sealed class BusOptions
{
    public const string Section = "Bus";

    /// <summary>Host of a RabbitMQ broker, for many processes; empty: within this process.</summary>
    public string Host { get; set; } = "";

    public ushort Port { get; set; } = 5672;

    public string VirtualHost { get; set; } = "/";

    public string User { get; set; } = "guest";

    public string Password { get; set; } = "guest";

    /// <summary>TLS (usually on port 5671), with the host's name in the certificate.</summary>
    public bool Tls { get; set; }

    public bool HasBroker => Host.Length > 0;
}

/// <summary>Reports every fault of the settings at once.</summary>
internal sealed class BusOptionsCheck : IValidateOptions<BusOptions>
{
    public ValidateOptionsResult Validate(string? name, BusOptions options)
    {
        if (!options.HasBroker)
        {
            return ValidateOptionsResult.Success;
        }

        var faults = new List<string>();
        if (Uri.CheckHostName(options.Host) == UriHostNameType.Unknown)
        {
            faults.Add("Bus:Host must be a host name or an address.");
        }

        if (options.Port == 0)
        {
            faults.Add("Bus:Port must be from 1 to 65535.");
        }

        if (options.User.Length == 0 || options.VirtualHost.Length == 0)
        {
            faults.Add("Bus:User and Bus:VirtualHost must not be empty.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
