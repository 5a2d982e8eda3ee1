using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>An event that becomes a row.</summary>
internal sealed class PlannedEvent
{
    public required MonitoringEvent Event { get; set; }

    public required Assessment Assessment { get; set; }

    public required Subject Subject { get; init; }

    /// <summary>Keyed hash of the person it is grouped under; null when nobody is known.</summary>
    public required string? SubjectKey { get; init; }

    /// <summary>The person it is grouped under (<see cref="SubjectKeys"/>), as it is stored.</summary>
    public string? SubjectName { get; set; }

    public required string Route { get; init; }

    /// <summary>Why it needs review: empty for an event that a mapping read.</summary>
    public required string Review { get; init; }

    /// <summary>Of no concern, and planned only because an alert holds what its record was taken for before.</summary>
    public bool Held { get; init; }

    /// <summary>Rule and words of what was found, as a keyed hash: what a class does in one lesson has one. Null: nothing was found in words.</summary>
    public long? Signature { get; init; }

    /// <summary>The alert of no person that it joins when no alert of its person is open: of a class activity, or of its own copies. Null: none.</summary>
    public string? Cohort { get; set; }

    /// <summary>What Correlate saw; stored with the result, so that a replay sees the same.</summary>
    public History History { get; set; } = History.Empty;
}

/// <summary>A copy of a record's raw bytes.</summary>
internal readonly record struct PlannedEvidence(long Sequence, RecordEnvelope Envelope, ReadOnlyMemory<byte> Raw);

/// <summary>
/// Everything that one Record transaction will write for a range of one stream. Filled by the pure stages, reused by its worker.
/// </summary>
internal sealed class RecordPlan
{
    /// <summary>Words told apart in one range. They stand at its block too, so a product that invents one for each page must not fill the disk.</summary>
    private const int MostUnmapped = 1000;

    private readonly int[] _dispositions = new int[Enum.GetValues<Disposition>().Length];

    public List<PlannedEvent> Events { get; } = [];

    public List<PlannedEvidence> Evidence { get; } = [];

    public Counters Counters { get; } = new();

    public Dictionary<UnmappedKey, int> Unmapped { get; } = [];

    public ActivityTally Activity { get; } = new();

    /// <summary>Canaries that were seen, and when last.</summary>
    public Dictionary<Guid, DateTimeOffset> Canaries { get; } = [];

    public long First { get; private set; }

    public long Last { get; set; }

    public DateTimeOffset FirstReceivedAt { get; private set; }

    public DateTimeOffset LastReceivedAt { get; private set; }

    public DateTimeOffset? LastControlAt { get; private set; }

    /// <summary>Events whose person is in no list, though a user was named.</summary>
    public int UnknownRole { get; set; }

    /// <summary>How the last record ended.</summary>
    public Disposition Latest { get; private set; }

    public int Count(Disposition disposition) => _dispositions[(int)disposition];

    public void Start(long first)
    {
        Array.Clear(_dispositions);
        Events.Clear();
        Evidence.Clear();
        Counters.Clear();
        Unmapped.Clear();
        Activity.Clear();
        Canaries.Clear();
        First = first;
        Last = first - 1;
        FirstReceivedAt = DateTimeOffset.MaxValue;
        LastReceivedAt = DateTimeOffset.MinValue;
        LastControlAt = null;
        UnknownRole = 0;
    }

    /// <summary>Ends the next record of the range: it has exactly one disposition.</summary>
    /// <param name="unread">For review because nothing could read it; not because nothing was to, as in capture.</param>
    public void End(Disposition disposition, DateTimeOffset receivedAt, bool unread = true)
    {
        _dispositions[(int)disposition]++;
        Latest = disposition;
        Last++;
        FirstReceivedAt = receivedAt < FirstReceivedAt ? receivedAt : FirstReceivedAt;
        LastReceivedAt = receivedAt > LastReceivedAt ? receivedAt : LastReceivedAt;
        if (disposition == Disposition.Control)
        {
            LastControlAt = receivedAt;
            Activity.Skip();
        }
        else
        {
            Activity.AddRecord(receivedAt, unreadable: unread && disposition == Disposition.Review);
        }
    }

    /// <summary>Ends the last record otherwise: what an alert holds of it stays, and must be counted as what it is.</summary>
    public void EndInstead(Disposition disposition)
    {
        _dispositions[(int)Latest]--;
        _dispositions[(int)disposition]++;
        Latest = disposition;
    }

    public void AddUnmapped(string kind, string value)
    {
        var key = new UnmappedKey(kind, PostgresText.Of(value));
        if (Unmapped.Count >= MostUnmapped && !Unmapped.ContainsKey(key))
        {
            key = new UnmappedKey(kind, UnmappedKey.More);
        }

        ref var count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(Unmapped, key, out _);
        count++;
    }
}
