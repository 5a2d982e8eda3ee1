using System.Globalization;
using Npgsql;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.IntakeLog;

/// <summary>
/// Walks every chain and holds it against what Processing wrote: stored = concern + counted + for review + control + waiting.
/// What a source captures until it has a mapping waits too.
/// Needs no key: hashes cover the sealed bytes. Streams and checkpoints are looked up once and read up to there, each stream as it stood at one moment, so that it
/// may run beside a service that goes on appending, processing, reading again and letting days fall.
/// </summary>
internal sealed class LogVerifier(Database database)
{
    /// <summary>Streams read at once, a connection each.</summary>
    private const int AtOnce = 2;

    private static readonly Actor Actor = Actor.Service("verify");

    private const string IsThere = "SELECT 1 FROM intake_stream WHERE school_id = $1 AND stream_id = $2";

    private const string Segments = """
        SELECT source_id, day, first_seq, last_seq, received_from, received_to, codec, key_id, previous_hash, hash, payload
        FROM intake_segment WHERE school_id = $1 AND stream_id = $2 AND first_seq <= $3 AND day = $4 ORDER BY first_seq
        """;

    // Ranges must tile the stream from 1 to the checkpoint: no hole, no overlap.
    private const string Ranges = """
        SELECT first_seq, last_seq, concern, counted, review, control, captured FROM counter_block
        WHERE school_id = $1 AND stream_id = $2 AND first_seq < $3 ORDER BY first_seq
        """;

    // A record whose rows were erased is counted by its own mark.
    private const string Rows = """
        SELECT count(*) FILTER (WHERE NOT review), count(*) FILTER (WHERE review)
        FROM (
            SELECT seq, bool_or(review) AS review FROM (
                SELECT seq, review <> '' AS review FROM event WHERE school_id = $1 AND stream_id = $2 AND seq < $3
                UNION ALL SELECT seq, review FROM erased_record WHERE school_id = $1 AND stream_id = $2 AND seq < $3) r
            GROUP BY seq) s
        """;

    private const string Tombstones = """
        SELECT stream_id, last_seq, head_hash FROM intake_tombstone WHERE $1::uuid IS NULL OR source_id = $1
        """;

    public Task<VerifyReport> VerifyAsync(Guid? source, Action<long, long>? progress, CancellationToken cancellationToken) =>
        VerifyAsync(source, [], progress, cancellationToken);

    /// <param name="source">One source only, or null for all.</param>
    /// <param name="anchors">
    /// Heads that were printed earlier. A chain that somebody made anew from end to end is in itself without fault; only what left
    /// the house before tells that it is another.
    /// </param>
    /// <param name="progress">Called from time to time, by one thread at a time, with records read and records in all.</param>
    public async Task<VerifyReport> VerifyAsync(
        Guid? source, IReadOnlyCollection<HeadAnchor> anchors, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        var streams = await StreamsAsync(source, cancellationToken);
        var known = anchors.ToLookup(anchor => anchor.Stream);
        var parts = new VerifyReport[streams.Count];
        var counter = new Counter(streams.Sum(stream => stream.Last), progress);
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, streams.Count, options, async (i, token) =>
        {
            parts[i] = new VerifyReport();
            await VerifyAsync(streams[i] with { Anchors = [.. known[streams[i].Id]] }, parts[i], counter, token);
        });

        var report = new VerifyReport { Anchored = anchors.Count };
        foreach (var part in parts)
        {
            report.Add(part);
        }

        var fallen = await FallenAsync(source, cancellationToken);
        var gone = streams.Where((_, i) => parts[i].Streams == 0).ToList();
        var there = streams.Except(gone).Select(stream => stream.Id).ToHashSet();
        foreach (var stream in there)
        {
            // Fell after it was walked.
            fallen.Remove(stream);
        }

        (report.FallenStreams, report.Fallen) = (fallen.Count, fallen.Values.Sum(stone => stone.Last));
        foreach (var anchor in anchors.Where(anchor => !there.Contains(anchor.Stream)).Concat(gone.Select(stream => new HeadAnchor(stream.Id, stream.Last, stream.HeadHash))))
        {
            CheckFallen(anchor, fallen, report);
        }

