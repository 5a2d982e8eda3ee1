namespace OnlineSafety.Monitoring.Processing.WhatIf;

/// <summary>Which records were read again, and from where. Thread-safe while it is filled.</summary>
internal sealed class WhatIfCoverage(DateTimeOffset from, DateTimeOffset to)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, List<(long First, long Last)>> _streams = [];

    public WhatIfSpan Log { get; } = new();

    public WhatIfSpan Evidence { get; } = new();

    /// <summary>Records of the span that the log has no more, or cannot open.</summary>
    public long Unreadable { get; private set; }

    public void AddSegment(Guid stream, long first, long last, in WhatIfSpan.Part records)
    {
        lock (_lock)
        {
            Add(stream, first, last);
            Log.Add(records);
        }
    }

    public void AddEvidence(Guid stream, long sequence, DateTimeOffset receivedAt)
    {
        lock (_lock)
        {
            Add(stream, sequence, sequence);
            Evidence.Add(new WhatIfSpan.Part(1, receivedAt, receivedAt));
        }
    }

    public void AddUnreadable(long records)
    {
        lock (_lock)
        {
            Unreadable += records;
        }
    }

    /// <summary>All is added: from here on it may be asked.</summary>
    public void Close()
    {
        foreach (var ranges in _streams.Values)
        {
            ranges.Sort();
        }
    }

    /// <summary>Whether the record of an event was read again.</summary>
    public bool Has(in EventPlace place)
    {
        if (place.ReceivedAt < from || place.ReceivedAt > to || !_streams.TryGetValue(place.Stream, out var ranges))
        {
            return false;
        }

        var at = ranges.BinarySearch((place.Sequence, long.MaxValue));
        at = at < 0 ? ~at - 1 : at;
        return at >= 0 && ranges[at].Last >= place.Sequence;
    }

    private void Add(Guid stream, long first, long last)
    {
        if (!_streams.TryGetValue(stream, out var ranges))
        {
            _streams[stream] = ranges = [];
        }

        ranges.Add((first, last));
    }
}

/// <summary>How many records of one kind were seen, and between which times.</summary>
internal sealed class WhatIfSpan
{
    public long Records { get; private set; }

    public DateTimeOffset? From { get; private set; }

    public DateTimeOffset? To { get; private set; }

    public void Add(in Part part)
    {
        if (part.Records > 0)
        {
            Records += part.Records;
            From = From is { } from && from <= part.From ? from : part.From;
            To = To is { } to && to >= part.To ? to : part.To;
        }
    }

    internal readonly record struct Part(long Records, DateTimeOffset From, DateTimeOffset To);
}
