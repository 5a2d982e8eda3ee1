using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Syslog;

/// <summary>
/// Messages of one read, gathered per source; reused for the next. Buffers stay with the sources that are busy, so a message costs a copy.
/// Not thread-safe: filled by one, then appended, then filled again.
/// </summary>
internal sealed class SourceBatches(Door door)
{
    /// <summary>A relay may carry hundreds of sources; beyond this the buffers are let go between reads.</summary>
    private const int MostBuffersKept = 64;

    private readonly Dictionary<Guid, SourceBatch> _bySource = [];
    private readonly List<SourceBatch> _filled = [];
    private SourceBatch? _last;

    public Door Door => door;

    public int Count { get; private set; }

    public int Bytes { get; private set; }

    public IReadOnlyList<SourceBatch> Filled => _filled;

    /// <param name="source">The source; null when none matched.</param>
    /// <param name="envelope">How the message arrived.</param>
    /// <param name="receivedAt">When it was read.</param>
    /// <param name="flags">What framing noticed.</param>
    /// <param name="message">The message without framing.</param>
    public void Add(SourceRegistration? source, RecordEnvelope envelope, DateTimeOffset receivedAt, RecordFlags flags, ReadOnlySpan<byte> message)
    {
        var batch = _last is not null && ReferenceEquals(_last.Source, source) ? _last : _last = BatchOf(source);
        if (batch.Records.Count == 0)
        {
            _filled.Add(batch);
        }

        batch.Records.Add(envelope, receivedAt, source is null ? flags | RecordFlags.Unassigned : flags, message);
        Count++;
        Bytes += message.Length;
        if (flags != RecordFlags.None)
        {
            IntakeMetrics.OnFlagged(door, (flags & RecordFlags.BadFraming) != 0 ? "bad_framing" : "truncated", 1);
        }
    }

    public void Clear()
    {
        foreach (var batch in _filled)
        {
            batch.Records.Clear();
        }

        _filled.Clear();
        Count = 0;
        Bytes = 0;
        if (_bySource.Count > MostBuffersKept)
        {
            _bySource.Clear();
            _last = null;
        }
    }

    private SourceBatch BatchOf(SourceRegistration? source)
    {
        var id = SourceBatch.IdOf(source);
        if (_bySource.TryGetValue(id, out var batch))
        {
            // The registration may have been replaced by a newer one of the same source.
            batch.Source = source;
            return batch;
        }

        return _bySource[id] = new SourceBatch { Source = source };
    }
}

internal sealed class SourceBatch
{
    /// <summary>Null: no source matched.</summary>
    public SourceRegistration? Source { get; set; }

    public RecordBatch Records { get; private set; } = RecordBatch.Kept();

    /// <summary>The source's id; of none that matched, the empty one.</summary>
    public Guid Id => IdOf(Source);

    public static Guid IdOf(SourceRegistration? source) => source?.Key.Source ?? Guid.Empty;

    /// <summary>Its records in a batch of their own; this one is then empty.</summary>
    public SourceBatch Taken()
    {
        var taken = new SourceBatch { Source = Source, Records = Records };
        Records = RecordBatch.Kept();
        return taken;
    }

    /// <summary>After an append whose outcome nobody can tell, the same records may be stored already: says so on each. The log knows them again while it runs.</summary>
    public void MarkPossibleDuplicates() => Records = Records.Marked(RecordFlags.PossibleDuplicate);
}
