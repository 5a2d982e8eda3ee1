using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>Whether the reader may change somebody with these roles, and who of the school may.</summary>
/// <param name="Names">In use and signed in before; the reader not among them.</param>
internal sealed record RoleHelp(bool May, IReadOnlyList<string> Names)
{
    /// <summary>Whom to ask, as the end of a sentence.</summary>
    public string Whom => Names.Count > 0 ? string.Join(" or ", Names) : "whoever runs the service, on its host: nobody here can";
}

/// <summary>Holds a change of staff against <see cref="RoleGiving"/>, in the transaction of the change, and tells those who answer for alerts of it.</summary>
internal static class RoleGuard
{
    // A used link counts as much as an account: whose factors were taken away has signed in before.
    private const string Staff = """
        SELECT s.staff_id, s.name, s.roles, s.enabled,
            EXISTS (SELECT 1 FROM staff_account a WHERE a.school_id = s.school_id AND a.staff_id = s.staff_id)
            OR EXISTS (SELECT 1 FROM invitation i WHERE i.school_id = s.school_id AND i.staff_id = s.staff_id AND i.used_at IS NOT NULL)
        FROM staff s WHERE s.school_id = $1 ORDER BY s.name, s.staff_id
        """;

    /// <exception cref="SetupException">A member of staff does it who may not; says who can.</exception>
    public static async Task RequireAsync(Session session, Guid school, IReadOnlyCollection<string> roles, CancellationToken cancellationToken)
    {
        if (await RefusalAsync(session, school, roles, cancellationToken) is { } refusal)
        {
            throw new SetupException(refusal);
        }
    }

    /// <summary>Null: it may be done.</summary>
    public static async Task<string?> RefusalAsync(Session session, Guid school, IReadOnlyCollection<string> roles, CancellationToken cancellationToken) =>
        roles.Count == 0 || await HelpAsync(session, school, roles, cancellationToken) is not { May: false } help
            ? null
            : $"Not everybody who manages staff may give this role or change who has it: {string.Join(", ", roles.Select(StaffRole.LabelOf))}. Ask {help.Whom}.";

    public static async Task<RoleHelp> HelpAsync(Session session, Guid school, IReadOnlyCollection<string> roles, CancellationToken cancellationToken)
    {
        if (session.Actor.Kind != ActorKind.Staff)
        {
            return new RoleHelp(May: true, []);
        }

        var staff = await StaffAsync(session, school, cancellationToken);
        var desks = DesksOf(staff);
        bool Can(Known who) => who.Enabled && roles.All(role => RoleGiving.MayGive(role, who.Roles, desks)) && Permissions.Of(who.Roles).Contains(Permission.ManageStaff);
        return new RoleHelp(staff.Exists(who => who.Id == session.Actor.Staff && Can(who)), [.. staff.Where(who => who.Id != session.Actor.Staff && who.SignedIn && Can(who)).Select(who => who.Name)]);
    }

    /// <summary>
    /// Tells the person, and whoever is safeguarding lead or head there, once one of those has signed in; of what was done before, each of them is told who comes (<see cref="GivenRoles"/>).
    /// </summary>
    /// <param name="session">Of the change, in the scope of the school.</param>
    /// <param name="school">Whose staff it is.</param>
    /// <param name="whom">Whom it is about.</param>
    /// <param name="roles">That were given, or that the person has; of those that open no alert nobody is told.</param>
    /// <param name="own">A word of <see cref="AccountNews"/> for the person; null: told already.</param>
    /// <param name="others">The one for the others.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task TellAsync(Session session, Guid school, Guid whom, IEnumerable<string> roles, string? own, string others, CancellationToken cancellationToken)
    {
        if (!roles.Any(RoleGiving.Sees) || await StaffAsync(session, school, cancellationToken) is not { } staff || !DesksOf(staff).LeadOrHead)
        {
            return;
        }

        if (own is not null)
        {
            await AccountNews.TellAsync(session, school, whom, own, cancellationToken);
        }

        await TellLeadsAsync(session, school, staff, whom, others, cancellationToken);
    }

    /// <summary>Tells those who answer for alerts of what was done with somebody, whatever that person's roles.</summary>
    /// <inheritdoc cref="TellAsync" path="/param"/>
    public static async Task TellLeadsAsync(Session session, Guid school, Guid whom, string others, CancellationToken cancellationToken)
    {
        var staff = await StaffAsync(session, school, cancellationToken);
        if (DesksOf(staff).LeadOrHead)
        {
            await TellLeadsAsync(session, school, staff, whom, others, cancellationToken);
        }
    }

    public static bool IsLeadOrHead(string role) => role is StaffRole.Dsl or StaffRole.Head;

    private static async Task TellLeadsAsync(Session session, Guid school, List<Known> staff, Guid whom, string others, CancellationToken cancellationToken)
    {
        foreach (var answers in staff.Where(who => who.Enabled && who.Id != whom && who.Roles.Any(IsLeadOrHead)))
        {
            await AccountNews.TellAsync(session, school, answers.Id, others, cancellationToken);
        }
    }

    private static SignedInDesks DesksOf(List<Known> staff) => new(
        staff.Exists(who => who.SignedIn && who.Roles.Any(IsLeadOrHead)), staff.Exists(who => who.SignedIn && who.Roles.Contains(StaffRole.Head, StringComparer.Ordinal)));

    private static Task<List<Known>> StaffAsync(Session session, Guid school, CancellationToken cancellationToken) => session.RowsAsync(
        Staff, [school], row => new Known(row.GetGuid(0), row.GetString(1), row.GetFieldValue<string[]>(2), row.GetBoolean(3), row.GetBoolean(4)), cancellationToken);

    private sealed record Known(Guid Id, string Name, string[] Roles, bool Enabled, bool SignedIn);
}
