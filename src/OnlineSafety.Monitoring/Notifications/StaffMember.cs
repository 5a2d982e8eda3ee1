using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>What routing needs to know of a member of staff.</summary>
/// <param name="Roles">Words of <see cref="StaffRole"/>.</param>
internal sealed record StaffMember(Guid Id, IReadOnlyList<string> Roles, bool Enabled)
{
    /// <summary>Everybody of the school, those who left as well.</summary>
    public static Task<List<StaffMember>> AllAsync(Session session, Guid school, CancellationToken cancellationToken) => session.RowsAsync(
        "SELECT staff_id, roles, enabled FROM staff WHERE school_id = $1 ORDER BY staff_id", [school],
        row => new StaffMember(row.GetGuid(0), row.GetFieldValue<string[]>(1), row.GetBoolean(2)), cancellationToken);

    public bool HasAny(params ReadOnlySpan<string> roles)
    {
        foreach (var role in roles)
        {
            if (Roles.Contains(role, StringComparer.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
