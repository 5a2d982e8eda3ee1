using System.ComponentModel.DataAnnotations;
using System.Net;

namespace OnlineSafety.Monitoring.Intake.Syslog.Tls;

/// <summary>Syslog over TLS (RFC 5425), versions 1.2 and 1.3. Off without a certificate. Configuration section <c>Intake:Syslog:Tls</c>.</summary>
internal sealed class TlsDoorOptions : IValidatableObject
{
    /// <summary>Address and port of the common TLS listener, by convention port 6514; empty: none. Sources with a TLS port of their own do not need it.</summary>
    public string Listen { get; set; } = "";

    /// <summary>The server's certificate, absolute path: PEM with the certificate first and its intermediates after it, or PKCS #12 when it ends in <c>.pfx</c> or <c>.p12</c>.</summary>
    public string CertificateFile { get; set; } = "";

    /// <summary>The private key, PEM, absolute path; empty: it is in <see cref="CertificateFile"/>.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>Password of the key or of the PKCS #12 file; empty: none.</summary>
    public string Password { get; set; } = "";

    /// <summary>How long a sender may take for its handshake before it is cut off.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Null: no common TLS listener.</summary>
    public IPEndPoint? Endpoint => Listen.Length == 0 ? null : IPEndPoint.Parse(Listen);

    public bool HasCertificate => CertificateFile.Length > 0;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Listen.Length > 0 && !SyslogDoorOptions.IsAddressAndPort(Listen))
        {
            yield return new ValidationResult("Intake:Syslog:Tls:Listen must be ADDRESS:PORT, as 0.0.0.0:6514 or [::]:6514.", [nameof(Listen)]);
        }

        if (Listen.Length > 0 && !HasCertificate)
        {
            yield return new ValidationResult("Intake:Syslog:Tls:Listen needs Intake:Syslog:Tls:CertificateFile.", [nameof(CertificateFile)]);
        }

        // A relative path would mean another file after a start from another directory.
        if (Array.Exists([CertificateFile, KeyFile], path => path.Length > 0 && !Path.IsPathFullyQualified(path)))
        {
            yield return new ValidationResult(
                "Intake:Syslog:Tls:CertificateFile and KeyFile must be absolute paths, as /srv/onlinesafety/tls.pem.", [nameof(CertificateFile), nameof(KeyFile)]);
        }
    }
}
