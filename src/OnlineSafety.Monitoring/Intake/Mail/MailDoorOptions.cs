using System.ComponentModel.DataAnnotations;
using System.Net;
using OnlineSafety.Monitoring.Intake.Syslog;

namespace OnlineSafety.Monitoring.Intake.Mail;

/// <summary>
/// The mail door: an SMTP server (RFC 5321) for the addresses of our sources and for nothing else. Shut unless <see cref="Listen"/> is set. STARTTLS is
/// offered with the doors' certificate (<c>Intake:Syslog:Tls:CertificateFile</c>), when there is one. Configuration section <c>Intake:Mail</c>.
/// </summary>
internal sealed class MailDoorOptions : IValidatableObject
{
    /// <summary>Address and port, as 0.0.0.0:2525; port 0 takes a free one; empty: no mail is taken.</summary>
    public string Listen { get; set; } = "";

    /// <summary>What stands after the @ of our sources' addresses; its MX record, or the product's relay, must lead here. Empty: this host's name.</summary>
    public string Domain { get; set; } = "";

    /// <summary>Null: the door is shut.</summary>
    public IPEndPoint? Endpoint => Listen.Length == 0 ? null : IPEndPoint.Parse(Listen);

    /// <summary>Lower-case.</summary>
    public string DomainOrHost => (Domain.Length > 0 ? Domain : Dns.GetHostName()).ToLowerInvariant();

    /// <summary>Largest mail in bytes as sent; a larger one is refused for good (552). Default 10 MiB.</summary>
    [Range(64 * 1024, 64 * 1024 * 1024)]
    public int MaxMessageBytes { get; set; } = 10 * 1024 * 1024;

    /// <summary>Memory that mails may hold from their first byte until they are durable; over it senders are told to come again (452). One mail always fits.</summary>
    [Range(1024 * 1024, int.MaxValue)]
    public int MaxPendingBytes { get; set; } = 64 * 1024 * 1024;

    [Range(1, 100_000)]
    public int MaxConnections { get; set; } = 200;

    [Range(1, 100_000)]
    public int MaxConnectionsPerPeer { get; set; } = 20;

    /// <summary>Mails a minute of one source, one minute's worth at once; over it its senders are told to come again (451). 0: no limit.</summary>
    [Range(0, 1_000_000)]
    public int MaxMailsPerMinutePerSource { get; set; } = 600;

    /// <summary>Commands of one connection that are none, or come at the wrong time, before it is closed.</summary>
    [Range(1, 1000)]
    public int MaxBadCommands { get; set; } = 10;

    /// <summary>Commands between two mails of one connection, right as they may be, before it is closed.</summary>
    [Range(10, 10_000)]
    public int MaxCommandsPerMail { get; set; } = 100;

    /// <summary>Servers that a mail may have passed (its Received fields); one with more goes round in circles and is refused.</summary>
    [Range(1, 1000)]
    public int MaxHops { get; set; } = 30;

    /// <summary>How long a sender may take for its next command (RFC 5321, 4.5.3.2.7: five minutes).</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan CommandWithin { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the whole of one mail may take to arrive, however steadily it trickles.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan MailWithin { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a stop waits for mails that are being taken.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan StopWithin { get; set; } = TimeSpan.FromSeconds(10);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Listen.Length > 0 && !SyslogDoorOptions.IsAddressAndPort(Listen))
        {
            yield return new ValidationResult("Intake:Mail:Listen must be ADDRESS:PORT, as 0.0.0.0:2525 or [::]:2525.", [nameof(Listen)]);
        }

        if (Domain.Length > 0 && Uri.CheckHostName(Domain) != UriHostNameType.Dns)
        {
            yield return new ValidationResult("Intake:Mail:Domain must be a domain, as safety.example.sch.uk.", [nameof(Domain)]);
        }
    }
}
