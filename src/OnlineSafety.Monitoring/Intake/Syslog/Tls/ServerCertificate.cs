using System.Net.Security;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Syslog.Tls;

/// <summary>How near its end a certificate is.</summary>
internal enum CertificateAge
{
    Good,

    /// <summary>Fourteen days or less.</summary>
    EndsSoon,

    /// <summary>One day or less.</summary>
    EndsNow,
    Ended,
}

/// <summary>
/// The certificate that new TLS connections are met with. It follows its files: what is open keeps the one it began with, and a new file that cannot
/// be used changes nothing but the log and <c>/health/ready</c>.
/// </summary>
internal sealed class ServerCertificate(TlsDoorOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan RemindEvery = TimeSpan.FromDays(1);

    private volatile SslStreamCertificateContext? _context;
    private volatile bool _faulty;
    private string? _used;
    private string? _refused;
    private CertificateAge _warned;
    private DateTimeOffset _warnedAt;

    /// <summary>Null while none could be read, or none is configured.</summary>
    public SslStreamCertificateContext? Context => _context;

    /// <summary>The files as they are now cannot be used.</summary>
    public bool Faulty => _faulty;

    public CertificateAge Age
    {
        get
        {
            if (_context is not { TargetCertificate: var certificate })
            {
                return CertificateAge.Good;
            }

            return (certificate.NotAfter.ToUniversalTime() - time.GetUtcNow().UtcDateTime).TotalDays switch
            {
                <= 0 => CertificateAge.Ended,
                <= 1 => CertificateAge.EndsNow,
                <= 14 => CertificateAge.EndsSoon,
                _ => CertificateAge.Good,
            };
        }
    }

    /// <summary>Looks at the files, takes what is new, and warns. Called again and again by one caller.</summary>
    public void Look()
    {
        if (!options.HasCertificate)
        {
            return;
        }

        // Its content, not its time: a link that is turned to another directory keeps the times of the files there.
        CertificateFiles? files = null;
        try
        {
            files = CertificateFiles.Read(options);
            if (files.Fingerprint != _used)
            {
                // The earlier one is not disposed: connections that it opened are still there.
                _context = files.Open();
                _used = files.Fingerprint;
                DoorLog.CertificateTaken(logger, _context.TargetCertificate.Subject, _context.TargetCertificate.NotAfter.ToUniversalTime());
            }

            _faulty = false;
            _refused = null;
        }
        catch (Exception exception)
        {
            // Also what an unusual key makes the platform throw: the certificate in use stays, and the service with it.
            Refuse(files?.Fingerprint ?? exception.GetType().Name, exception);
        }

        Warn();
    }

    private void Refuse(string what, Exception exception)
    {
        _faulty = true;
        if (_refused != what)
        {
            _refused = what;

            // Of a certificate's own files: its message tells what is wrong with them and holds nothing of any record.
            DoorLog.CertificateRefused(logger, exception.Message, _context is null ? "TLS stays closed" : "the one before stays in use");
        }
    }

    private void Warn()
    {
        if (_context is not { TargetCertificate: var certificate })
        {
            return;
        }

        var now = time.GetUtcNow();
        var age = Age;
        IntakeMetrics.OnCertificate(certificate.NotAfter.ToUniversalTime() - now.UtcDateTime);
        if (age != CertificateAge.Good && (age != _warned || now - _warnedAt >= RemindEvery))
        {
            _warnedAt = now;
            if (age == CertificateAge.EndsSoon)
            {
                DoorLog.CertificateEndsSoon(logger, certificate.NotAfter.ToUniversalTime());
            }
            else
            {
                DoorLog.CertificateEnds(logger, certificate.NotAfter.ToUniversalTime());
            }
        }

        _warned = age;
    }
}
