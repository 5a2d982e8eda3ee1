using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake;

/// <summary>Certificates made for a test, and the files they lie in.</summary>
internal sealed class TestCertificate : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("onlinesafety-certificate-").FullName;

    public string File => Path.Combine(_directory, "server.pem");

    public string KeyFile => Path.Combine(_directory, "server.key");

    public string Pkcs12 => Path.Combine(_directory, "server.pfx");

    public static X509Certificate2 Make(string name, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(from ?? DateTimeOffset.UtcNow.AddDays(-1), to ?? DateTimeOffset.UtcNow.AddYears(1));
    }

    /// <summary>A certificate, and that of the intermediate authority that issued it.</summary>
    public static (X509Certificate2 Leaf, X509Certificate2 Issuer) MakeIssued(string name, string issuer)
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        using var root = Authority("root", rootKey).CreateSelfSigned(from, to.AddDays(1));
        using var made = Authority(issuer, issuerKey).Create(root, from, to, [1]);
        var authority = made.CopyWithPrivateKey(issuerKey);
        using var leaf = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).Create(authority, from, to.AddDays(-1), [2]);
        return (leaf.CopyWithPrivateKey(key), authority);
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request;
    }

    /// <summary>Writes a new certificate over the old one.</summary>
    public X509Certificate2 Write(string name, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        var certificate = Make(name, from, to);
        System.IO.File.WriteAllText(KeyFile, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        System.IO.File.WriteAllText(File, certificate.ExportCertificatePem());
        return certificate;
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
