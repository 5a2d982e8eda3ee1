namespace OnlineSafety.Monitoring.Events;

/// <summary>One header of a delivery, as received. Only those that a mapping may need are kept; never credentials.</summary>
internal readonly record struct DeliveryHeader(string Name, string Value);

/// <summary>
/// How records arrived: the same for many records, so it is shared and stored once per segment.
/// </summary>
/// <param name="Door">The door.</param>
/// <param name="ContentType">Media type without parameters (<c>application/json</c>), or <c>text/syslog</c> for a syslog frame.</param>
/// <param name="Peer">The sender's address as text, without port.</param>
/// <param name="Headers">Delivery headers kept, possibly none.</param>
internal sealed record RecordEnvelope(Door Door, string ContentType, string Peer, IReadOnlyList<DeliveryHeader> Headers)
{
    public const string Syslog = "text/syslog";
    public const string PlainText = "text/plain";
    public const string Json = "application/json";
    public const string NdJson = "application/x-ndjson";
    public const string Csv = "text/csv";
    public const string Mail = "message/rfc822";
    public const string Form = "application/x-www-form-urlencoded";

    /// <summary>A line of syslog or text; else a body kept whole.</summary>
    public bool IsLine => ContentType is Syslog or PlainText;

    public static RecordEnvelope Of(Door door, string contentType, string peer) => new(door, contentType, peer, []);
}

/// <summary>
/// Bytes as they came through a door, with what intake knows about them. The payload is the line or body itself,
/// without transport framing (no octet count, no trailing LF), otherwise untouched.
/// </summary>
internal readonly record struct RawRecord(
    RecordEnvelope Envelope,
    DateTimeOffset ReceivedAt,
    RecordFlags Flags,
    ReadOnlyMemory<byte> Payload);

/// <summary>A place in the intake log. Sequences start at 1 in each stream and have no gaps.</summary>
internal readonly record struct RecordPosition(Guid Stream, long Sequence)
{
    public override string ToString() => $"{Stream:N}-{Sequence}";
}

/// <summary>The id of an event: position of its record and the part of the record it came from (0 for the first).</summary>
internal readonly record struct EventId(Guid Stream, long Sequence, int Part)
{
    public override string ToString() => $"{Stream:N}-{Sequence}-{Part}";
}