        if (!report.Balanced)
        {
            report.Breaks.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"stored {report.Stored} is not the sum of concern {report.Concern}, counted {report.Counted}, review {report.Review}, control {report.Control} and waiting {report.Waiting}"));
        }

        return report;
    }

    /// <summary>
    /// A head of a stream whose records fell by time, printed or found in the log a moment ago, is that of its tombstone, or was printed before the stream ended, which
    /// nothing is left to prove.
    /// </summary>
    private static void CheckFallen(HeadAnchor anchor, Dictionary<Guid, (long Last, byte[] Hash)> fallen, VerifyReport report)
    {
        if (!fallen.TryGetValue(anchor.Stream, out var stone) || anchor.Last > stone.Last)
        {
            report.Break(anchor.Stream, anchor.Last, "this head was there before, and the log holds no such stream");
        }
        else if (anchor.Last < stone.Last)
        {
            report.Unprovable++;
        }
        else if (!anchor.Hash.Span.SequenceEqual(stone.Hash))
        {
            report.Break(anchor.Stream, anchor.Last, "a head that was there before is not that of the stream's tombstone: one of them was changed");
        }
    }

    private async Task<Dictionary<Guid, (long Last, byte[] Hash)>> FallenAsync(Guid? source, CancellationToken cancellationToken)
    {
        var fallen = new Dictionary<Guid, (long, byte[])>();
        await using var session = await database.OpenAcrossAsync(Actor, cancellationToken);
        await using var select = session.Command(Tombstones);
        select.Parameters.Add(new NpgsqlParameter { Value = (object?)source ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid });
        await using var rows = await select.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            fallen[rows.GetGuid(0)] = (rows.GetInt64(1), rows.GetFieldValue<byte[]>(2));
        }

        return fallen;
    }

    private async Task<List<StreamHead>> StreamsAsync(Guid? source, CancellationToken cancellationToken)
    {
        var streams = new List<StreamHead>();
        await using var session = await database.OpenAcrossAsync(Actor, cancellationToken);
        await using var select = session.Command("""
            SELECT s.school_id, s.stream_id, s.last_seq, s.head_hash, COALESCE(c.next_seq, 1), s.day
            FROM intake_stream s LEFT JOIN checkpoint c ON c.school_id = s.school_id AND c.stream_id = s.stream_id
            WHERE $1::uuid IS NULL OR s.source_id = $1 ORDER BY s.opened_at
            """);
        select.Parameters.Add(new NpgsqlParameter { Value = (object?)source ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid });
        await using var rows = await select.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            streams.Add(new StreamHead(rows.GetGuid(0), rows.GetGuid(1), rows.GetInt64(2), rows.GetFieldValue<byte[]>(3), rows.GetInt64(4), rows.GetFieldValue<DateOnly>(5)));
        }

        return streams;
    }

    private async Task VerifyAsync(StreamHead stream, VerifyReport report, Counter counter, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenSnapshotAsync(stream.School, Actor, cancellationToken);
        if ((await session.RowsAsync(IsThere, [stream.School, stream.Id], _ => true, cancellationToken)).Count == 0)
        {
            // Its day fell since it was looked up: its tombstone speaks for it.
            return;
        }

        report.Streams++;
        await WalkChainAsync(session, stream, report, counter, cancellationToken);
        await ReconcileAsync(session, stream, report, cancellationToken);
    }

    private static async Task WalkChainAsync(
        Session session, StreamHead stream, VerifyReport report, Counter counter, CancellationToken cancellationToken)
    {
        var anchors = stream.Anchors.ToList();
        var expected = 1L;
        ReadOnlyMemory<byte> previous = SegmentHeader.Genesis;
        await using var select = Of(session, Segments, stream, stream.Last);
        select.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = stream.Day });
        await using var rows = await select.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var header = new SegmentHeader(
                stream.School, rows.GetGuid(0), stream.Id, rows.GetFieldValue<DateOnly>(1), rows.GetInt64(2), rows.GetInt64(3),
                rows.GetFieldValue<DateTimeOffset>(4), rows.GetFieldValue<DateTimeOffset>(5), (SegmentCodec)rows.GetInt16(6), rows.GetGuid(7),
                rows.GetFieldValue<byte[]>(8));
            var (hash, payload) = (rows.GetFieldValue<byte[]>(9), rows.GetFieldValue<byte[]>(10));
            if (header.First != expected)
            {
                report.Break(stream.Id, header.First, $"sequences {expected} to {header.First - 1} are missing");
            }

            if (!header.PreviousHash.Span.SequenceEqual(previous.Span))
            {
                report.Break(stream.Id, header.First, "does not follow the segment before it");
            }

            if (!header.Hash(payload).AsSpan().SequenceEqual(hash))
            {
                report.Break(stream.Id, header.First, "was changed: its hash does not fit");
            }

            anchors.RemoveAll(anchor => anchor.Last == header.Last && anchor.Hash.Span.SequenceEqual(hash));
            report.Segments++;
            report.Stored += header.Records;
            counter.Add(header.Records);
            (expected, previous) = (header.Last + 1, hash);
        }

        if (expected != stream.Last + 1 || !previous.Span.SequenceEqual(stream.HeadHash))
        {
            report.Break(stream.Id, expected, $"the tail is cut: the stream ends at {stream.Last}");
        }

        foreach (var anchor in anchors)
        {
            report.Break(stream.Id, anchor.Last, "a head that was printed is not in the chain: what it covered was cut off or written anew");
        }
    }

    private static async Task ReconcileAsync(Session session, StreamHead stream, VerifyReport report, CancellationToken cancellationToken)
    {
        long expected = 1, concern = 0, review = 0;
        await using (var select = Of(session, Ranges, stream, stream.Next))
        {
            await using var rows = await select.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                if (rows.GetInt64(0) != expected)
                {
                    report.Break(stream.Id, expected, $"processed ranges have a hole or overlap before {rows.GetInt64(0)}");
                }

                expected = rows.GetInt64(1) + 1;
                concern += rows.GetInt32(2);
                report.Counted += rows.GetInt32(3);
                review += rows.GetInt32(4);
                report.Control += rows.GetInt32(5);
                report.Captured += rows.GetInt32(6);
                report.Waiting += rows.GetInt32(6);
            }
        }

        report.Concern += concern;
        report.Review += review;
        report.Waiting += stream.Last + 1 - stream.Next;
        if (expected != stream.Next)
        {
            report.Break(stream.Id, expected, $"the checkpoint stands at {stream.Next}, the processed ranges end before {expected}");
        }

        await using var counts = Of(session, Rows, stream, stream.Next);
        await using var row = await counts.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        if (row.GetInt64(0) != concern || row.GetInt64(1) != review)
        {
            report.Break(stream.Id, 1, $"{row.GetInt64(0)} of concern and {row.GetInt64(1)} for review have rows, {concern} and {review} were recorded");
        }
    }

    private static NpgsqlCommand Of(Session session, string sql, StreamHead stream, long end)
    {
        var command = session.Command(sql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = stream.School });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = stream.Id });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = end });
        return command;
    }

    private sealed record StreamHead(Guid School, Guid Id, long Last, byte[] HeadHash, long Next, DateOnly Day)
    {
        public HeadAnchor[] Anchors { get; init; } = [];
    }

    /// <summary>Records read by all, told now and then.</summary>
    private sealed class Counter(long all, Action<long, long>? progress)
    {
        private const long Step = 50_000;

        private readonly Lock _gate = new();
        private long _done;
        private long _told;

        public void Add(long records)
        {
            if (progress is null)
            {
                return;
            }

            lock (_gate)
            {
                _done += records;
                if (_told == 0 || _done - _told >= Step || _done == all)
                {
                    _told = _done;
                    progress(_done, all);
                }
            }
        }
    }
}
