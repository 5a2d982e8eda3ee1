using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OnlineSafety.Monitoring.Sources;

/// <summary>SHA-256 of a whole certificate: what <c>openssl x509 -fingerprint -sha256</c> prints.</summary>
internal static class CertificateThumbprint
{
    public static byte[] Of(X509Certificate certificate) => SHA256.HashData(certificate.GetRawCertData());

    /// <summary>Reads hexadecimal text with or without colons.</summary>
    /// <exception cref="SetupException">It is none.</exception>
    public static byte[] Parse(string text)
    {
        var digits = text.Replace(":", "", StringComparison.Ordinal);
        try
        {
            return Convert.FromHexString(digits) is { Length: SHA256.HashSizeInBytes } bytes ? bytes : throw new FormatException();
        }
        catch (FormatException)
        {
            throw new SetupException("A thumbprint is 64 hexadecimal digits, as openssl x509 -in client.pem -noout -fingerprint -sha256 prints them.");
        }
    }

    /// <summary>Reads the first certificate of a PEM or DER file.</summary>
    /// <exception cref="SetupException">There is none in it.</exception>
    public static byte[] OfFile(string path)
    {
        if (!File.Exists(path))
        {
            throw new SetupException($"There is no file {SetupText.Shown(path)}.");
        }

        try
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(path);
            return Of(certificate);
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"{SetupText.Shown(Path.GetFileName(path))} holds no certificate that can be read (PEM or DER).");
        }
    }

    public static string Text(byte[] thumbprint) => Convert.ToHexString(thumbprint).ToLowerInvariant();
}
