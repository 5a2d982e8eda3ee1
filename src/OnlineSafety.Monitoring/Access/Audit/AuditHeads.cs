using Npgsql;

namespace OnlineSafety.Monitoring.Access.Audit;

/// <summary>Where a school's chain of access records ends.</summary>
internal sealed record AuditHead(Guid School, long Last, ReadOnlyMemory<byte> Hash)
{
    /// <summary>As the daily digest prints it.</summary>
    public AuditAnchor Anchor => AuditAnchor.Of(School, Last, Hash.Span);
}

/// <summary>Reads the heads, for what prints them outside our reach and for what walks the chains.</summary>
internal static class AuditHeads
{
    /// <summary>Null while nothing was recorded. In the school's scope; roles notify and audit.</summary>
    public static async Task<AuditHead?> ReadAsync(Session session, Guid school, CancellationToken cancellationToken)
    {
        var heads = await session.RowsAsync(
            "SELECT last_seq, head_hash FROM access_chain WHERE school_id = $1", [school],
            row => new AuditHead(school, row.GetInt64(0), row.GetFieldValue<byte[]>(1)), cancellationToken);
        return heads.Count > 0 ? heads[0] : null;
    }
}
