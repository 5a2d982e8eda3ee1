using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Web.Administration;

/// <summary>One member of staff, for whoever manages staff. Everything here is recorded by the registers that do it.</summary>
internal sealed class StaffMemberPages(StaffRegister register, StaffList list, [FromKeyedServices(DatabaseRole.Setup)] Database setup, TimeProvider time)
{
    private readonly Invitations _invitations = new(setup, time);
    private readonly StaffSignIns _signIns = new(setup, time);
    private readonly StaffKeyRegister _keys = new(setup);

    /// <summary>Null: the school has nobody with this id.</summary>
    public async Task<StaffMemberView?> FindAsync(SignedInStaff who, Guid staff, CancellationToken cancellationToken)
    {
        if ((await list.ListAsync(who.School, who.Actor, cancellationToken)).FirstOrDefault(member => member.StaffId == staff) is not { } found)
        {
            return null;
        }

        var sessions = (await _signIns.ListAsync(who.School, who.Actor, cancellationToken)).Where(session => session.Staff == staff);
        var now = time.GetUtcNow();
        var keys = (await _keys.ListAsync(who.School, who.Actor, cancellationToken)).Where(key => key.Staff == staff && key.IsInUse(now));
        var help = await register.HelpAsync(who.School, found.Roles, who.Actor, cancellationToken);
        return new StaffMemberView(
            found.StaffId, found.Name, found.Email, found.Roles, string.Join(", ", found.Accounts), found.Enabled, staff == who.Actor.Staff,
            [.. sessions.Select(session => new StaffSessionRow(session.Way, session.BeganAt, session.SeenAt))])
        {
            Years = StaffRoleWords.Years(found.Years),
            IsPastoral = found.Roles.Contains(StaffRole.Pastoral, StringComparer.Ordinal),
            May = help.May,
            Whom = help.Whom,
            Keys = [.. keys.Select(key => new StaffKeyRow(key.Name, key.ExpiresAt))],
        };
    }

    /// <exception cref="SetupException">A word is no role, none was chosen, the reader may not give or take it, or it is the reader.</exception>
    public Task SetRolesAsync(SignedInStaff who, StaffMemberView member, IReadOnlyList<string> roles, CancellationToken cancellationToken)
    {
        NotSelf(member, "Nobody changes their own roles");
        RequireYears(roles, member.Years);
        return roles.Count == 0
            ? throw new SetupException("Choose at least one role. To remove somebody's access, use the button below.")
            : register.SetRolesAsync(who.School, member.Id, roles, who.Actor, cancellationToken);
    }

    /// <param name="years">As typed, with commas or on lines.</param>
    /// <exception cref="SetupException">A word is no year, or it is the reader.</exception>
    public Task SetYearsAsync(SignedInStaff who, StaffMemberView member, string years, CancellationToken cancellationToken)
    {
        NotSelf(member, "Nobody gives themselves a year");
        return register.SetYearsAsync(who.School, member.Id, YearsOf(years), who.Actor, cancellationToken);
    }

    /// <summary>Before the register asks, which lists the words of roles for a terminal.</summary>
    /// <exception cref="SetupException">None was chosen.</exception>
    public static void RequireRole(IReadOnlyList<string> roles)
    {
        if (roles.Count == 0)
        {
            throw new SetupException("Choose at least one role.");
        }
    }

    /// <summary>A year or pastoral lead without years would see nothing, and nobody would know why.</summary>
    /// <exception cref="SetupException">The role is there, and no year.</exception>
    public static void RequireYears(IReadOnlyList<string> roles, string years)
    {
        if (roles.Contains(StaffRole.Pastoral, StringComparer.Ordinal) && YearsOf(years).Count == 0)
        {
            throw new SetupException("A year or pastoral lead reads alerts about pupils of named years: say which years first.");
        }
    }

    /// <summary>Puts name, e-mail address and accounts right; by the accounts nobody is told of an alert about themselves.</summary>
    /// <returns>Whether somebody's way to sign in ended.</returns>
    /// <exception cref="SetupException">One of them is wrong or somebody else's, the reader may not, or it is the reader.</exception>
    /// <exception cref="PupilNameException">One of them is a pupil's.</exception>
    public Task<bool> CorrectAsync(SignedInStaff who, StaffMemberView member, StaffDetails details, CancellationToken cancellationToken)
    {
        // Whoever names a pupil's account as their own would hear no more of that pupil.
        NotSelf(member, "Nobody changes their own entry");
        return register.CorrectAsync(who.School, member.Id, details, who.Actor, cancellationToken);
    }

    /// <summary>For a lost phone: takes the old way to sign in away, where no other school uses it.</summary>
    /// <exception cref="SetupException">There is nothing to take away, another school uses it, the reader may not, or it is the reader.</exception>
    public async Task ResetAsync(SignedInStaff who, StaffMemberView member, CancellationToken cancellationToken)
    {
        NotSelf(member, "Nobody takes away their own way to sign in");
        var reset = await _signIns.ResetAsync(who.School, member.Id, everywhere: false, who.Actor, cancellationToken);
        if (!reset.Done)
        {
            // Which other schools is not this one's to know.
            throw new SetupException(reset.Others.Count > 0
                ? $"{member.Name} signs in at another school with the same account. Whoever runs the service can take it away, for all of them."
                : $"{member.Name} has not signed in yet: make a sign-in link.");
        }
    }

    public static IReadOnlyList<string> AccountsOf(string typed) => typed.Split([' ', ',', ';', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public static IReadOnlyList<string> YearsOf(string typed) => typed.Split([',', ';', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <exception cref="SetupException">It is the reader, the only safeguarding lead, or the reader may not.</exception>
    public Task SetEnabledAsync(SignedInStaff who, StaffMemberView member, bool enabled, CancellationToken cancellationToken)
    {
        NotSelf(member, "Nobody takes themselves out of use");
        return register.SetEnabledAsync(who.School, member.Id, enabled, who.Actor, cancellationToken);
    }

    /// <exception cref="SetupException">The person is out of use.</exception>
    public Task<IssuedInvitation> InviteAsync(SignedInStaff who, StaffMemberView member, CancellationToken cancellationToken) => member.Enabled
        ? _invitations.CreateAsync(who.School, member.Id, who.Actor, cancellationToken)
        : throw new SetupException($"{member.Name} has no access. Give the person access again first.");

    public Task SignOutAsync(SignedInStaff who, StaffMemberView member, CancellationToken cancellationToken) => _signIns.EndAsync(who.School, member.Id, who.Actor, cancellationToken);

    private static void NotSelf(StaffMemberView member, string what)
    {
        if (member.Self)
        {
            throw new SetupException($"{what}: ask somebody else who manages staff ({member.Whom}).");
        }
    }
}
