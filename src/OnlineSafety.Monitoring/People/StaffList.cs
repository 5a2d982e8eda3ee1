using Microsoft.EntityFrameworkCore;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.People;

/// <summary>Who is on the staff list of a school, for set-up.</summary>
internal sealed class StaffList(Database setup)
{
    public async Task<IReadOnlyList<Staff>> ListAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        return await session.Context.Staff.AsNoTracking()
            .Where(s => s.SchoolId == school).OrderBy(s => s.Name).ThenBy(s => s.StaffId).ToListAsync(cancellationToken);
    }

    /// <summary>The enabled member of staff with this id or e-mail address, to act as.</summary>
    /// <exception cref="SetupException">Nobody.</exception>
    public async Task<Staff> FindAsync(Guid school, string idOrEmail, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        var found = await FindAsync(session, school, idOrEmail, cancellationToken);
        return found is { Enabled: true }
            ? found
            : throw new SetupException($"Nobody in this school is \"{SetupText.Shown(idOrEmail)}\". Give an id or e-mail address of: onlinesafety staff list");
    }

    /// <summary>The same, whether enabled or not, to change.</summary>
    /// <exception cref="SetupException">Nobody.</exception>
    public async Task<Staff> FindAnyAsync(Guid school, string idOrEmail, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        return await FindAsync(session, school, idOrEmail, cancellationToken)
            ?? throw new SetupException($"Nobody in this school is \"{SetupText.Shown(idOrEmail)}\". Give an id or e-mail address of: onlinesafety staff list");
    }

    /// <summary>What was given to others before the actor, who answers for alerts, first signed in; nobody was there to be told of it.</summary>
    public async Task<IReadOnlyList<GivenRole>> GivenBeforeAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        return actor.Staff is { } self && await FindAsync(session, school, self.ToString(), cancellationToken) is { } member && member.Roles.Any(RoleGuard.IsLeadOrHead)
            ? await GivenRoles.BeforeAsync(session, school, self, cancellationToken)
            : [];
    }

    /// <summary>Whoever has this id or e-mail address, in the session's scope.</summary>
    public static Task<Staff?> FindAsync(Session session, Guid school, string idOrEmail, CancellationToken cancellationToken)
    {
        var email = idOrEmail.Trim();
        var id = Guid.TryParse(idOrEmail, out var parsed) ? parsed : Guid.Empty;
        // Compared as the unique index compares.
        return session.Context.Staff
            .FromSql($"SELECT * FROM staff WHERE school_id = {school} AND (staff_id = {id} OR lower(email) = lower({email}))")
            .AsNoTracking().SingleOrDefaultAsync(cancellationToken);
    }
}
