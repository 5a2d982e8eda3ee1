using System.Buffers;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.IntakeLog;

/// <summary>Makes the sealed segments of one commit, and knows where each stream of its writer stands. Not thread-safe.</summary>
internal sealed class SegmentPlanner(Database database, DataKeyRing keys, TimeProvider time)
{
    private readonly Dictionary<SourceKey, OpenStream> _streams = [];
    private readonly HashSet<DateOnly> _partitions = [];
    private readonly ArrayBufferWriter<byte> _plain = new(256 * 1024);

    /// <summary>What is next goes into new streams: where the old ones stand is not known any more.</summary>
    public void Forget() => _streams.Clear();

    /// <summary>The plan is in the log.</summary>
    public void Complete(SegmentPlan plan) => plan.Complete(_streams);

    /// <summary>Seals what these appends bring into one segment for each source, behind what the stream of that source holds.</summary>
    public async Task<SegmentPlan> PlanAsync(
        IReadOnlyList<PendingAppend> appends, Dictionary<DeliveryKey, StoredClaim> claims, Actor actor, CancellationToken cancellationToken)
    {
        var now = Microsecond(time.GetUtcNow());
        var day = DateOnly.FromDateTime(now.UtcDateTime);
        await EnsurePartitionsAsync(day, actor, cancellationToken);
        var plan = new SegmentPlan();
        foreach (var append in appends)
        {
            plan.Take(append, claims);
        }

        // By school, so that the scope is stated once for each.
        foreach (var (target, taken) in plan.Taken.OrderBy(t => t.Key.School))
        {
            var key = await keys.GetOrMakeAsync(target.School, day, cancellationToken);
            if (!_streams.TryGetValue(target, out var stream) || stream.Day != day)
            {
                stream = new OpenStream(Guid.NewGuid(), day, Next: 1, SegmentHeader.Genesis);
            }

            plan.Add(SegmentOf(target, stream, key, taken));
        }

        return plan;
    }

    private SealedSegment SegmentOf(SourceKey target, OpenStream stream, DataKey key, List<PendingAppend> appends)
    {
        var batches = new RecordBatch[appends.Count];
        var next = stream.Next;
        DateTimeOffset from = DateTimeOffset.MaxValue, to = DateTimeOffset.MinValue;
        for (var i = 0; i < batches.Length; i++)
        {
            var records = batches[i] = appends[i].Records;
            appends[i].First = next;
            next += records.Count;
            foreach (ref readonly var entry in records.Entries)
            {
                (from, to) = (entry.ReceivedAt < from ? entry.ReceivedAt : from, entry.ReceivedAt > to ? entry.ReceivedAt : to);
            }
        }

        (from, to) = (Microsecond(from), Microsecond(to));
        _plain.ResetWrittenCount();
        SegmentFormat.Write(batches, from, _plain);
        var (codec, rented, length) = SegmentCompression.Compress(_plain.WrittenSpan);
        var header = new SegmentHeader(
            target.School, target.Source, stream.Id, stream.Day, stream.Next, next - 1, from, to, codec, key.Id, stream.HeadHash);
        Span<byte> associated = stackalloc byte[SegmentHeader.CanonicalLength];
        header.WriteCanonical(associated);
        var payload = SealedBytes.Seal(key.Key, rented.AsSpan(0, length), associated);
        ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        return new SealedSegment(header, header.Hash(payload), payload, appends);
    }

    private async Task EnsurePartitionsAsync(DateOnly day, Actor actor, CancellationToken cancellationToken)
    {
        if (_partitions.Contains(day))
        {
            return;
        }

        // Tomorrow's too: making one takes a short exclusive lock, better in advance than at midnight.
        await using var session = await database.OpenAcrossAsync(actor, cancellationToken);
        await using var ensure = session.Command("SELECT ensure_intake_partition($1), ensure_intake_partition($2)");
        ensure.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = day });
        ensure.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = day.AddDays(1) });
        await ensure.ExecuteNonQueryAsync(cancellationToken);
        await session.CommitAsync(cancellationToken);
        _partitions.Add(day);
    }

    private static DateTimeOffset Microsecond(DateTimeOffset value) => new(value.UtcTicks - (value.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}

/// <summary>Where a stream stands in this writer.</summary>
internal sealed record OpenStream(Guid Id, DateOnly Day, long Next, ReadOnlyMemory<byte> HeadHash);
