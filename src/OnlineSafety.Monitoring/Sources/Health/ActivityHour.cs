using System.Numerics;

namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>
/// What a source sent in one hour of received time; one row of <c>source_activity</c>. Heartbeats and canaries are not in it: a relay that
/// marks the hour, or a canary that comes through, says nothing of the pupils' devices.
/// </summary>
/// <param name="Hour">Its first instant, UTC.</param>
/// <param name="Unreadable">Records kept for review.</param>
/// <param name="Skewed">Records with an event whose clock cannot be right.</param>
/// <param name="Heard">Bit m is set when a record came in minute m: gaps to the minute, in eight bytes.</param>
internal readonly record struct ActivityHour(DateTimeOffset Hour, int Records, int Unreadable, int Skewed, long Heard)
{
    public int Minutes => BitOperations.PopCount((ulong)Heard);

    public bool HeardIn(int minute) => (Heard >> minute & 1) != 0;
}

/// <summary>A span in which an alarm of the source stood; one that stands ends in the far future. What happened in it is not what is usual.</summary>
internal readonly record struct AlarmSpan(SourceState State, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>Its silences say nothing of the usual ones.</summary>
    public bool IsQuiet => State is SourceState.Silent or SourceState.VolumeCollapsed;

    public bool Meets(DateTimeOffset from, DateTimeOffset to) => From < to && To > from;
}

/// <summary>A class of devices was seen by a source on a day.</summary>
internal readonly record struct DeviceDay(string Class, DateOnly Day);
