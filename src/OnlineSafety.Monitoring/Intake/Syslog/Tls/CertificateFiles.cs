using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OnlineSafety.Monitoring.Intake.Syslog.Tls;

/// <summary>The bytes of a certificate and its key as they lie on disk at one moment.</summary>
internal sealed class CertificateFiles
{
    private const int LargestFile = 1024 * 1024;

    private readonly TlsDoorOptions _options;
    private readonly byte[] _certificate;
    private readonly byte[] _key;

    private CertificateFiles(TlsDoorOptions options, byte[] certificate, byte[] key)
    {
        (_options, _certificate, _key) = (options, certificate, key);
        Fingerprint = Convert.ToHexString(SHA256.HashData([.. SHA256.HashData(certificate), .. SHA256.HashData(key)]));
    }

    /// <summary>Tells one content from another.</summary>
    public string Fingerprint { get; }

    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static CertificateFiles Read(TlsDoorOptions options) =>
        new(options, ReadFile(options.CertificateFile), options.KeyFile.Length > 0 ? ReadFile(options.KeyFile) : []);

    /// <summary>The certificate with its key, and the intermediates that are sent with it.</summary>
    /// <exception cref="CryptographicException">They are no certificate and key, do not belong together, or the password is wrong.</exception>
    public SslStreamCertificateContext Open()
    {
        var (certificate, others) = IsPkcs12 ? OpenPkcs12() : OpenPem();

        // Offline: nothing is fetched from the addresses that a certificate names.
        return SslStreamCertificateContext.Create(certificate, others, offline: true);
    }

    private bool IsPkcs12 => Path.GetExtension(_options.CertificateFile) is var extension
        && (extension.Equals(".pfx", StringComparison.OrdinalIgnoreCase) || extension.Equals(".p12", StringComparison.OrdinalIgnoreCase));

    private (X509Certificate2 Certificate, X509Certificate2Collection Others) OpenPkcs12()
    {
        var all = X509CertificateLoader.LoadPkcs12Collection(_certificate, _options.Password);
        var certificate = all.FirstOrDefault(one => one.HasPrivateKey) ?? throw new CryptographicException("No certificate in the file has a private key.");
        all.Remove(certificate);
        return (certificate, all);
    }

    private (X509Certificate2 Certificate, X509Certificate2Collection Others) OpenPem()
    {
        var text = Encoding.ASCII.GetString(_certificate);
        var key = _key.Length > 0 ? Encoding.ASCII.GetString(_key) : text;
        var certificate = _options.Password.Length > 0
            ? X509Certificate2.CreateFromEncryptedPem(text, key, _options.Password)
            : X509Certificate2.CreateFromPem(text, key);
        var others = new X509Certificate2Collection();
        others.ImportFromPem(text);
        others.RemoveAt(0);
        return (certificate, others);
    }

    private static byte[] ReadFile(string path)
    {
        // A path that names a device or a log by mistake must not fill the memory.
        using var file = File.OpenRead(path);
        var content = new byte[LargestFile];
        var length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return length < LargestFile ? content[..length] : throw new IOException("It is too large for a certificate.");
    }
}
