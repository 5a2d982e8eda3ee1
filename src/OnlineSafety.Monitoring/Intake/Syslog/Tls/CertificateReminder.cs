using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Intake.Syslog.Tls;

/// <summary>
/// Says every hour to the sources that come or may come over TLS that the doors' certificate ends: <c>source list</c> shows it, and their schools'
/// digests tell it, in whatever process they are made.
/// </summary>
internal sealed class CertificateReminder(ServerCertificate certificate, TlsDoorOptions options, ISourceDirectory directory, IDoorTroubles troubles, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    private long? _remindedAt;
    private CertificateAge _reminded;

    /// <summary>Called again and again by one caller.</summary>
    public void Remind()
    {
        var age = certificate.Age;
        if (age == CertificateAge.Good || (age == _reminded && _remindedAt is { } at && time.GetElapsedTime(at) < Every))
        {
            return;
        }

        (_reminded, _remindedAt) = (age, time.GetTimestamp());
        var kind = age == CertificateAge.EndsSoon ? DoorTroubleKind.CertificateEndsSoon : DoorTroubleKind.CertificateEndsNow;
        foreach (var source in directory.Sources)
        {
            // On the common listeners any source may choose TLS.
            if (source is { Door: SourceDoor.Syslog, Unassigned: false } && (source.Tls || (source.Port is null && options.Endpoint is not null)))
            {
                troubles.Report(source.Key, kind, 1);
            }
        }
    }
}
