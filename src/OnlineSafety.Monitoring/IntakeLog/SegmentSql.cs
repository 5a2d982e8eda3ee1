using Npgsql;
using NpgsqlTypes;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.IntakeLog;

/// <summary>The statements of the log.</summary>
internal static class SegmentSql
{
    // One statement for both: a round of parsing, planning and row-level security less in each commit. The segment's own key is what a second try
    // after an unknown outcome runs into.
    private const string InsertSegment = """
        WITH segment AS (
            INSERT INTO intake_segment (school_id, stream_id, source_id, day, first_seq, last_seq, received_from, received_to, codec, key_id, previous_hash, hash, payload)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13))
        INSERT INTO intake_stream (school_id, stream_id, source_id, day, writer_id, last_seq, head_hash, last_received_at)
        VALUES ($1, $2, $3, $4, $14, $6, $12, $8)
        ON CONFLICT (school_id, stream_id) DO UPDATE
            SET last_seq = EXCLUDED.last_seq, head_hash = EXCLUDED.head_hash, last_received_at = EXCLUDED.last_received_at
        """;

    private const string InsertClaim =
        "INSERT INTO delivery (school_id, source_id, id_hash, body_hash, stream_id, first_seq, records) VALUES ($1, $2, $3, $4, $5, $6, $7)";

    private const string SelectClaims =
        "SELECT source_id, id_hash, body_hash, stream_id, first_seq, records FROM delivery WHERE school_id = $1 AND source_id = ANY ($2) AND id_hash = ANY ($3)";

    public static void Add(NpgsqlBatch batch, SealedSegment segment, Guid writer)
    {
        var header = segment.Header;
        batch.BatchCommands.Add(new NpgsqlBatchCommand(InsertSegment)
        {
            Parameters =
            {
                Of(header.School), Of(header.Stream), Of(header.Source), Of(header.Day), Of(header.First), Of(header.Last),
                Of(header.ReceivedFrom), Of(header.ReceivedTo), Of((short)header.Codec), Of(header.Key),
                Of(header.PreviousHash), Of(segment.Hash), Of(segment.Payload), Of(writer),
            },
        });
        foreach (var append in segment.Appends)
        {
            if (append.ClaimedAs is { } claimedAs)
            {
                batch.BatchCommands.Add(new NpgsqlBatchCommand(InsertClaim)
                {
                    Parameters =
                    {
                        Of(header.School), Of(header.Source), Of(claimedAs), Of(append.Delivery!.BodyHash),
                        Of(header.Stream), Of(append.First), Of(append.Records.Count),
                    },
                });
            }
        }
    }

    public static async Task ReadClaimsAsync(
        Session session, Guid school, Guid[] sources, byte[][] hashes, Dictionary<DeliveryKey, StoredClaim> claims, CancellationToken cancellationToken)
    {
        await using var select = session.Command(SelectClaims);
        select.Parameters.Add(Of(school));
        select.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = sources });
        select.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = hashes });
        await using var rows = await select.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            claims[DeliveryKey.Of(new SourceKey(school, rows.GetGuid(0)), rows.GetFieldValue<byte[]>(1))] = new StoredClaim(rows.GetFieldValue<byte[]>(2), rows.GetGuid(3), rows.GetInt64(4), rows.GetInt32(5));
        }
    }

    private static NpgsqlParameter<Guid> Of(Guid value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Uuid };

    private static NpgsqlParameter<DateOnly> Of(DateOnly value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Date };

    private static NpgsqlParameter<long> Of(long value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bigint };

    private static NpgsqlParameter<int> Of(int value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Integer };

    private static NpgsqlParameter<short> Of(short value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Smallint };

    private static NpgsqlParameter<DateTimeOffset> Of(DateTimeOffset value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    private static NpgsqlParameter<ReadOnlyMemory<byte>> Of(ReadOnlyMemory<byte> value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bytea };

    private static NpgsqlParameter<byte[]> Of(byte[] value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bytea };
}
