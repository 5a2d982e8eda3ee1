using System.Buffers;
using System.Security.Cryptography;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.IntakeLog;

/// <summary>A segment as stored.</summary>
internal sealed record StoredSegment(SegmentHeader Header, byte[] Hash, byte[] Payload);

/// <summary>A segment opened. <see cref="Damage"/> is empty, or says why its records cannot be read; then there are none.</summary>
internal sealed record OpenedSegment(SegmentHeader Header, SegmentRecords Records, string Damage) : IDisposable
{
    private const string Lost = "missing";

    public bool IsMissing => Damage == Lost;

    /// <summary>Stands for what is not there.</summary>
    /// <param name="following">The segment behind the hole.</param>
    /// <param name="first">Where the hole begins.</param>
    public static OpenedSegment Missing(SegmentHeader following, long first) =>
        new(following with { First = first, Last = following.First - 1, ReceivedTo = following.ReceivedFrom }, SegmentRecords.None, Lost);

    public void Dispose() => Records.Dispose();
}

/// <summary>Reads a stream's segments in order from a sequence on.</summary>
internal sealed class SegmentReader(Database database, DataKeyRing keys)
{
    private static readonly Actor Actor = Actor.Service("segment-reader");

    // The inner query asks for lengths only, which are in the row: payloads beyond the limit are never fetched. Where to begin is a query of its own, and not a
    // COALESCE around it: beside row-level security that is no condition of an index, and each read would pass over all that the stream holds before.
    public const string Select = """
        SELECT source_id, first_seq, last_seq, received_from, received_to, codec, key_id, previous_hash, hash, payload
        FROM (
            SELECT *, sum(octet_length(payload)) OVER (ORDER BY first_seq) - octet_length(payload) AS bytes_before
            FROM (
                SELECT * FROM intake_segment
                WHERE school_id = $1 AND stream_id = $2 AND day = $3 AND first_seq >= (
                    SELECT COALESCE(max(first_seq) FILTER (WHERE last_seq >= $4), $4)
                    FROM (
                        SELECT first_seq, last_seq FROM intake_segment WHERE school_id = $1 AND stream_id = $2 AND day = $3 AND first_seq <= $4
                        ORDER BY first_seq DESC LIMIT 1) holding)
                ORDER BY first_seq LIMIT $5) following) s
        WHERE bytes_before < $6
        ORDER BY first_seq
        """;

    /// <summary>Segments from the one on that holds <paramref name="next"/> (where a hole is, the one behind it), at most <paramref name="limit"/> of them and no further one once there are <paramref name="bytes"/> sealed bytes.</summary>
    public Task<List<StoredSegment>> ReadAsync(
        Guid school, Guid stream, DateOnly day, long next, int limit, long bytes, CancellationToken cancellationToken) => database.QueryAsync(
        school,
        Actor,
        batch => batch.BatchCommands.Add(new NpgsqlBatchCommand(Select)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = school },
                new NpgsqlParameter<Guid> { TypedValue = stream },
                new NpgsqlParameter<DateOnly> { TypedValue = day },
                new NpgsqlParameter<long> { TypedValue = next },
                new NpgsqlParameter<int> { TypedValue = limit },
                new NpgsqlParameter<long> { TypedValue = bytes },
            },
        }),
        async (rows, token) =>
        {
            var segments = new List<StoredSegment>();
            while (await rows.ReadAsync(token))
            {
                var header = new SegmentHeader(
                    school, rows.GetGuid(0), stream, day, rows.GetInt64(1), rows.GetInt64(2),
                    rows.GetFieldValue<DateTimeOffset>(3), rows.GetFieldValue<DateTimeOffset>(4), (SegmentCodec)rows.GetInt16(5), rows.GetGuid(6),
                    rows.GetFieldValue<byte[]>(7));
                segments.Add(new StoredSegment(header, rows.GetFieldValue<byte[]>(8), rows.GetFieldValue<byte[]>(9)));
            }

            return segments;
        },
        cancellationToken);

    /// <summary>Opens a segment. Damage is a result, not an exception: its neighbours must go on.</summary>
    public async Task<OpenedSegment> OpenAsync(StoredSegment segment, CancellationToken cancellationToken)
    {
        var header = segment.Header;
        var key = await keys.FindAsync(header.School, header.Day, cancellationToken);
        if (key is null || key.Id != header.Key)
        {
            return new OpenedSegment(header, SegmentRecords.None, "key-gone");
        }

        try
        {
            var associated = new byte[SegmentHeader.CanonicalLength];
            header.WriteCanonical(associated);
            var (plain, length) = Unpack(header.Codec, key.Key, segment.Payload, associated);
            var records = new SegmentRecords(plain, length, header.ReceivedFrom);
            if (records.Count == header.Records)
            {
                return new OpenedSegment(header, records, "");
            }

            records.Dispose();
            return new OpenedSegment(header, SegmentRecords.None, "damaged");
        }
        catch (Exception e) when (e is CryptographicException or InvalidDataException or ArgumentOutOfRangeException)
        {
            return new OpenedSegment(header, SegmentRecords.None, "damaged");
        }
    }

    // Rented, for it lives for a moment; cleared, for it is what children typed.
    private static (byte[] Rented, int Length) Unpack(SegmentCodec codec, ReadOnlySpan<byte> key, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> associated)
    {
        var packed = ArrayPool<byte>.Shared.Rent(payload.Length);
        try
        {
            return SegmentCompression.Decompress(codec, packed.AsSpan(0, SealedBytes.Open(key, payload, associated, packed)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(packed, clearArray: true);
        }
    }
}
