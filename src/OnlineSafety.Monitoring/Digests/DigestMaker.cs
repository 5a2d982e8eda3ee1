using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Digests;

/// <summary>
/// Makes the digest of one school and day, once: content and ledger rows in one transaction.
/// <para>
/// Every event falls in exactly one window. Whoever records events takes this school's lock shared and only then reads the clock for
/// <c>recorded_at</c>; the cut takes it alone and only then reads the clock for the window's end. So what was recorded before the cut is
/// committed when the cut returns, and what comes later has a later time. The cut is a transaction of its own: recording waits for it
/// and not for the reading that follows.
/// </para>
/// </summary>
internal sealed class DigestMaker([FromKeyedServices(DatabaseRole.Notify)] Database database, PolicyDirectory policies, NotificationSignals signals, ILogger<DigestMaker> logger)
{
    private static readonly Actor _actor = Actor.Service("digest");

    // Makers among themselves: two days made at once must not both start where the last one ended.
    private const string MakersLockSql = "SELECT pg_advisory_xact_lock(hashtextextended('digest.make:' || $1::text, 0))";

    /// <summary>Processing takes the same key with <c>pg_advisory_xact_lock_shared</c>.</summary>
    private const string CutLockSql = "SELECT pg_advisory_xact_lock(hashtextextended('digest:' || $1::text, 0))";

    // Never before the end of the last window, should the server's clock have gone back.
    private const string WindowSql = """
        SELECT s.name, COALESCE(d.until, s.created_at), greatest(COALESCE($2, clock_timestamp()), d.until, s.created_at)
        FROM school s, (SELECT max(window_to) AS until FROM digest WHERE school_id = $1) d
        WHERE s.school_id = $1
        """;

    private const string InsertSql = """
        INSERT INTO digest (school_id, day, window_from, window_to, late, content, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())
        """;

    private const string RecipientsSql = "SELECT staff_id, roles FROM staff WHERE school_id = $1 AND enabled AND roles && ARRAY['dsl', 'digest', 'head'] ORDER BY staff_id";

    private const string RecipientSql = "INSERT INTO digest_recipient (school_id, day, staff_id, content) VALUES ($1, $2, $3, $4)";

    private const string LedgerSql = """
        INSERT INTO notification (school_id, notification_id, kind, cause, digest_day, staff_id, channel, due_at, created_at)
        VALUES ($1, $2, 'digest', 'daily', $3, $4, 'email', clock_timestamp(), clock_timestamp())
        """;

    private const string NobodySql = """
        INSERT INTO notification (school_id, notification_id, kind, cause, digest_day, channel, state, due_at, created_at, error)
        VALUES ($1, gen_random_uuid(), 'digest', 'daily', $2, 'email', 'failed', clock_timestamp(), clock_timestamp(), $3)
        """;

    /// <summary>True when it was made now; false when this school and day has one already.</summary>
    public async Task<bool> MakeAsync(Guid school, DateOnly day, bool late, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(school, _actor, cancellationToken);
        await session.ExecuteAsync(MakersLockSql, [school], cancellationToken);
        // A statement of its own after the lock: it sees what the last holder committed.
        if (await ExistsAsync(session, school, day, cancellationToken))
        {
            return false;
        }

        var cut = await CutAsync(school, cancellationToken);
        var (name, window) = await WindowAsync(session, school, cut, cancellationToken);
        var inForce = await policies.OfAsync(session, school, cancellationToken);
        var content = await DigestReader.ReadAsync(session, school, name, day, late, window, inForce, cancellationToken);
        await session.ExecuteAsync(InsertSql, [school, day, window.From, window.To, late, content.ToJson()], cancellationToken);
        var rows = await AddressAsync(session, school, day, content, cancellationToken);
        await session.NotifyAsync(Channels.Notifications, cancellationToken);
        await session.CommitAsync(cancellationToken);

        DigestsLog.Made(logger, school, day, late, rows.Count);
        NotificationMetrics.Digests.Add(1, new KeyValuePair<string, object?>("late", late));
        foreach (var row in rows)
        {
            signals.TryWrite(school, row);
        }

        return true;
    }

    /// <summary>The window that a digest with this cut has; with none, one that was made now.</summary>
    internal static async Task<(string School, DigestWindow Window)> WindowAsync(
        Session session, Guid school, DateTimeOffset? cut, CancellationToken cancellationToken)
    {
        var until = new NpgsqlParameter { Value = (object?)cut ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };
        var found = await session.RowsAsync(
            WindowSql, [school, until], row => (row.GetString(0), new DigestWindow(row.GetFieldValue<DateTimeOffset>(1), row.GetFieldValue<DateTimeOffset>(2))), cancellationToken);
        return found is [var only] ? only : throw new ArgumentException("There is no such school.", nameof(school));
    }

    /// <summary>A time before which everything recorded is committed, and after which everything still to be recorded lies.</summary>
    private async Task<DateTimeOffset> CutAsync(Guid school, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(school, _actor, cancellationToken);
        await session.ExecuteAsync(CutLockSql, [school], cancellationToken);
        var cut = await session.NowAsync(cancellationToken);
        await session.CommitAsync(cancellationToken);
        return cut;
    }

    /// <summary>To each recipient that recipient's part, and the ledger row of its mail.</summary>
    private static async Task<List<Guid>> AddressAsync(Session session, Guid school, DateOnly day, DigestContent content, CancellationToken cancellationToken)
    {
        var recipients = await session.RowsAsync(
            RecipientsSql, [school], row => new StaffMember(row.GetGuid(0), row.GetFieldValue<string[]>(1), Enabled: true), cancellationToken);
        var rows = new List<Guid>();
        foreach (var recipient in recipients)
        {
            var scope = DigestScope.Of(content, recipient);
            // Heads get it on a day on which an alert at their desk was escalated and left lying, which no other reader sees.
            if (scope.Left.Count == 0 && !recipient.HasAny(StaffRole.Dsl, StaffRole.Digest))
            {
                continue;
            }

            var row = Guid.NewGuid();
            await session.ExecuteAsync(RecipientSql, [school, day, recipient.Id, scope.ToJson()], cancellationToken);
            await session.ExecuteAsync(LedgerSql, [school, row, day, recipient.Id], cancellationToken);
            rows.Add(row);
        }

        if (rows.Count == 0)
        {
            await session.ExecuteAsync(NobodySql, [school, day, DropCode.NoRecipient], cancellationToken);
        }

        return rows;
    }

    private static async Task<bool> ExistsAsync(Session session, Guid school, DateOnly day, CancellationToken cancellationToken) =>
        (await session.RowsAsync("SELECT 1 FROM digest WHERE school_id = $1 AND day = $2", [school, day], _ => 0, cancellationToken)).Count > 0;
}
