using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Web.Administration;

/// <summary>One member of staff, for whoever manages staff. Everything here is recorded by the registers that do it.</summary>
internal sealed class StaffMemberPages(StaffRegister register, [FromKeyedServices(DatabaseRole.Setup)] Database setup, TimeProvider time)
{
    private readonly Invitations _invitations = new(setup, time);
    private readonly StaffSignIns _signIns = new(setup, time);
    private readonly StaffKeyRegister _keys = new(setup);

    /// <summary>Null: the school has nobody with this id.</summary>
    public async Task<StaffMemberView?> FindAsync(SignedInStaff who, Guid staff, CancellationToken cancellationToken)
    {
        if ((await register.ListAsync(who.School, who.Actor, cancellationToken)).FirstOrDefault(member => member.StaffId == staff) is not { } found)
        {
            return null;
        }

        var sessions = (await _signIns.ListAsync(who.School, who.Actor, cancellationToken)).Where(session => session.Staff == staff);
        var now = time.GetUtcNow();
        var keys = (await _keys.ListAsync(who.School, who.Actor, cancellationToken)).Where(key => key.Staff == staff && key.IsInUse(now));
        return new StaffMemberView(
            found.StaffId, found.Name, found.Email, found.Roles, string.Join(", ", found.Accounts), found.Enabled, staff == who.Actor.Staff,
            [.. sessions.Select(session => new StaffSessionRow(session.Way, session.BeganAt, session.SeenAt))])
        {
            Years = StaffRoleWords.Years(found.Years),
            IsPastoral = found.Roles.Contains(StaffRole.Pastoral, StringComparer.Ordinal),
            Keys = [.. keys.Select(key => new StaffKeyRow(key.Name, key.ExpiresAt))],
        };
    }

    /// <exception cref="SetupException">A word is no role, none was chosen, or it is the reader.</exception>
    public Task SetRolesAsync(SignedInStaff who, StaffMemberView member, IReadOnlyList<string> roles, CancellationToken cancellationToken)
    {
        NotSelf(member, "Nobody changes their own roles");
        return roles.Count == 0
            ? throw new SetupException("Choose at least one role. To take somebody out of use, use the button below.")
            : register.SetRolesAsync(who.School, member.Id, roles, who.Actor, cancellationToken);
    }

    /// <param name="years">As typed, with commas or on lines.</param>
    /// <exception cref="SetupException">A word is no year, or it is the reader.</exception>
    public Task SetYearsAsync(SignedInStaff who, StaffMemberView member, string years, CancellationToken cancellationToken)
    {
        NotSelf(member, "Nobody gives themselves a year");
        return register.SetYearsAsync(who.School, member.Id, YearsOf(years), who.Actor, cancellationToken);
    }

    /// <summary>Says by which further accounts products know this person, so that nobody is told of an alert about themselves.</summary>
    /// <exception cref="SetupException">None was given, one is somebody else's, or it is the reader.</exception>
    public Task AddAccountsAsync(SignedInStaff who, StaffMemberView member, string accounts, CancellationToken cancellationToken)
    {
        // Whoever names a pupil's account as their own would hear no more of that pupil.
        NotSelf(member, "Nobody adds an account to themselves");
        return register.AddAccountsAsync(who.School, member.Id, AccountsOf(accounts), who.Actor, cancellationToken);
    }

    public static IReadOnlyList<string> AccountsOf(string typed) => typed.Split([' ', ',', ';', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public static IReadOnlyList<string> YearsOf(string typed) => typed.Split([',', ';', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <exception cref="SetupException">It is the reader.</exception>
    public Task SetEnabledAsync(SignedInStaff who, StaffMemberView member, bool enabled, CancellationToken cancellationToken)
    {
        NotSelf(member, "Nobody takes themselves out of use");
        return register.SetEnabledAsync(who.School, member.Id, enabled, who.Actor, cancellationToken);
    }

    /// <exception cref="SetupException">The person is out of use.</exception>
    public Task<IssuedInvitation> InviteAsync(SignedInStaff who, StaffMemberView member, CancellationToken cancellationToken) => member.Enabled
        ? _invitations.CreateAsync(who.School, member.Id, who.Actor, cancellationToken)
        : throw new SetupException($"{member.Name} is out of use. Put the person into use again first.");

    public Task SignOutAsync(SignedInStaff who, StaffMemberView member, CancellationToken cancellationToken) => _signIns.EndAsync(who.School, member.Id, who.Actor, cancellationToken);

    private static void NotSelf(StaffMemberView member, string what)
    {
        if (member.Self)
        {
            throw new SetupException($"{what}: ask somebody else who manages staff.");
        }
    }
}
