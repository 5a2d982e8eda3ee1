using OnlineSafety.Monitoring.IntakeLog;

namespace OnlineSafety.Monitoring.Sources;

/// <summary>What can go wrong at the doors of one source without a record being lost for it: a closed list.</summary>
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

    /// <summary>A mail was refused, for its sender is none that the source takes mail from.</summary>
    SenderRefused,

    /// <summary>A mail was refused, for it was too large or went round in circles.</summary>
    MailRefused,
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
        DoorTroubleKind.SenderRefused => "sender_refused",
        DoorTroubleKind.MailRefused => "mail_refused",
        _ => "file_failed",
    };
}
