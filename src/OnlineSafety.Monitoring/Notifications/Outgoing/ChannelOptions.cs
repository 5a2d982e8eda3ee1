using System.Net;
using Microsoft.Extensions.Options;

namespace OnlineSafety.Monitoring.Notifications.Outgoing;

/// <summary>What channels of this installation may do. Section <c>Channels</c>.</summary>
internal sealed class ChannelOptions
{
    public const string Section = "Channels";

    /// <summary>Programs that a channel may name, each with its arguments: only whoever writes the settings of the installation decides what is run.</summary>
    public Dictionary<string, string[]> Commands { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Networks (CIDR) of this host or the school that webhooks may reach; without them public addresses alone.</summary>
    public string[] AllowNetworks { get; set; } = [];

    /// <summary>PEM file with the authority of receivers' certificates, where the school runs its own; empty: the authorities this machine trusts.</summary>
    public string Authority { get; set; } = "";

    /// <summary>Seconds that one attempt may take.</summary>
    public int AttemptSeconds { get; set; } = 10;

    public IReadOnlyList<IPNetwork> Allowed => [.. AllowNetworks.Select(network => IPNetwork.Parse(network))];
}

/// <summary>Reports every fault of the settings at once.</summary>
internal sealed class ChannelOptionsCheck : IValidateOptions<ChannelOptions>
{
    public ValidateOptionsResult Validate(string? name, ChannelOptions options)
    {
        var faults = new List<string>();
        faults.AddRange(options.Commands.Where(command => command.Value is not [{ Length: > 0 }, ..]).Select(command => $"Channels:Commands:{command.Key} must be a program and its arguments."));
        faults.AddRange(options.AllowNetworks.Where(network => !IPNetwork.TryParse(network, out _)).Select(network => $"Channels:AllowNetworks: {network} is no network, such as 10.1.0.0/16."));
        if (options.AttemptSeconds is < 1 or > 10)
        {
            faults.Add("Channels:AttemptSeconds must be from 1 to 10: the whole work on a row fits its lease of 60 s.");
        }

        if (options.Authority.Length > 0 && !File.Exists(options.Authority))
        {
            faults.Add("Channels:Authority must name a PEM file.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
