using System.Globalization;
using System.Reflection;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Guides;

/// <summary>Where one source sends to.</summary>
/// <param name="Url">Ingest address for HTTP.</param>
/// <param name="Syslog">Host and port for syslog: UDP and TCP, or TLS for a source that demands it.</param>
/// <param name="Drop">Folder for files, on the host of the service.</param>
internal sealed record SourceAddress(string Url, string Syslog, string Drop)
{
    // RFC 5425, 4.1: what is shown while the service has no TLS listener yet.
    private const int ConventionalTlsPort = 6514;

    public static SourceAddress Of(Source source, ServiceAddresses service, string dropDirectory)
    {
        var host = service.Syslog[..service.Syslog.LastIndexOf(':')];
        var common = source.Tls ? service.SyslogTls ?? string.Create(CultureInfo.InvariantCulture, $"{host}:{ConventionalTlsPort}") : service.Syslog;
        var syslog = source.Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"{host}:{port}") : common;
        return new SourceAddress($"{service.Http.TrimEnd('/')}/v1/ingest/{source.SourceId}", syslog, Path.Combine(dropDirectory, source.SourceId.ToString()));
    }
}

/// <summary>The exact lines to paste into a product. The texts are data: <c>door.txt</c> for every product, <c>product.door.txt</c> for one.</summary>
internal static class SourceGuide
{
    public static string For(Source source, string key, SourceAddress address)
    {
        var door = ((SourceDoor)source.Door).ToString().ToLowerInvariant() + (source.Tls ? "-tls" : "");
        var colon = address.Syslog.LastIndexOf(':');
        var text = (Read($"{source.Product}.{door}") is { } own ? own + "\n" : "") + Read(door);
        return text
            .Replace("{source}", source.SourceId.ToString(), StringComparison.Ordinal)
            .Replace("{drop}", address.Drop, StringComparison.Ordinal)
            .Replace("{url}", address.Url, StringComparison.Ordinal)
            .Replace("{host}", address.Syslog[..colon].Trim('[', ']'), StringComparison.Ordinal)
            .Replace("{port}", address.Syslog[(colon + 1)..], StringComparison.Ordinal)
            .Replace("{tag}", source.MatchApp ?? source.Product, StringComparison.Ordinal)
            .Replace("{key}", key, StringComparison.Ordinal);
    }

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
