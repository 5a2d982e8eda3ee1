using System.Net;
using OnlineSafety.Monitoring.Sources.Authentication;

namespace OnlineSafety.Monitoring.Sources;

/// <summary>What <c>source add</c> asks for.</summary>
internal sealed record NewSource
{
    public required string Product { get; init; }

    public required SourceDoor Door { get; init; }

    /// <summary>Keep its records until it is given a mapping, read for grave words alone.</summary>
    public bool Capture { get; init; }

    /// <summary>Its webhook takes GET from the browsers of blocked pupils.</summary>
    public bool DenyPage { get; init; }

    /// <summary>Empty: the product's word.</summary>
    public string Name { get; init; } = "";

    /// <summary>Networks that may send, CIDR or single addresses; empty: any.</summary>
    public IReadOnlyList<string> From { get; init; } = [];

    /// <summary>A syslog port of its own.</summary>
    public int? Port { get; init; }

    /// <summary>Syslog host name to match.</summary>
    public string? Host { get; init; }

    /// <summary>Syslog app name to match.</summary>
    public string? App { get; init; }

    /// <summary>Take its messages only over TLS.</summary>
    public bool Tls { get; init; }

    /// <summary>SHA-256 of the client certificate that it sends with; null: none is asked for.</summary>
    public byte[]? Certificate { get; init; }

    /// <summary>Mail senders that it takes from, addresses or domains; empty: any.</summary>
    public IReadOnlyList<string> Senders { get; init; } = [];

    public string TimeZone { get; init; } = "Europe/London";

    /// <summary>The source to store, checked as far as it can be by itself.</summary>
    /// <exception cref="SetupException">With what is wrong.</exception>
    public Source ToSource(Guid school)
    {
        if (Door != SourceDoor.Syslog && (Port is not null || Host is not null || App is not null || Certificate is not null))
        {
            throw new SetupException("--port, --host, --app and --certificate belong to --via syslog.");
        }

        if (Door is not (SourceDoor.Syslog or SourceDoor.Mail) && Tls)
        {
            throw new SetupException("--tls belongs to --via syslog and --via mail.");
        }

        if (Door != SourceDoor.Mail && Senders.Count > 0)
        {
            throw new SetupException("--sender belongs to --via mail.");
        }

        if (Door != SourceDoor.Webhook && DenyPage)
        {
            throw new SetupException("--deny-page belongs to --via webhook.");
        }

        if (Port is < 1 or > 65535)
        {
            throw new SetupException("--port is between 1 and 65535.");
        }

        return new Source
        {
            SchoolId = school,
            SourceId = Guid.NewGuid(),
            Name = SetupText.Name(Name.Length > 0 ? Name : Product, "source"),
            Product = Product,
            Capture = Capture,
            Door = (short)Door,
            Authentication = DenyPage ? SourceAuthentication.DenyPageJson : SourceAuthentication.BearerJson,
            Networks = [.. From.Select(Network).Distinct(StringComparer.Ordinal)],
            Port = Port,
            MatchHost = Selector(Host, "--host"),
            MatchApp = Selector(App, "--app"),
            Tls = Tls || Certificate is not null,
            Certificates = Certificate is null ? [] : [Certificate],
            Senders = [.. Senders.Select(Sender).Distinct(StringComparer.Ordinal)],
            TimeZone = SetupText.Zone(TimeZone),
        };
    }

    /// <summary>A mail sender as stored: an address or a domain, lower-case.</summary>
    /// <exception cref="SetupException">It is neither.</exception>
    public static string Sender(string text)
    {
        var sender = text.Trim().TrimStart('@').ToLowerInvariant();
        var domain = sender[(sender.LastIndexOf('@') + 1)..];
        return sender.Length <= 254 && domain.Contains('.', StringComparison.Ordinal) && Uri.CheckHostName(domain) == UriHostNameType.Dns
            && !sender.Any(letter => letter is <= ' ' or '<' or '>' or '\x7f') && sender.Count(letter => letter == '@') <= 1
            ? sender
            : throw new SetupException($"\"{SetupText.Shown(text)}\" is not a sender. Use a domain, as smoothwall.com, or an address, as alerts@smoothwall.com.");
    }

    // A syslog header holds printable ASCII without spaces: anything else could never match.
    private static string? Selector(string? text, string option)
    {
        if (text is null)
        {
            return null;
        }

        return text.Length is > 0 and <= 255 && text.All(letter => letter is > ' ' and < '\x7f')
            ? text
            : throw new SetupException($"{option} is a word of a syslog header: printable ASCII without spaces.");
    }

    /// <summary>A network as stored.</summary>
    /// <exception cref="SetupException">It is none.</exception>
    public static string Network(string text)
    {
        if (IPNetwork.TryParse(text, out var network))
        {
            return network.ToString();
        }

        return IPAddress.TryParse(text, out var address)
            ? new IPNetwork(address, address.GetAddressBytes().Length * 8).ToString()
            : throw new SetupException(
                $"\"{SetupText.Shown(text)}\" is not an address or network. Use for example 10.2.0.0/16 or 192.0.2.7.");
    }
}
