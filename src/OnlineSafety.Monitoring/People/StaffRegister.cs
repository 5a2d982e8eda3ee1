using System.Net.Mail;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.People;

/// <summary>A member of staff just added, with the API key that cannot be shown again; empty where none was asked for.</summary>
internal sealed record IssuedStaff(Staff Staff, string Key);

/// <summary>What <c>staff add</c> asks for.</summary>
internal sealed record NewStaff(string Name, string Email, IReadOnlyList<string> Roles, IReadOnlyList<string> Accounts)
{
    /// <summary>Days of a key for programs; null: none. Whoever holds it acts as that person, so that it is given out on the host alone, and only where it is asked for.</summary>
    public int? KeyDays { get; init; }

    /// <summary>Years of which the person is the lead.</summary>
    public IReadOnlyList<string> Years { get; init; } = [];

    /// <summary>Whoever adds the person says so, whatever the people list says of these names.</summary>
    public bool NotAPupils { get; init; }
}

/// <summary>How a member of staff is called, written to, and known to products.</summary>
/// <param name="NotAPupils">Whoever changes them says so, whatever the people list says of these names.</param>
/// <param name="SamePerson">Whoever changes the address says that it is the same person's: who signed in before goes on. Unless it is said, somebody else may have come.</param>
internal sealed record StaffDetails(string Name, string Email, IReadOnlyList<string> Accounts, bool NotAPupils = false, bool SamePerson = false);

/// <summary>Who is told things in a school, for set-up. What a member of staff may not do (<see cref="RoleGiving"/>) is refused here, whatever page asks for it.</summary>
internal sealed class StaffRegister(Database setup, PupilNames pupils)
{
    private const int MostYears = 20;

    private const string DropLinks = "DELETE FROM invitation WHERE school_id = $1 AND staff_id = $2 AND used_at IS NULL";

    private const string OtherLeads = "SELECT count(*) FROM staff WHERE school_id = $1 AND staff_id <> $2 AND enabled AND 'dsl' = ANY (roles)";

    private const string OtherOwner = "SELECT name FROM staff WHERE school_id = $1 AND staff_id <> $2 AND accounts && $3 ORDER BY name LIMIT 1";

    // The first stays the first: by it the person is grouped.
    private const string AddAccounts = """
        UPDATE staff SET accounts = accounts || ARRAY(SELECT a FROM unnest($3::text[]) WITH ORDINALITY AS added (a, place) WHERE NOT a = ANY (accounts) ORDER BY place)
        WHERE school_id = $1 AND staff_id = $2
        """;

    /// <exception cref="SetupException">Name, address or role is wrong, the address or an account is somebody's in this school, or the actor may not give the role.</exception>
    /// <exception cref="PupilNameException">The address or an account is a pupil's.</exception>
    public async Task<IssuedStaff> AddAsync(Guid school, NewStaff wanted, Actor actor, CancellationToken cancellationToken)
    {
        var staff = new Staff
        {
            SchoolId = school,
            StaffId = Guid.NewGuid(),
            Name = SetupText.Name(wanted.Name, "member of staff"),
            Email = Address(wanted.Email),
            Roles = RolesOf(wanted.Roles),
            Years = YearsOf(wanted.Years),
            Accounts = AccountsOf(wanted.Accounts),
        };
        var key = "";

        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        await RoleGuard.RequireAsync(session, school, staff.Roles, cancellationToken);
        await RequireNobodyElsesAddressAsync(session, staff, staff.Email, cancellationToken);
        await RequireNobodyElsesAsync(session, school, staff.StaffId, staff.Accounts, cancellationToken);
        var isPupils = await IsPupilsAsync(session, school, [.. staff.Accounts, AccountName.Of(staff.Email)], wanted.NotAPupils, cancellationToken);
        await InsertAsync(session, staff, cancellationToken);
        await RoleGuard.TellAsync(session, school, staff.StaffId, staff.Roles, AccountNews.Role, AccountNews.OthersRole, cancellationToken);
        if (isPupils)
        {
            await PupilNames.SayAsync(session, school, staff.StaffId, cancellationToken);
        }

        session.RecordAccess(school, "staff.add", $"{staff.StaffId} {string.Join(',', staff.Roles)}");
        if (wanted.KeyDays is { } days)
        {
            key = (await StaffKeyRegister.IssueAsync(session, school, staff.StaffId, "made with the person", days, cancellationToken)).Key;
        }

        await PeopleChange.SayAsync(session, school, cancellationToken);
        await session.CommitAsync(cancellationToken);
        return new IssuedStaff(staff, key);
    }

