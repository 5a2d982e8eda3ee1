using System.Diagnostics;
using System.Diagnostics.Metrics;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Telemetry;

/// <summary>Why a door refused, cut or lost something: a closed list, so that every limit has its own count.</summary>
internal enum IntakeReason
{
    SourceMalformed,
    Unauthorized,
    SigningSecretMissing,
    SignatureMissing,
    SignatureMalformed,
    SignatureWrong,
    TimestampOutside,
    AddressNotAllowed,
    SourceBusy,
    LogBusy,
    LogUnavailable,
    EncodingUnsupported,
    BodyTooLarge,
    ExpandedTooLarge,
    TooManyRecords,
    BodyEmpty,
    BodyBroken,
    BodyTooSlow,
    DeliveryIdInvalid,
    ConnectionLimit,
    PeerConnectionLimit,
    SourceConnectionLimit,
    MemoryLimit,
    HandshakeFailed,
    HandshakeTooSlow,
    ProofMissing,
    Idle,
    CountTooLarge,
    FrameTooLong,
    TlsInClear,
    QueueFull,
    Kernel,
    Stopping,
    RecipientUnknown,
    SenderNotAllowed,
    OverRate,
    MailLoop,
    CommandsBroken,
    SchoolClosed,
    KeyUnusable,
    OnlyForBrowsers,
}

/// <summary>What the doors took, refused and lost, by door and reason.</summary>
internal static class IntakeMetrics
{
    private static readonly Counter<long> Received = Counter("records.received", "{record}", "Records read from senders.");
    private static readonly Counter<long> Accepted = Counter("records.accepted", "{record}", "Records that are durable in the intake log.");
    private static readonly Counter<long> AcceptedBytes = Counter("bytes.accepted", "By", "Payload bytes that are durable in the intake log.");
    private static readonly Counter<long> Rejected = Counter("rejected", "{rejection}", "Requests and connections refused or closed by a limit.");
    private static readonly Counter<long> Dropped = Counter("records.dropped", "{record}", "Records lost before the intake log.");
    private static readonly Counter<long> Flagged = Counter("records.flagged", "{record}", "Records kept with a flag: cut, badly framed, possibly sent twice, unassigned.");
    private static readonly Counter<long> Retries = Counter("append.retries", "{append}", "Appends tried again because the log could not take them.");
    private static readonly Counter<long> OverRate = Counter("records.over_rate", "{record}", "Records of sources that sent faster than they may; kept.");
    private static readonly Counter<long> HeldBack = Counter("held_back", "{time}", "Times that reading waited for room, by limit.");
    private static readonly Counter<long> HeadersLeftOut = Counter("headers.left_out", "{header}", "Headers of deliveries that were too long to be kept with their records.");
    private static readonly Counter<long> Files = Counter("files", "{file}", "Dropped files: done, failed, changed while read, to be tried again.");
    private static readonly UpDownCounter<long> Connections =
        Instruments.Meter.CreateUpDownCounter<long>("onlinesafety.intake.connections", "{connection}", "Open connections of syslog and mail.");

    private static readonly Gauge<double> CertificateLeft =
        Instruments.Meter.CreateGauge<double>("onlinesafety.intake.certificate.left", "s", "Time until the TLS certificate of the doors ends; negative afterwards.");

