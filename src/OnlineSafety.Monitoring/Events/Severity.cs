namespace OnlineSafety.Monitoring.Events;

/// <summary>
/// How soon a school must act. Words on every wire are the lower-case names. <c>None</c> also stands for
/// statistics-only themes: counted, never shown as an alert.
/// </summary>
public enum Severity : byte
{
    None = 0,
    Low = 1,
    Medium = 2,
    High = 3,
    Critical = 4,
}

/// <summary>The 4 Cs of Keeping Children Safe in Education (KCSIE), with <c>None</c> for benign.</summary>
internal enum Risk : byte
{
    None = 0,
    Content = 1,
    Contact = 2,
    Conduct = 3,
    Commerce = 4,
}

/// <summary>What the person did. <c>System</c> is the product speaking of itself (heartbeat, restart).</summary>
internal enum ActivityKind : byte
{
    Unknown = 0,
    Search = 1,
    Visit = 2,
    Typed = 3,
    App = 4,
    Message = 5,
    Report = 6,
    System = 7,
}

/// <summary>What the vendor's product did about it.</summary>
internal enum DeviceAction : byte
{
    Unknown = 0,
    Blocked = 1,
    Allowed = 2,
    Warned = 3,
    Redirected = 4,
    Observed = 5,
    Error = 6,
}

/// <summary>Where <c>occurredAt</c> was taken from, best first: the vendor's own time, the syslog header, our receive time.</summary>
internal enum TimeBasis : byte
{
    Received = 0,
    Header = 1,
    Vendor = 2,
}

/// <summary>What the school says a person is. <c>Unknown</c> goes to the DSL, marked.</summary>
internal enum PersonRole : byte
{
    Unknown = 0,
    Pupil = 1,
    Staff = 2,
    Head = 3,
    Dsl = 4,
    Deputy = 5,
    Chair = 6,
    Governor = 7,
}

/// <summary>Doors through which bytes come in.</summary>
internal enum Door : byte
{
    Http = 1,
    SyslogUdp = 2,
    SyslogTcp = 3,
    SyslogTls = 4,
    Mail = 5,
    File = 6,
}

/// <summary>What intake noticed about a record. Stored with it, for ever.</summary>
[Flags]
internal enum RecordFlags : byte
{
    None = 0,

    /// <summary>An unanswered request without a delivery id was probably sent again.</summary>
    PossibleDuplicate = 1,

    /// <summary>The delivery id was seen before with another body.</summary>
    DeliveryConflict = 2,

    /// <summary>The frame was cut (sender closed inside it, or a limit was met).</summary>
    Truncated = 4,

    /// <summary>The framing was broken; these bytes are what could be kept.</summary>
    BadFraming = 8,

    /// <summary>Arrived on a door that matched no source.</summary>
    Unassigned = 16,

    /// <summary>Sent by a browser: whoever learnt the address could have sent it.</summary>
    Unproven = 32,
}

/// <summary>How a stored record ended. Every record has exactly one; <c>verify</c> proves that they sum up.</summary>
internal enum Disposition : byte
{
    /// <summary>Nothing to keep but numbers.</summary>
    Counted = 0,

    /// <summary>A heartbeat or canary: feeds source health only.</summary>
    Control = 1,

    /// <summary>Could not be read or mapped: kept, listed with the reason, read for grave words.</summary>
    Review = 2,

    /// <summary>At least one event was recorded as a row.</summary>
    Concern = 3,

    /// <summary>Kept until its source has a mapping, and read for grave words meanwhile.</summary>
    Captured = 4,
}
