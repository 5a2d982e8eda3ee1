using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.IntakeLog;

/// <summary>A delivery id at one source, by hash.</summary>
internal readonly record struct DeliveryKey(SourceKey Target, string IdHash)
{
    public static DeliveryKey Of(SourceKey target, byte[] hash) => new(target, Convert.ToHexString(hash));
}

/// <summary>What a delivery id stands for in the log.</summary>
internal sealed record StoredClaim(byte[] BodyHash, Guid Stream, long First, int Count)
{
    public bool Fits(PendingAppend append) => append.Delivery!.BodyHash.Span.SequenceEqual(BodyHash);
}

/// <summary>A segment ready to be inserted, and the appends it answers.</summary>
internal sealed record SealedSegment(SegmentHeader Header, byte[] Hash, byte[] Payload, IReadOnlyList<PendingAppend> Appends);

/// <summary>What one commit will do: which appends become segments, and which were there before.</summary>
internal sealed class SegmentPlan
{
    private readonly Dictionary<DeliveryKey, PendingAppend> _claimedHere = [];
    private readonly List<(PendingAppend Append, StoredClaim Claim)> _known = [];
    private readonly List<(PendingAppend Append, PendingAppend Same)> _twins = [];

    public Dictionary<SourceKey, List<PendingAppend>> Taken { get; } = [];

    public List<SealedSegment> Segments { get; } = [];

    public void Add(SealedSegment segment) => Segments.Add(segment);

    /// <summary>
    /// A delivery seen before with the same body is answered as before. With another body it is stored and flagged, and known from then on by its id and body
    /// together.
    /// </summary>
    public void Take(PendingAppend append, Dictionary<DeliveryKey, StoredClaim> claims)
    {
        if (append.Delivery is { } delivery)
        {
            var key = DeliveryKey.Of(append.Target, append.IdHash!);
            var conflicts = claims.TryGetValue(key, out var first)
                ? !first.Fits(append)
                : _claimedHere.TryGetValue(key, out var here) && !here.Delivery!.BodyHash.Span.SequenceEqual(delivery.BodyHash.Span);
            append.ClaimedAs = conflicts ? append.ConflictHash() : append.IdHash;
            key = DeliveryKey.Of(append.Target, append.ClaimedAs!);
            if (claims.TryGetValue(key, out var stored))
            {
                _known.Add((append, stored));
                return;
            }

            if (_claimedHere.TryGetValue(key, out var twin))
            {
                _twins.Add((append, twin));
                return;
            }

            _claimedHere[key] = append;
            if (conflicts)
            {
                append.Records.Mark(RecordFlags.DeliveryConflict);
            }
        }

        if (!Taken.TryGetValue(append.Target, out var list))
        {
            Taken[append.Target] = list = [];
        }

        list.Add(append);
    }

    /// <summary>After the commit: moves the streams on and answers everybody.</summary>
    public void Complete(Dictionary<SourceKey, OpenStream> streams)
    {
        var streamOf = new Dictionary<PendingAppend, Guid>();
        foreach (var segment in Segments)
        {
            var header = segment.Header;
            streams[new SourceKey(header.School, header.Source)] = new OpenStream(header.Stream, header.Day, header.Last + 1, segment.Hash);
            foreach (var append in segment.Appends)
            {
                streamOf[append] = header.Stream;
                append.Complete(new AppendResult(header.Stream, append.First, append.Records.Count, Duplicate: false));
            }
        }

        foreach (var (append, claim) in _known)
        {
            append.Complete(new AppendResult(claim.Stream, claim.First, claim.Count, Duplicate: true));
        }

        foreach (var (append, same) in _twins)
        {
            append.Complete(new AppendResult(streamOf[same], same.First, append.Records.Count, Duplicate: true));
        }
    }
}
