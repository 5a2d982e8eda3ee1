namespace OnlineSafety.Monitoring.Notifications;

/// <summary>What routing needs to know of a member of staff.</summary>
/// <param name="Roles">Words of <see cref="Access.StaffRole"/>.</param>
internal sealed record StaffMember(Guid Id, IReadOnlyList<string> Roles, bool Enabled)
{
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
