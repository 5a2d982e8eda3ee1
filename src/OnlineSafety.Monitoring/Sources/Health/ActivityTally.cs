namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>Gathers the activity of a range of records for the rows of <see cref="ActivityHour"/> and <see cref="DeviceDay"/>. Reused by its worker.</summary>
internal sealed class ActivityTally
{
    private readonly List<ActivityHour> _hours = [];
    private readonly HashSet<DeviceDay> _devices = [];
    private DeviceDay _lastDevice;
    private int _current;
    private bool _skewed;

    /// <summary>Hours in no order, each once.</summary>
    public IReadOnlyList<ActivityHour> Hours => _hours;

    public IReadOnlyCollection<DeviceDay> Devices => _devices;

    public DateTimeOffset? LastAt { get; private set; }

    public void Clear()
    {
        _hours.Clear();
        _devices.Clear();
        (_lastDevice, _current, _skewed, LastAt) = (default, 0, false, null);
    }

    /// <summary>An event of the record in hand: its device, and whether its clock cannot be right.</summary>
    public void AddEvent(string deviceClass, bool skewed, DateTimeOffset receivedAt)
    {
        _skewed |= skewed;
        if (deviceClass == DeviceClasses.Unknown)
        {
            return;
        }

        // Records come in the order of their times: nearly always the device's day is the one before.
        var device = new DeviceDay(deviceClass, DateOnly.FromDateTime(receivedAt.UtcDateTime));
        if (device != _lastDevice)
        {
            _lastDevice = device;
            _devices.Add(device);
        }
    }

    /// <summary>Ends the record in hand.</summary>
    public void AddRecord(DateTimeOffset receivedAt, bool unreadable)
    {
        var ticks = receivedAt.UtcTicks;
        var hour = ticks - ticks % TimeSpan.TicksPerHour;
        if (_current >= _hours.Count || _hours[_current].Hour.UtcTicks != hour)
        {
            _current = _hours.FindIndex(known => known.Hour.UtcTicks == hour);
            if (_current < 0)
            {
                _current = _hours.Count;
                _hours.Add(new ActivityHour(new DateTimeOffset(hour, TimeSpan.Zero), 0, 0, 0, 0));
            }
        }

        var known = _hours[_current];
        _hours[_current] = new ActivityHour(
            known.Hour, known.Records + 1, known.Unreadable + (unreadable ? 1 : 0), known.Skewed + (_skewed ? 1 : 0),
            known.Heard | 1L << (int)((ticks - hour) / TimeSpan.TicksPerMinute));
        LastAt = LastAt is { } last && last > receivedAt ? last : receivedAt;
        _skewed = false;
    }

    /// <summary>Drops the record in hand: a heartbeat or canary.</summary>
    public void Skip() => _skewed = false;
}
