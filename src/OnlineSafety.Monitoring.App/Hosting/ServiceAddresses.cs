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
    public static string? LinkWarning(string? said, string link) => said is not null && !(Uri.TryCreate(said, UriKind.Absolute, out var address) && address.IsLoopback)
        ? null
        : $"links in mails and invitations begin with {link}, where nobody can sign in but on this host itself. Set Mail:BaseUrl to the https address by which staff reach the console.";

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
