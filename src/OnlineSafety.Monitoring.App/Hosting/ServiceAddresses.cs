using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text.Json;

namespace OnlineSafety.Monitoring.App.Hosting;

/// <summary>
/// Where the service of a data directory listens: written when it is ready, read by commands that tell people where to send.
/// </summary>
/// <param name="Http">Root of HTTP.</param>
/// <param name="Syslog">Host and port of the common syslog listener, UDP and TCP.</param>
/// <param name="SyslogTls">Host and port of the common TLS listener; null: none.</param>
/// <param name="Mail">Host and port of the mail door; null: it is shut.</param>
/// <param name="MailDomain">What stands after the @ of the sources' addresses; null: as <paramref name="Mail"/>.</param>
internal sealed record ServiceAddresses(string Http, string Syslog, string? SyslogTls = null, string? Mail = null, string? MailDomain = null)
{
    public const string DefaultHttp = "127.0.0.1:8080";
    public const string DefaultSyslog = "127.0.0.1:5514";

    private const string FileName = "service.json";

    public static ServiceAddresses Default { get; } = new($"http://{DefaultHttp}", DefaultSyslog);

    /// <summary>As the running or last service wrote them; the defaults before the first start.</summary>
    public static ServiceAddresses Read(string dataDirectory)
    {
        try
        {
            return JsonSerializer.Deserialize<ServiceAddresses>(File.ReadAllBytes(Path.Combine(dataDirectory, FileName)), JsonSerializerOptions.Web) ?? Default;
        }
        catch (Exception error) when (error is IOException or JsonException or UnauthorizedAccessException)
        {
            return Default;
        }
    }

    /// <summary>Whether the service itself listens on this port: a source that wants it as its own would never be heard there.</summary>
    public bool Uses(int port)
    {
        var end = string.Create(CultureInfo.InvariantCulture, $":{port}");
        return port == new Uri(Http).Port || Syslog.EndsWith(end, StringComparison.Ordinal) || SyslogTls?.EndsWith(end, StringComparison.Ordinal) == true
            || Mail?.EndsWith(end, StringComparison.Ordinal) == true;
    }

    /// <summary>This host by its name: a passkey is bound to a name, and a session cookie of one is not sent to the other.</summary>
    public static string ByName(string http) => http.Replace("//127.0.0.1:", "//localhost:", StringComparison.Ordinal);

    /// <summary>What is wrong with the address that links of mails begin with, in words; null: nothing.</summary>
    /// <param name="said">The address by which staff reach the console, as somebody has set it; null: nobody has.</param>
    /// <param name="link">What links begin with.</param>
    public static string? LinkWarning(string? said, string link) => IsReachable(said, out _)
        ? null
        : $"links in mails and invitations begin with {link}, where nobody can sign in but on this host itself. Set Mail:BaseUrl to the https address by which staff reach the console.";

    /// <summary>
    /// As somebody elsewhere reaches them: by the host of the address that staff reach the console by. A listener that was bound to one address of a network keeps it.
    /// </summary>
    /// <param name="said">That address; null, or of this host alone: nothing changes.</param>
    public ServiceAddresses SeenBy(string? said)
    {
        if (!IsReachable(said, out var console))
        {
            return this;
        }

        string At(string endpoint) => IPAddress.TryParse(HostOf(endpoint), out var bound) && !IPAddress.IsLoopback(bound) ? endpoint : console.Host + endpoint[endpoint.LastIndexOf(':')..];
        return this with { Http = said!.TrimEnd('/'), Syslog = At(Syslog), SyslogTls = SyslogTls is { } tls ? At(tls) : null, Mail = Mail is { } mail ? At(mail) : null };
    }

    /// <summary>Of lines that are pasted into a product: why one that runs elsewhere would not find the service by them, in words; null: it would.</summary>
    /// <param name="said">The address by which staff reach the console, as somebody has set it; null: nobody has.</param>
    /// <param name="named">The host and port that the lines name.</param>
    public string? PasteWarning(string? said, string named) => IsReachable(said, out _)
        ? null
        : $"These lines name {named}, where the service listens. Where a product on another machine does not find it by that, set Mail:BaseUrl in the appsettings.json of its data directory "
            + "to the https address by which staff reach the console, start it again, and make the lines anew: they then name that host.";

    /// <summary>Whether it takes syslog from this host alone, by the listener that such a source sends to.</summary>
    public bool HearsOnlyItself(bool tls) => (tls ? SyslogTls : Syslog) is { } endpoint && IPAddress.TryParse(HostOf(endpoint), out var bound) && IPAddress.IsLoopback(bound);

    public static bool IsReachable(string? said, [NotNullWhen(true)] out Uri? address) => Uri.TryCreate(said, UriKind.Absolute, out address) && !address.IsLoopback;

    private static string HostOf(string endpoint) => endpoint[..endpoint.LastIndexOf(':')].Trim('[', ']');

    public void Write(string dataDirectory)
    {
        // Moved into place: a command that reads at the same moment sees the old file or the new one.
        var path = Path.Combine(dataDirectory, FileName);
        File.WriteAllBytes(path + ".new", JsonSerializer.SerializeToUtf8Bytes(this, JsonSerializerOptions.Web));
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>An address that a sender can use: one that means "every address of this host" becomes the host's name.</summary>
    public static string Reachable(IPEndPoint endpoint) =>
        endpoint.Address.Equals(IPAddress.Any) || endpoint.Address.Equals(IPAddress.IPv6Any)
            ? $"{Dns.GetHostName()}:{endpoint.Port}"
            : endpoint.ToString();
}
