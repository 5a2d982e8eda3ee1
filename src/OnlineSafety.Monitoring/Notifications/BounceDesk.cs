using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>Puts on the ledger that a mail which its relay had taken came back. Escalation then has others told, as of one that was refused.</summary>
internal sealed class BounceDesk(Database notify)
{
    private const string SchoolSql =
        "SELECT s.school_id FROM school s WHERE EXISTS (SELECT 1 FROM notification n WHERE n.school_id = s.school_id AND n.bundle_id = $1 AND n.state = 'sent')";

    private const string FailSql = """
        UPDATE notification SET state = 'failed', error = $3, due_at = statement_timestamp(), answered_for = false
        WHERE school_id = $1 AND bundle_id = $2 AND state = 'sent' AND channel = 'email' RETURNING notification_id
        """;

    /// <summary>How many notifications were in it; 0 when there is no such mail, or it is known already.</summary>
    public async Task<int> TakeAsync(Guid mail, Actor actor, CancellationToken cancellationToken)
    {
        List<Guid> schools;
        await using (var across = await notify.OpenAcrossAsync(actor, cancellationToken))
        {
            schools = await across.RowsAsync(SchoolSql, [mail], row => row.GetGuid(0), cancellationToken);
        }

        var failed = 0;
        foreach (var school in schools)
        {
            await using var session = await notify.OpenAsync(school, actor, cancellationToken);
            failed += (await session.RowsAsync(FailSql, [school, mail, DropCode.Bounced], row => row.GetGuid(0), cancellationToken)).Count;
            session.RecordAccess(school, "notify.bounce", mail.ToString());
            await session.CommitAsync(cancellationToken);
        }

        return failed;
    }
}