    private static readonly Histogram<long> BatchRecords = Instruments.Meter.CreateHistogram(
        "onlinesafety.intake.batch.records", "{record}", "Records in one append.",
        advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000] });

    private static readonly Histogram<double> AppendDuration = Instruments.Meter.CreateHistogram(
        "onlinesafety.intake.append.duration", "s", "Time until an append was durable or failed.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5] });

    public static void OnReceived(Door door, int records) => Received.Add(records, Tag(door));

    public static void OnAccepted(Door door, int records, int bytes)
    {
        Accepted.Add(records, Tag(door));
        AcceptedBytes.Add(bytes, Tag(door));
    }

    public static void OnRejected(Door door, IntakeReason reason, long count = 1) => Rejected.Add(count, Tag(door), Tag(reason));

    public static void OnDropped(Door door, IntakeReason reason, long records) => Dropped.Add(records, Tag(door), Tag(reason));

    public static void OnFlagged(Door door, string flag, long records) => Flagged.Add(records, Tag(door), new("flag", flag));

    public static void OnOverRate(Door door, long records) => OverRate.Add(records, Tag(door));

    public static void OnHeldBack(Door door, IntakeReason reason) => HeldBack.Add(1, Tag(door), Tag(reason));

    public static void OnHeaderLeftOut() => HeadersLeftOut.Add(1, Tag(Door.Http));

    public static void OnRetry(Door door) => Retries.Add(1, Tag(door));

    /// <param name="outcome"><c>done</c>, <c>failed</c>, <c>changed</c> or <c>retried</c>.</param>
    public static void OnFile(string outcome) => Files.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public static void OnConnection(Door door, int change) => Connections.Add(change, Tag(door));

    public static void OnCertificate(TimeSpan left) => CertificateLeft.Record(left.TotalSeconds);

    public static void OnAppend(Door door, int records, TimeSpan took, bool durable)
    {
        BatchRecords.Record(records, Tag(door));
        AppendDuration.Record(took.TotalSeconds, Tag(door), new("outcome", durable ? "durable" : "failed"));
    }

    public static string WordOf(Door door) => door switch
    {
        Door.Http => "http",
        Door.SyslogUdp => "syslog-udp",
        Door.SyslogTcp => "syslog-tcp",
        Door.SyslogTls => "syslog-tls",
        Door.Mail => "mail",
        _ => "file",
    };

    public static string WordOf(IntakeReason reason) => reason switch
    {
        IntakeReason.SourceMalformed => "source_malformed",
        IntakeReason.Unauthorized => "unauthorized",
        IntakeReason.SigningSecretMissing => "signing_secret_missing",
        IntakeReason.SignatureMissing => "signature_missing",
        IntakeReason.SignatureMalformed => "signature_malformed",
        IntakeReason.SignatureWrong => "signature_wrong",
        IntakeReason.TimestampOutside => "timestamp_outside",
        IntakeReason.AddressNotAllowed => "address_not_allowed",
        IntakeReason.SourceBusy => "source_busy",
        IntakeReason.LogBusy => "log_busy",
        IntakeReason.LogUnavailable => "log_unavailable",
        IntakeReason.EncodingUnsupported => "encoding_unsupported",
        IntakeReason.BodyTooLarge => "body_too_large",
        IntakeReason.ExpandedTooLarge => "expanded_too_large",
        IntakeReason.TooManyRecords => "too_many_records",
        IntakeReason.BodyEmpty => "body_empty",
        IntakeReason.BodyBroken => "body_broken",
        IntakeReason.BodyTooSlow => "body_too_slow",
        IntakeReason.DeliveryIdInvalid => "delivery_id_invalid",
        IntakeReason.ConnectionLimit => "connection_limit",
        IntakeReason.PeerConnectionLimit => "peer_connection_limit",
        IntakeReason.SourceConnectionLimit => "source_connection_limit",
        IntakeReason.MemoryLimit => "memory_limit",
        IntakeReason.HandshakeFailed => "handshake_failed",
        IntakeReason.HandshakeTooSlow => "handshake_too_slow",
        IntakeReason.ProofMissing => "proof_missing",
        IntakeReason.Idle => "idle",
        IntakeReason.CountTooLarge => "count_too_large",
        IntakeReason.FrameTooLong => "frame_too_long",
        IntakeReason.TlsInClear => "tls_in_clear",
        IntakeReason.QueueFull => "queue_full",
        IntakeReason.Kernel => "kernel",
        IntakeReason.Stopping => "stopping",
        IntakeReason.RecipientUnknown => "recipient_unknown",
        IntakeReason.SenderNotAllowed => "sender_not_allowed",
        IntakeReason.OverRate => "over_rate",
        IntakeReason.MailLoop => "mail_loop",
        IntakeReason.CommandsBroken => "commands_broken",
        IntakeReason.SchoolClosed => "school_closed",
        IntakeReason.KeyUnusable => "key_unusable",
        IntakeReason.OnlyForBrowsers => "only_for_browsers",
        _ => throw new UnreachableException(),
    };

    private static Counter<long> Counter(string name, string unit, string description) =>
        Instruments.Meter.CreateCounter<long>("onlinesafety.intake." + name, unit, description);

    private static KeyValuePair<string, object?> Tag(Door door) => new("door", WordOf(door));

    private static KeyValuePair<string, object?> Tag(IntakeReason reason) => new("reason", WordOf(reason));
}
