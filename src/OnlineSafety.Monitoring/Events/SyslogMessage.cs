namespace OnlineSafety.Monitoring.Events;

/// <summary>Which header a syslog line was found to have.</summary>
internal enum SyslogProfile : byte
{
    /// <summary>No header, or a priority and then the body at once.</summary>
    None = 0,

    /// <summary>A BSD-like header: time, host and tag, each optional.</summary>
    Rfc3164 = 1,

    Rfc5424 = 2,
}

/// <summary>
/// One syslog line taken apart without copying: the spans are slices of the line. Nothing is ever refused: what is no header is
/// body. Devices break RFC 3164 and RFC 5424 in every part, so each part is optional (priority, version, time, host, tag).
/// </summary>
internal readonly ref struct SyslogMessage
{
    /// <summary>What RFC 3164 section 4.3.3 gives a line without a priority: user, notice.</summary>
    public const int DefaultPriority = 13;

    private readonly DateTimeOffset _receivedAt;
    private readonly TimeZoneInfo _zone;

    internal SyslogMessage(scoped in SyslogHeader header, ReadOnlySpan<byte> line, DateTimeOffset receivedAt, TimeZoneInfo zone)
    {
        Time = header.Time;
        _receivedAt = receivedAt;
        _zone = zone;
        Profile = header.Profile;
        HasPriority = header.Priority >= 0;
        Priority = HasPriority ? header.Priority : DefaultPriority;
        HostName = line[header.Host];
        AppName = line[header.App];
        ProcId = line[header.Proc];
        MsgId = line[header.MsgId];
        StructuredData = line[header.Data];
        BodyRange = header.BodyStart..header.End;
        MessageRange = header.MessageStart..header.End;
        Message = line[MessageRange];
    }

    public SyslogProfile Profile { get; }

    /// <summary>Priority as sent, 0 to 191 when it follows the rules and up to 999 when not; <see cref="DefaultPriority"/> when none was sent.</summary>
    public int Priority { get; }

    public bool HasPriority { get; }

    /// <summary>The header's time as written.</summary>
    public SyslogTime Time { get; }

    /// <summary>The header's time; null when there is none or it is no date. Computed on demand: most readers never ask.</summary>
    public DateTimeOffset? Timestamp => Time.ToInstant(_zone, _receivedAt);

    public ReadOnlySpan<byte> HostName { get; }

    public ReadOnlySpan<byte> AppName { get; }

    public ReadOnlySpan<byte> ProcId { get; }

    public ReadOnlySpan<byte> MsgId { get; }

    /// <summary>The structured data with its brackets, as sent; empty when absent.</summary>
    public ReadOnlySpan<byte> StructuredData { get; }

    /// <summary>The text after header, one space and one byte order mark.</summary>
    public ReadOnlySpan<byte> Message { get; }

    /// <summary>Where <see cref="Message"/> stands in the line.</summary>
    public Range MessageRange { get; }

    /// <summary>Everything after the priority: the second reading of a line whose body was taken for a header.</summary>
    public Range BodyRange { get; }

    /// <summary>Reads a line (without framing; one trailing LF, CR LF or NULs are tolerated). Linear in its length; never throws.</summary>
    /// <param name="line">The line as received.</param>
    /// <param name="receivedAt">When it was received: decides the year that RFC 3164 leaves out.</param>
    /// <param name="zone">Zone of the sender's clock, for times that name none.</param>
    public static SyslogMessage Parse(ReadOnlySpan<byte> line, DateTimeOffset receivedAt, TimeZoneInfo zone)
    {
        var header = SyslogHeader.Read(line);
        return new SyslogMessage(header, line, receivedAt, zone);
    }
}
