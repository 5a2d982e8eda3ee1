using System.Globalization;
using System.Reflection;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Authentication;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.App.Guides;

/// <summary>Where one source sends to.</summary>
/// <param name="Url">Ingest address for HTTP.</param>
/// <param name="Syslog">Host and port for syslog: UDP and TCP, or TLS for a source that demands it.</param>
/// <param name="Drop">Folder for files, on the host of the service.</param>
/// <param name="Mail">Host and port for mail.</param>
/// <param name="MailDomain">What stands after the @ of its mail address.</param>
internal sealed record SourceAddress(string Url, string Syslog, string Drop, string Mail, string MailDomain)
{
    // RFC 5321, 4.5.4.2: what is shown while the service takes no mail yet.
    private const int ConventionalMailPort = 25;

    // RFC 5425, 4.1: what is shown while the service has no TLS listener yet.
    private const int ConventionalTlsPort = 6514;

    public static SourceAddress Of(Source source, ServiceAddresses service, string dropDirectory)
    {
        var host = service.Syslog[..service.Syslog.LastIndexOf(':')];
        var common = source.Tls ? service.SyslogTls ?? string.Create(CultureInfo.InvariantCulture, $"{host}:{ConventionalTlsPort}") : service.Syslog;
        var syslog = source.Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"{host}:{port}") : common;
        return new SourceAddress(
            $"{service.Http.TrimEnd('/')}/v1/ingest/{source.SourceId}",
            syslog,
            Path.Combine(dropDirectory, source.SourceId.ToString()),
            service.Mail ?? string.Create(CultureInfo.InvariantCulture, $"{host}:{ConventionalMailPort}"),
            service.MailDomain ?? host);
    }

    /// <summary>The address of a mail source; null for any other.</summary>
    /// <param name="source">The source.</param>
    /// <param name="key">Its key, which is what stands before the @.</param>
    public string? MailboxOf(Source source, string key) => source.Door == (short)SourceDoor.Mail ? $"{key}@{MailDomain}" : null;
}

/// <summary>The exact lines to paste into a product. The texts are data: <c>door.txt</c> for every product, <c>product.door.txt</c> for one.</summary>
internal static class SourceGuide
{
    /// <summary>The lines for one source.</summary>
    /// <param name="source">The source.</param>
    /// <param name="key">Its key, or what stands for it.</param>
    /// <param name="address">Where it sends to.</param>
    /// <param name="secret">Its signing secret, or what stands for it.</param>
    public static string For(Source source, string key, SourceAddress address, string secret = SourceProof.SecretPlace)
    {
        var door = SourceAuthentication.Parse(source.Authentication).Get
            ? "deny-page"
            : ((SourceDoor)source.Door).ToString().ToLowerInvariant() + (source is { Tls: true, Door: (short)SourceDoor.Syslog } ? "-tls" : "");
        var endpoint = source.Door == (short)SourceDoor.Mail ? address.Mail : address.Syslog;
        var colon = endpoint.LastIndexOf(':');
        var text = (Read($"{source.Product}.{door}") is { } own ? own + "\n" : "") + Read(door);
        return (door == "webhook" ? new ProofLines(source).Into(text) : text)
            .Replace("{source}", source.SourceId.ToString(), StringComparison.Ordinal)
            .Replace("{drop}", address.Drop, StringComparison.Ordinal)
            .Replace("{url}", address.Url, StringComparison.Ordinal)
            .Replace("{host}", endpoint[..colon].Trim('[', ']'), StringComparison.Ordinal)
            .Replace("{port}", endpoint[(colon + 1)..], StringComparison.Ordinal)
            .Replace("{mailbox}", address.MailboxOf(source, key), StringComparison.Ordinal)
            .Replace("{domain}", address.MailDomain, StringComparison.Ordinal)
            .Replace("{senders}", SendersOf(source), StringComparison.Ordinal)
            .Replace("{sender}", source.Senders is [var sender, ..] ? sender.Contains('@', StringComparison.Ordinal) ? sender : "alerts@" + sender : "alerts@example.com", StringComparison.Ordinal)
            .Replace("{tag}", source.MatchApp ?? source.Product, StringComparison.Ordinal)
            .Replace("{secret}", ProofLines.Quoted(secret), StringComparison.Ordinal)
            .Replace("{key}", key, StringComparison.Ordinal);
    }

    /// <summary>From whom a mail source takes mail, for people.</summary>
    public static string SendersOf(Source source) => source.Senders.Length == 0 ? "any sender" : string.Join(", ", source.Senders);

    /// <summary>What the service lacks to hear it, in words; null: nothing.</summary>
    /// <param name="said">The address by which staff reach the console, as somebody has set it; null: nobody has.</param>
    public static string? Missing(Source source, ServiceAddresses service, string? said) => source switch
    {
        { Door: (short)SourceDoor.Mail } when service.Mail is null => "The service takes no mail yet: set Intake:Mail in the appsettings.json of its data directory (see README) and start it again.",
        { Door: (short)SourceDoor.Syslog, Tls: true, Port: null } when service.SyslogTls is null =>
            "The service has no TLS listener yet: set Intake:Syslog:Tls in the appsettings.json of its data directory (see README) and start it again.",
        { Door: (short)SourceDoor.Syslog } when ServiceAddresses.IsReachable(said, out _) && service.HearsOnlyItself(source is { Tls: true, Port: null }) =>
            $"The service takes syslog from its own host alone: start it with --syslog 0.0.0.0{service.Syslog[service.Syslog.LastIndexOf(':')..]}.",
        _ => null,
    };

    /// <summary>What is to be known of the address in its lines; null: nothing.</summary>
    /// <inheritdoc cref="Missing"/>
    public static string? Note(Source source, ServiceAddresses service, string? said) => (SourceDoor)source.Door switch
    {
        SourceDoor.File => null,
        SourceDoor.Syslog => service.PasteWarning(said, SourceAddress.Of(source, service, "").Syslog),
        SourceDoor.Mail => service.PasteWarning(said, SourceAddress.Of(source, service, "").Mail),
        _ => service.PasteWarning(said, new Uri(service.Http).Authority),
    };

    private static string? Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Guides.{name}.txt");
        if (stream is null)
        {
            return null;
        }

        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
