using System.Security.Cryptography;
using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake;

/// <summary>
/// A log that behaves: takes its time, one append after another per source, refuses when told to, and knows deliveries. What is in
/// <see cref="Stored"/> is durable; nothing is there before its append was about to complete.
/// </summary>
internal sealed class ControlledLog : IIntakeLog
{
    private readonly Lock _gate = new();
    private readonly List<StoredRecord> _stored = [];
    private readonly Dictionary<string, (string Body, AppendResult Result)> _deliveries = [];
    private readonly Dictionary<Guid, (Guid Stream, long Last)> _streams = [];
    private TaskCompletionSource _open = Opened();
    private int _refusals;
    private int _begun;
    private long _bytesBegun;

    /// <summary>How long an append takes.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>What a refusal throws.</summary>
    public Func<Exception> Refusal { get; set; } = () => new IntakeUnavailableException("away", TimeSpan.FromMilliseconds(10));

    /// <summary>A source whose school's data key cannot be opened.</summary>
    public SourceKey? WithoutKey { get; set; }

    /// <summary>Appends that have begun.</summary>
    public int Begun => Volatile.Read(ref _begun);

    /// <summary>Payload bytes of appends that have begun.</summary>
    public long BytesBegun => Interlocked.Read(ref _bytesBegun);

    public IReadOnlyList<StoredRecord> Stored
    {
        get
        {
            lock (_gate)
            {
                return [.. _stored];
            }
        }
    }

    public void Stall() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Resume() => _open.TrySetResult();

    public void RefuseNext(int appends) => Volatile.Write(ref _refusals, appends);

    public async Task<AppendResult> AppendAsync(SourceKey target, RecordBatch records, DeliveryClaim? delivery, CancellationToken cancellationToken)
    {
        Assert.NotEqual(0, records.Count);
        Interlocked.Increment(ref _begun);
        Interlocked.Add(ref _bytesBegun, records.Bytes);
        await _open.Task.WaitAsync(cancellationToken);
        await Task.Delay(Delay, cancellationToken);
        if (Interlocked.Decrement(ref _refusals) >= 0)
        {
            throw Refusal();
        }

        if (target == WithoutKey)
        {
            throw new IntakeUnavailableException("no key", TimeSpan.FromMilliseconds(10), new CryptographicException());
        }

        lock (_gate)
        {
            return Store(target, records, delivery);
        }
    }

    private AppendResult Store(SourceKey target, RecordBatch records, DeliveryClaim? delivery)
    {
        var flags = RecordFlags.None;
        var claim = delivery is null ? null : $"{target.Source} {delivery.Id}";
        if (claim is not null && _deliveries.TryGetValue(claim, out var earlier))
        {
            if (earlier.Body == Convert.ToHexString(delivery!.BodyHash.Span))
            {
                return earlier.Result with { Duplicate = true };
            }

            flags = RecordFlags.DeliveryConflict;
        }

        var (stream, last) = _streams.TryGetValue(target.Source, out var known) ? known : (Guid.NewGuid(), 0L);
        for (var index = 0; index < records.Count; index++)
        {
            var record = records[index];
            _stored.Add(new StoredRecord(target.Source, Encoding.UTF8.GetString(record.Payload.Span), record.Flags | flags, record.Envelope));
        }

        _streams[target.Source] = (stream, last + records.Count);
        var result = new AppendResult(stream, last + 1, records.Count, Duplicate: false);
        if (claim is not null)
        {
            _deliveries.TryAdd(claim, (Convert.ToHexString(delivery!.BodyHash.Span), result));
        }

        return result;
    }

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }
}

internal sealed record StoredRecord(Guid Source, string Text, RecordFlags Flags, RecordEnvelope Envelope);