    /// <summary>Whoever is disabled is told nothing more, and neither a session nor a key nor a link lets in any more.</summary>
    /// <exception cref="SetupException">The actor may not, or the person is the only safeguarding lead.</exception>
    public async Task SetEnabledAsync(Guid school, Guid staff, bool enabled, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        if (await StaffList.FindAsync(session, school, staff.ToString(), cancellationToken) is not { } member || member.Enabled == enabled)
        {
            return;
        }

        // Whoever looks after the staff list ends anybody's access at once; without it, nobody takes the desk above away.
        if (enabled || !await IsAdministratorAsync(session, school, cancellationToken))
        {
            await RoleGuard.RequireAsync(session, school, member.Roles, cancellationToken);
        }

        if (!enabled)
        {
            await RequireAnotherLeadAsync(session, member, [], cancellationToken);
        }

        await session.ExecuteAsync("UPDATE staff SET enabled = $3 WHERE school_id = $1 AND staff_id = $2", [school, staff, enabled], cancellationToken);
        if (!enabled)
        {
            await StaffSignIns.EndAsync(session, school, staff, cancellationToken);
            await session.ExecuteAsync(DropLinks, [school, staff], cancellationToken);
            // Being enabled again brings no old key back.
            await StaffSignIns.RevokeKeysAsync(session, school, staff, cancellationToken);
        }

        else
        {
            await RoleGuard.TellAsync(session, school, staff, member.Roles, AccountNews.Role, AccountNews.OthersRole, cancellationToken);
        }

        session.RecordAccess(school, enabled ? "staff.enable" : "staff.disable", staff.ToString());
        await session.CommitAsync(cancellationToken);
    }

    /// <summary>Gives a member of staff these roles in place of the former ones; they count from the next request on.</summary>
    /// <exception cref="SetupException">A word is no role, the actor may not give or take one of them, or the person is the only safeguarding lead.</exception>
    public async Task SetRolesAsync(Guid school, Guid staff, IReadOnlyList<string> wanted, Actor actor, CancellationToken cancellationToken)
    {
        var roles = RolesOf(wanted);
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        if (await StaffList.FindAsync(session, school, staff.ToString(), cancellationToken) is not { } member)
        {
            return;
        }

        var given = roles.Except(member.Roles, StringComparer.Ordinal).ToList();
        await RoleGuard.RequireAsync(session, school, [.. given, .. member.Roles.Except(roles, StringComparer.Ordinal)], cancellationToken);
        await RequireAnotherLeadAsync(session, member, roles, cancellationToken);
        if (given.Exists(RoleGiving.Sees))
        {
            // Whoever made a link for the person that was is not to open it as the person that is.
            await session.ExecuteAsync(DropLinks, [school, staff], cancellationToken);
        }

        await session.ExecuteAsync("UPDATE staff SET roles = $3 WHERE school_id = $1 AND staff_id = $2", [school, staff, roles], cancellationToken);
        await RoleGuard.TellAsync(session, school, staff, given, AccountNews.Role, AccountNews.OthersRole, cancellationToken);
        await PeopleChange.SayAsync(session, school, cancellationToken);
        session.RecordAccess(school, "staff.role", $"{staff} {string.Join(',', roles)}");
        await session.CommitAsync(cancellationToken);
    }

    /// <summary>Names the years of which somebody with the role pastoral is the lead, in place of the former ones; none: no alert is theirs.</summary>
    /// <exception cref="SetupException">A word is no year, or the actor may not give the person's roles.</exception>
    public async Task SetYearsAsync(Guid school, Guid staff, IReadOnlyList<string> wanted, Actor actor, CancellationToken cancellationToken)
    {
        var years = YearsOf(wanted);
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        await RequireForAsync(session, school, staff, cancellationToken);
        await session.ExecuteAsync("UPDATE staff SET years = $3 WHERE school_id = $1 AND staff_id = $2", [school, staff, years], cancellationToken);
        session.RecordAccess(school, "staff.years", $"{staff} {string.Join(',', years)}".TrimEnd());
        await session.CommitAsync(cancellationToken);
    }

