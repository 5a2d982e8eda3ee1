namespace OnlineSafety.Monitoring.Notifications;

/// <summary>What routing needs to know of a member of staff.</summary>
/// <param name="Roles">Words of <see cref="Access.StaffRole"/>.</param>
internal sealed record StaffMember(Guid Id, IReadOnlyList<string> Roles, bool Enabled)
{
    public const string Dsl = "dsl";
    public const string Deputy = "deputy";
    public const string Head = "head";
    public const string Chair = "chair";
    public const string Digest = "digest";

    /// <summary>Looks after the products: is told when a source goes quiet, never of an alert.</summary>
    public const string It = "it";

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
