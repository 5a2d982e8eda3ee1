namespace OnlineSafety.Monitoring.Access;

/// <summary>Who has ever signed in at a school, in use or not: from then on set-up is over. Being taken out of use does not begin it again.</summary>
/// <param name="LeadOrHead">A safeguarding lead or head.</param>
/// <param name="Head">A head.</param>
internal readonly record struct SignedInDesks(bool LeadOrHead, bool Head);

/// <summary>
/// Who may give a role, and change how somebody who has it signs in and is told: whoever does either could sign in as that person. Pure. The host's own commands stand outside it.
/// </summary>
internal static class RoleGiving
{
    /// <summary>Roles that open alerts.</summary>
    public static IReadOnlyList<string> Seeing { get; } = [.. StaffRole.All.Where(Sees)];

    public static bool Sees(string role) => Permissions.Of([role]).Contains(Permission.SeeAlerts);

    /// <param name="role">Which is given, or which the person has.</param>
    /// <param name="giver">Roles of whoever does it.</param>
    /// <param name="desks">Of the school.</param>
    public static bool MayGive(string role, IReadOnlyCollection<string> giver, SignedInDesks desks) => role switch
    {
        // Nobody makes the desk to which alerts about themselves go: a head's are the chair's, a lead's the head's.
        StaffRole.Chair => Has(giver, StaffRole.Chair) || (!Has(giver, StaffRole.Head) && (Has(giver, StaffRole.Dsl) || SetsUp(giver, desks))),
        StaffRole.Head => Has(giver, StaffRole.Head) || (!desks.Head && Has(giver, StaffRole.Dsl)) || SetsUp(giver, desks),
        StaffRole.Governor or StaffRole.Digest => true,
        _ when Sees(role) => Has(giver, StaffRole.Dsl) || Has(giver, StaffRole.Head) || SetsUp(giver, desks),
        _ => Has(giver, StaffRole.Admin),
    };

    private static bool Has(IReadOnlyCollection<string> giver, string role) => giver.Contains(role, StringComparer.Ordinal);

    private static bool SetsUp(IReadOnlyCollection<string> giver, SignedInDesks desks) => !desks.LeadOrHead && Has(giver, StaffRole.Admin);
}
