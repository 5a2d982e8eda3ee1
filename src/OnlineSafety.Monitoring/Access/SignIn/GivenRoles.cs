using Npgsql;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>A step by which somebody came to read alerts.</summary>
/// <param name="By">Who took it.</param>
/// <param name="Roles">That were given then; empty: a name that is a pupil's by the people list was.</param>
internal sealed record GivenRole(DateTimeOffset At, string By, Guid Staff, string Name, IReadOnlyList<string> Roles);

/// <summary>
/// What was given while nobody who answers for alerts was there to be told: each safeguarding lead and head is told when they come, and reads it for a month. From the
/// access records, by the database's own clock and order: roles that were taken away again stand there too.
/// </summary>
internal static class GivenRoles
{
    /// <summary>Recorded when a colleague is given a name that is a pupil's by the people list, or the list gives a colleague's to a pupil.</summary>
    public const string PupilsAccount = "staff.pupils-account";

    // Of others than $2; $3: roles that open alerts.
    private const string Others = $"""
        SELECT g.at, g.actor_name, g.staff_id, s.name, CASE WHEN g.action = '{PupilsAccount}' THEN ARRAY[]::text[] ELSE g.roles END
        FROM roles_given() g JOIN staff s ON s.school_id = $1 AND s.staff_id = g.staff_id
        WHERE g.staff_id <> $2 AND (g.roles && $3 OR g.action = '{PupilsAccount}')
        """;

    private const string BeforeOf = $"""
        {Others} AND g.seq < (SELECT min(j.seq) FROM roles_given() j WHERE j.action = 'account.join' AND j.staff_id = $2 HAVING min(j.at) > statement_timestamp() - interval '30 days')
        ORDER BY g.seq DESC
        """;

    /// <summary>In the transaction by which somebody first signs in at the school: tells whoever is safeguarding lead or head by mail, if there is anything to tell.</summary>
    public static async Task TellAsync(Session session, Guid school, Guid staff, CancellationToken cancellationToken)
    {
        var roles = await session.RowsAsync("SELECT roles FROM staff WHERE school_id = $1 AND staff_id = $2", [school, staff], row => row.GetFieldValue<string[]>(0), cancellationToken);
        if (roles is [var own] && own.Any(RoleGuard.IsLeadOrHead) && (await ReadAsync(session, Others, school, staff, cancellationToken)).Count > 0)
        {
            await AccountNews.TellAsync(session, school, staff, AccountNews.OthersBefore, cancellationToken);
        }
    }

    /// <summary>What was given to others before a member of staff first signed in, the newest first; empty a month after that.</summary>
    public static Task<List<GivenRole>> BeforeAsync(Session session, Guid school, Guid staff, CancellationToken cancellationToken) => ReadAsync(session, BeforeOf, school, staff, cancellationToken);

    private static Task<List<GivenRole>> ReadAsync(Session session, string sql, Guid school, Guid staff, CancellationToken cancellationToken) =>
        session.RowsAsync(sql, [school, staff, RoleGiving.Seeing.ToArray()], Read, cancellationToken);

    private static GivenRole Read(NpgsqlDataReader row) =>
        new(row.GetFieldValue<DateTimeOffset>(0), row.GetString(1), row.GetGuid(2), row.GetString(3), row.GetFieldValue<string[]>(4));
}
