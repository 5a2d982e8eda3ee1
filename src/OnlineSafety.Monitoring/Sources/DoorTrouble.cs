using System.Diagnostics;
using OnlineSafety.Monitoring.IntakeLog;

namespace OnlineSafety.Monitoring.Sources;

/// <summary>
/// What can go wrong at the doors of one source: a closed list, so that whoever knocks can make no more rows than this for each source that there is.
/// Says why nothing arrives; holds nothing of what was sent.
/// </summary>
internal enum DoorTroubleKind : byte
{
    /// <summary>It sent faster than it may: held back (TCP, TLS), counted (UDP), or told to come again (mail).</summary>
    OverRate = 1,

    /// <summary>A connection was refused, for it or its sender had too many.</summary>
    TooManyConnections,

    /// <summary>A connection was refused, for it was not over TLS or not with the certificate that the source is bound to.</summary>
    ProofMissing,

    /// <summary>A dropped file could not be imported.</summary>
    FileFailed,

    /// <summary>A connection was closed, for it spoke TLS to a port that does not.</summary>
    TlsInClear,

    /// <summary>A connection was closed, for its framing could not be followed any further.</summary>
    FramingBroken,

    /// <summary>No TLS handshake came about.</summary>
    HandshakeFailed,

    /// <summary>A delivery was refused, for its key was missing or wrong.</summary>
    WrongKey,

    /// <summary>A delivery was refused, for its signature was missing, unreadable or wrong, or there is no secret to check it with.</summary>
    WrongSignature,

    /// <summary>A delivery was refused, for the time that it is signed with is not now: a clock is wrong, or it was sent again.</summary>
    WrongTime,

    /// <summary>A delivery was refused, for its sender's address is not one of the source's.</summary>
    AddressNotAllowed,

    /// <summary>A delivery was refused, for it was too large, as sent or unpacked, or had too many lines.</summary>
    TooLarge,

    /// <summary>A delivery was refused, for too many of the source's, or of all sources together, were being taken.</summary>
    TooManyRequests,

    /// <summary>A delivery was refused, for its body or delivery id could not be read: broken, empty, too slow, or coded in another way than gzip.</summary>
    NotReadable,

    /// <summary>The TLS certificate that its sender is met with ends within fourteen days. Counts the hours.</summary>
    CertificateEndsSoon,

    /// <summary>It ends within a day, or has ended.</summary>
    CertificateEndsNow,

    /// <summary>A mail was refused, for its sender is none that the source takes mail from.</summary>
    SenderRefused,

    /// <summary>A mail was refused, for it was too large or went round in circles.</summary>
    MailRefused,

    /// <summary>Something was refused, for the school left: its keys were destroyed, and the product goes on sending.</summary>
    SchoolClosed,
}

/// <summary>How often something went wrong at the doors of a source, as stored.</summary>
internal sealed class DoorTrouble
{
    public Guid SchoolId { get; set; }

    public Guid SourceId { get; set; }

    /// <summary>A word of <see cref="DoorTroubleWords"/>.</summary>
    public string Kind { get; set; } = "";

    public long Count { get; set; }

    public DateTimeOffset FirstSeen { get; set; }

    public DateTimeOffset LastSeen { get; set; }
}

/// <summary>Where the doors say what went wrong. Never waits, never throws.</summary>
internal interface IDoorTroubles
{
    void Report(SourceKey source, DoorTroubleKind kind, long count);
}

internal static class DoorTroubleWords
{
    public static string Of(DoorTroubleKind kind) => kind switch
    {
        DoorTroubleKind.OverRate => "over_rate",
        DoorTroubleKind.TooManyConnections => "too_many_connections",
        DoorTroubleKind.ProofMissing => "proof_missing",
        DoorTroubleKind.FileFailed => "file_failed",
        DoorTroubleKind.TlsInClear => "tls_to_plain_port",
        DoorTroubleKind.FramingBroken => "framing_broken",
        DoorTroubleKind.HandshakeFailed => "handshake_failed",
        DoorTroubleKind.WrongKey => "wrong_key",
        DoorTroubleKind.WrongSignature => "wrong_signature",
        DoorTroubleKind.WrongTime => "wrong_time",
        DoorTroubleKind.AddressNotAllowed => "address_not_allowed",
        DoorTroubleKind.TooLarge => "too_large",
        DoorTroubleKind.TooManyRequests => "too_many_requests",
        DoorTroubleKind.NotReadable => "not_readable",
        DoorTroubleKind.CertificateEndsSoon => "certificate_ends_soon",
        DoorTroubleKind.CertificateEndsNow => "certificate_ends_now",
        DoorTroubleKind.SenderRefused => "sender_refused",
        DoorTroubleKind.MailRefused => "mail_refused",
        DoorTroubleKind.SchoolClosed => "school_closed",
        _ => throw new UnreachableException(),
    };
}
