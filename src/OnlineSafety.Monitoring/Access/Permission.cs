using System.Collections.Frozen;

namespace OnlineSafety.Monitoring.Access;

/// <summary>
/// What somebody may do in one school. Every route and every command names one; what names none is refused. Which alerts somebody sees is
/// decided behind this, row by row, by the database.
/// </summary>
internal enum Permission : byte
{
    /// <summary>The queue, and what children did: what is routed to one's own desk.</summary>
    SeeAlerts,

    /// <summary>Acknowledge, assign, escalate, hand over, resolve, reopen.</summary>
    ActOnAlerts,

    /// <summary>Add a note to what one may see. It stops no message and no clock.</summary>
    NoteOnAlerts,

    /// <summary>Take evidence out of the service: the hour around, exports, the answer to a subject access request. A reason is asked for.</summary>
    ExportEvidence,

    /// <summary>Stop being told of something for a while. Never of what is critical.</summary>
    SilenceAlerts,

    /// <summary>Send a marked alert through the whole chain.</summary>
    RunDrills,

    /// <summary>Whether sources speak: products, times, counts. No person.</summary>
    SeeHealth,

    /// <summary>Sources, keys, mappings, canaries, doors.</summary>
    ManageSources,

    /// <summary>Counts and figures of a school, from five people up.</summary>
    SeeReports,

    /// <summary>Digests in the console: of whoever's desk they speak, and who may get them by mail.</summary>
    SeeDigests,

    /// <summary>What counts as a concern here and what does not, and by which edition.</summary>
    ManageRules,

    /// <summary>Clocks, routing, escalation, calendar, channels.</summary>
    ManagePolicy,

    /// <summary>The people list: pupils' accounts, years and classes.</summary>
    ManagePeople,

    /// <summary>Who works here, in which roles, and how they sign in; which roles is decided by <see cref="RoleGiving"/>.</summary>
    ManageStaff,

    /// <summary>Who saw what.</summary>
    SeeAudit,

    /// <summary>Retention, legal hold, erasure.</summary>
    RunRetention,
}

/// <summary>The one table of who may do what.</summary>
internal static class Permissions
{
    private static readonly FrozenDictionary<string, FrozenSet<Permission>> _byRole = new Dictionary<string, FrozenSet<Permission>>(StringComparer.Ordinal)
    {
        [StaffRole.Dsl] = Set(
            Permission.SeeAlerts, Permission.ActOnAlerts, Permission.NoteOnAlerts, Permission.ExportEvidence, Permission.SilenceAlerts, Permission.RunDrills, Permission.SeeHealth,
            Permission.SeeReports, Permission.SeeDigests, Permission.ManageRules, Permission.ManagePolicy, Permission.ManagePeople, Permission.ManageStaff),
        [StaffRole.Deputy] = Set(
            Permission.SeeAlerts, Permission.ActOnAlerts, Permission.NoteOnAlerts, Permission.ExportEvidence, Permission.SilenceAlerts, Permission.RunDrills, Permission.SeeHealth,
            Permission.SeeReports, Permission.SeeDigests, Permission.ManageRules),
        [StaffRole.Head] = Set(Permission.SeeAlerts, Permission.ActOnAlerts, Permission.NoteOnAlerts, Permission.SeeHealth, Permission.SeeReports, Permission.SeeDigests, Permission.ManagePolicy, Permission.ManageStaff),
        // Reads what is about the pupils of their years and adds notes. Whose clock runs stays whose it is: a year lead answers for none.
        [StaffRole.Pastoral] = Set(Permission.SeeAlerts, Permission.NoteOnAlerts),
        [StaffRole.Chair] = Set(Permission.SeeAlerts, Permission.ActOnAlerts, Permission.NoteOnAlerts, Permission.SeeReports),
        [StaffRole.Governor] = Set(Permission.SeeReports),
        // Proves who saw what and that what is old is gone, without seeing any of it.
        [StaffRole.Dpo] = Set(Permission.SeeAudit, Permission.RunRetention),
        // No permission here leads to a page, file or list that names a child.
        [StaffRole.It] = Set(Permission.SeeHealth, Permission.ManageSources),
        [StaffRole.Admin] = Set(
            Permission.SeeHealth, Permission.ManageSources, Permission.ManagePolicy, Permission.ManagePeople, Permission.ManageStaff, Permission.RunDrills),
        [StaffRole.Digest] = Set(),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What these roles may do together. A word that is no role may do nothing.</summary>
    public static IReadOnlySet<Permission> Of(IEnumerable<string> roles)
    {
        var all = new HashSet<Permission>();
        foreach (var role in roles)
        {
            if (_byRole.TryGetValue(role, out var permissions))
            {
                all.UnionWith(permissions);
            }
        }

        return all;
    }

    private static FrozenSet<Permission> Set(params Permission[] permissions) => permissions.ToFrozenSet();
}
