namespace OnlineSafety.Monitoring.Alerts.Reading;

/// <summary>How much of the log was read for the hour around an alert.</summary>
public enum LogSight : byte
{
    /// <summary>All of it.</summary>
    Whole,

    /// <summary>This process holds no key of the log, or no right to read it.</summary>
    Shut,

    /// <summary>Nothing of that time is kept any more.</summary>
    Gone,

    /// <summary>A bound was met: there is more than is shown.</summary>
    Cut,
}

/// <summary>What the log holds of one person around an alert.</summary>
/// <param name="Events">The newest first.</param>
/// <param name="From">Received from then on.</param>
/// <param name="To">Received until then.</param>
public sealed record LogHour(LogSight Sight, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<EventView> Events)
{
    /// <summary>What the same device did was asked for.</summary>
    public bool DeviceAsked { get; init; }

    /// <summary>On the same device in that time, by nobody who is named; empty where they were not asked for.</summary>
    public IReadOnlyList<EventView> Device { get; init; } = [];

    /// <summary>Events on the same device that name somebody else: counted, and not shown.</summary>
    public int Others { get; init; }

    /// <summary>Records that were looked through.</summary>
    public long Records { get; init; }

    /// <summary>Records whose key is gone, or which are damaged.</summary>
    public long Unreadable { get; init; }

    /// <summary>Sources whose records were looked through.</summary>
    public int Sources { get; init; }
}