    /// <summary>Adds accounts by which products know a member of staff. What was raised about them, whenever that was, leaves the desks at which the person sits.</summary>
    /// <param name="notAPupils">Whoever adds them says so, whatever the people list says.</param>
    /// <exception cref="SetupException">None was given, one is somebody else's, or the actor may not give the person's roles.</exception>
    /// <exception cref="PupilNameException">One is a pupil's.</exception>
    public async Task AddAccountsAsync(Guid school, Guid staff, IReadOnlyList<string> wanted, bool notAPupils, Actor actor, CancellationToken cancellationToken)
    {
        var accounts = AccountsOf(wanted);
        if (accounts.Length == 0)
        {
            throw new SetupException("Say by which account the products know this person.");
        }

        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        var member = await RequireForAsync(session, school, staff, cancellationToken);
        await RequireNobodyElsesAsync(session, school, staff, accounts, cancellationToken);
        var isPupils = await IsPupilsAsync(session, school, [.. accounts.Except(member?.Accounts ?? [], StringComparer.Ordinal)], notAPupils, cancellationToken);
        await session.ExecuteAsync(AddAccounts, [school, staff, accounts], cancellationToken);
        await RoleGuard.TellAsync(session, school, staff, member?.Roles ?? [], AccountNews.Details, AccountNews.OthersDetails, cancellationToken);
        if (isPupils)
        {
            await PupilNames.SayAsync(session, school, staff, cancellationToken);
        }

        await PeopleChange.SayAsync(session, school, cancellationToken);
        session.RecordAccess(school, "staff.accounts", $"{staff} {accounts.Length} added");
        await session.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// Puts name, address and accounts right. An account that is named no more is nobody's: what was raised about it goes to the desk of whose it then is. With another
    /// address, unless it is the same person's, nothing that let somebody in does so any more: whoever left does not read on as the successor.
    /// </summary>
    /// <returns>Whether somebody's way to sign in ended.</returns>
    /// <exception cref="SetupException">One of them is wrong or somebody else's, or the actor may not give the person's roles.</exception>
    /// <exception cref="PupilNameException">One that the person did not have is a pupil's.</exception>
    public async Task<bool> CorrectAsync(Guid school, Guid staff, StaffDetails wanted, Actor actor, CancellationToken cancellationToken)
    {
        var (name, email, accounts) = (SetupText.Name(wanted.Name, "member of staff"), Address(wanted.Email), AccountsOf(wanted.Accounts));
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        if (await StaffList.FindAsync(session, school, staff.ToString(), cancellationToken) is not { } member)
        {
            return false;
        }

        string[] changed =
        [
            .. name == member.Name ? Array.Empty<string>() : ["name"], .. email == member.Email ? Array.Empty<string>() : ["e-mail"],
            .. accounts.SequenceEqual(member.Accounts, StringComparer.Ordinal) ? Array.Empty<string>() : ["accounts"],
        ];
        if (changed.Length == 0)
        {
            return false;
        }

        var (isPupils, ended) = (false, false);
        if (changed is not ["name"])
        {
            await RoleGuard.RequireAsync(session, school, member.Roles, cancellationToken);
            await RequireNobodyElsesAddressAsync(session, member, email, cancellationToken);
            await RequireNobodyElsesAsync(session, school, staff, accounts, cancellationToken);
            string[] before = [.. member.Accounts, AccountName.Of(member.Email)];
            isPupils = await IsPupilsAsync(session, school, [.. accounts.Append(AccountName.Of(email)).Except(before, StringComparer.Ordinal)], wanted.NotAPupils, cancellationToken);
            await session.ExecuteAsync(DropLinks, [school, staff], cancellationToken);
            var moves = Account.AddressOf(email) != Account.AddressOf(member.Email);
            ended = moves && !wanted.SamePerson && await StaffSignIns.EndWaysInAsync(session, school, staff, cancellationToken);
            changed = [.. changed, .. ended ? ["sign-in ended"] : moves && wanted.SamePerson ? (string[])["same person"] : []];
        }

        await session.ExecuteAsync("UPDATE staff SET name = $3, email = $4, accounts = $5 WHERE school_id = $1 AND staff_id = $2", [school, staff, name, email, accounts], cancellationToken);
        if (changed is not ["name"])
        {
            await RoleGuard.TellAsync(session, school, staff, member.Roles, AccountNews.Details, AccountNews.OthersDetails, cancellationToken);
        }

        if (isPupils)
        {
            await PupilNames.SayAsync(session, school, staff, cancellationToken);
        }

        await PeopleChange.SayAsync(session, school, cancellationToken);
        session.RecordAccess(school, "staff.correct", $"{staff} {string.Join(',', changed)}");
        await session.CommitAsync(cancellationToken);
        return ended;
    }

    /// <summary>Whether the actor may change somebody with these roles, and who else here may.</summary>
    public async Task<RoleHelp> HelpAsync(Guid school, IReadOnlyCollection<string> roles, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        return await RoleGuard.HelpAsync(session, school, roles, cancellationToken);
    }

    // The person, whom the actor may change; null: nobody.
    private static async Task<Staff?> RequireForAsync(Session session, Guid school, Guid staff, CancellationToken cancellationToken)
    {
        var member = await StaffList.FindAsync(session, school, staff.ToString(), cancellationToken);
        await RoleGuard.RequireAsync(session, school, member?.Roles ?? [], cancellationToken);
        return member;
    }

    // Whether a colleague is to have a pupil's name all the same.
    private async Task<bool> IsPupilsAsync(Session session, Guid school, IReadOnlyCollection<string> names, bool isMeant, CancellationToken cancellationToken)
    {
        if (!await pupils.HaveAsync(session, school, names, cancellationToken))
        {
            return false;
        }

        if (!isMeant)
        {
            throw new PupilNameException();
        }

        // It moves alerts about pupils: who gives the roles that open those may say so.
        return await RoleGuard.HelpAsync(session, school, [StaffRole.Deputy], cancellationToken) is not { May: false } help
            ? true
            : throw new SetupException($"By the people list it is a pupil's, and that it is not is for a safeguarding lead or head to say. Ask {help.Whom}.");
    }

    private static async Task<bool> IsAdministratorAsync(Session session, Guid school, CancellationToken cancellationToken) =>
        session.Actor.Staff is { } self && await StaffList.FindAsync(session, school, self.ToString(), cancellationToken) is { } actor && actor.Roles.Contains(StaffRole.Admin, StringComparer.Ordinal);

    // The host may leave a school without one: it says so.
    private static async Task RequireAnotherLeadAsync(Session session, Staff member, string[] roles, CancellationToken cancellationToken)
    {
        if (session.Actor.Kind == ActorKind.Staff && member.Enabled && member.Roles.Contains(StaffRole.Dsl, StringComparer.Ordinal) && !roles.Contains(StaffRole.Dsl, StringComparer.Ordinal)
            && (await session.RowsAsync(OtherLeads, [member.SchoolId, member.StaffId], row => row.GetInt64(0), cancellationToken)) is [0])
        {
            throw new SetupException($"{member.Name} is the only safeguarding lead: alerts about pupils would reach nobody. Give somebody else that role first, and see that they can sign in.");
        }
    }

    private static async Task RequireNobodyElsesAddressAsync(Session session, Staff member, string email, CancellationToken cancellationToken)
    {
        if (await StaffList.FindAsync(session, member.SchoolId, email, cancellationToken) is { } taken && taken.StaffId != member.StaffId)
        {
            throw new SetupException($"{email} is {taken.Name} ({taken.StaffId}) in this school already. See: onlinesafety staff list");
        }
    }

    private static async Task RequireNobodyElsesAsync(Session session, Guid school, Guid staff, string[] accounts, CancellationToken cancellationToken)
    {
        var others = await session.RowsAsync(OtherOwner, [school, staff, accounts], row => row.GetString(0), cancellationToken);
        if (others.Count > 0)
        {
            throw new SetupException($"Such an account is {others[0]}'s in this school already. See: onlinesafety staff list");
        }
    }

    private static Task InsertAsync(Session session, Staff staff, CancellationToken cancellationToken) => session.ExecuteAsync(
        "INSERT INTO staff (school_id, staff_id, name, email, roles, accounts, years) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [staff.SchoolId, staff.StaffId, staff.Name, staff.Email, staff.Roles, staff.Accounts, staff.Years],
        cancellationToken);

    private static string[] RolesOf(IReadOnlyList<string> wanted)
    {
        var roles = wanted.Select(r => r.Trim().ToLowerInvariant()).Distinct(StringComparer.Ordinal).ToArray();
        var strange = Array.Find(roles, r => !StaffRole.All.Contains(r, StringComparer.Ordinal));
        return strange is not null ? throw new SetupException($"\"{SetupText.Shown(strange)}\" is no role. A role is one of: {StaffRole.Choices}.")
            : roles.Length == 0 ? throw new SetupException($"Choose at least one role: {StaffRole.Choices}.")
            : roles;
    }

    private static string[] AccountsOf(IReadOnlyList<string> wanted) => [.. wanted.Select(AccountName.Of).Where(a => a.Length > 0).Distinct(StringComparer.Ordinal)];

    private static string[] YearsOf(IReadOnlyList<string> wanted)
    {
        var years = wanted.Select(YearGroup.Of).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        return wanted.All(year => YearGroup.Of(year) is not null) && years.Length <= MostYears
            ? years
            : throw new SetupException($"A year is written as in the people list, such as \"Year 9\"; at most {MostYears} of them.");
    }

    private static string Address(string email)
    {
        var trimmed = SetupText.Optional(email, "e-mail address", 254);
        return MailAddress.TryCreate(trimmed, out var address) && address.Address == trimmed
            ? trimmed
            : throw new SetupException($"\"{SetupText.Shown(email)}\" is not an e-mail address.");
    }
}
