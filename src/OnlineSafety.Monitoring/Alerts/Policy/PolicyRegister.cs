using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Alerts.Policy;

/// <summary>A policy as a school set it.</summary>
internal sealed record StoredPolicy(string Json, int Revision, DateTimeOffset SetAt, string SetBy);

/// <summary>A policy that was read and checked, beside the one that holds.</summary>
/// <param name="Revision">Of the one that holds; 0: the default.</param>
/// <param name="Removed">What holds now and would not any more, in words.</param>
/// <param name="Added">What would hold instead.</param>
/// <param name="Unheard">What nobody would hear of, with the staff of now.</param>
internal sealed record ProposedPolicy(
    string Json, IReadOnlyDictionary<string, Guid> Named, int Revision, IReadOnlyList<string> Removed, IReadOnlyList<string> Added, IReadOnlyList<string> Unheard);

/// <summary>The policies of schools, for set-up.</summary>
internal sealed class PolicyRegister(Database setup, TimeProvider time)
{
    private const string StoreSql = """
        INSERT INTO school_policy (school_id, policy, named, set_at, set_by, revision) VALUES ($1, $2, $3, $4, $5, 1)
        ON CONFLICT (school_id) DO UPDATE SET policy = EXCLUDED.policy, named = EXCLUDED.named, set_at = EXCLUDED.set_at, set_by = EXCLUDED.set_by,
            revision = school_policy.revision + 1
        WHERE school_policy.revision = $6
        """;

    /// <summary>Null: the school set none.</summary>
    public async Task<StoredPolicy?> FindAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        return await FindAsync(session, school, cancellationToken);
    }

    /// <summary>Reads a policy for a school and says what it would change.</summary>
    /// <exception cref="PolicyException">It cannot be taken; lists every error.</exception>
    public async Task<ProposedPolicy> ProposeAsync(Guid school, string json, Func<string, bool>? isTheme, Actor actor, CancellationToken cancellationToken)
    {
        var policy = PolicyFile.Read(json, isTheme);
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        var staff = await session.Context.Staff.AsNoTracking().Where(s => s.SchoolId == school).OrderBy(s => s.StaffId)
            .Select(s => new { s.StaffId, s.Email, s.Roles, s.Enabled }).ToListAsync(cancellationToken);
        var known = staff.Where(s => s.Enabled).ToDictionary(s => s.Email.ToLowerInvariant(), s => s.StaffId, StringComparer.Ordinal);
        var strangers = PolicyFile.Addresses(policy).Where(address => !known.ContainsKey(address)).ToList();
        if (strangers.Count > 0)
        {
            throw new PolicyException([.. strangers.Select(address => $"$: {SetupText.Shown(address)} is nobody on this school's staff list, or an account that was ended. See: onlinesafety staff list")]);
        }

        var roles = staff.Where(s => s.Enabled).ToDictionary(s => s.Email.ToLowerInvariant(), s => s.Roles, StringComparer.Ordinal);
        string[] called = [.. policy.OutOfHours.OnCall, .. policy.OutOfHours.OnCall.Contains(PolicyDesk.Trust, StringComparer.Ordinal) ? policy.Trust : []];
        var blind = called.Where(who => roles.TryGetValue(who, out var had) && !had.Any(RoleGiving.Sees)).ToList();
        if (blind.Count > 0)
        {
            throw new PolicyException([.. blind.Select(address => $"$.outOfHours.onCall: {SetupText.Shown(address)} cannot open an alert. Whoever is on call needs a role that can: {string.Join(", ", RoleGiving.Seeing.Select(StaffRole.LabelOf))}.")]);
        }

        policy = policy with { Named = PolicyFile.Addresses(policy).ToDictionary(address => address, address => known[address], StringComparer.Ordinal) };
        var before = await FindAsync(session, school, cancellationToken);
        await RequireMayTellAsync(session, school, before, policy, cancellationToken);
        var held = PolicyWords.Of(Held(before));
        var wanted = PolicyWords.Of(policy);
        return new ProposedPolicy(
            json, policy.Named, before?.Revision ?? 0, [.. held.Except(wanted, StringComparer.Ordinal)], [.. wanted.Except(held, StringComparer.Ordinal)],
            PolicyWords.Unheard(staff.ConvertAll(s => new StaffMember(s.StaffId, s.Roles, s.Enabled)), policy));
    }

    /// <summary>Makes it the policy that holds. Returns its revision.</summary>
    /// <exception cref="SetupException">The policy was changed since it was proposed.</exception>
    /// <exception cref="PolicyException">The actor may not decide who is told.</exception>
    public async Task<int> ImportAsync(Guid school, ProposedPolicy proposed, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        if (PolicyFile.TryReadStored(proposed.Json, named: null) is { } policy)
        {
            await RequireMayTellAsync(session, school, await FindAsync(session, school, cancellationToken), policy, cancellationToken);
        }

        await using var command = session.Command(StoreSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = school });
        command.Parameters.Add(new NpgsqlParameter { Value = JsonNode.Parse(proposed.Json)!.ToJsonString(), NpgsqlDbType = NpgsqlDbType.Jsonb });
        command.Parameters.Add(new NpgsqlParameter { Value = JsonSerializer.Serialize(proposed.Named), NpgsqlDbType = NpgsqlDbType.Jsonb });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = actor.Name });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = proposed.Revision });
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            throw new SetupException("The policy was changed by somebody else in the meantime. Look at it and import again: onlinesafety policy show");
        }

        session.RecordAccess(school, "policy.import", $"revision {proposed.Revision + 1}");
        await session.CommitAsync(cancellationToken);
        return proposed.Revision + 1;
    }

    // Whoever is told of an alert may read it: to name somebody is to give what a role gives. The trust stands in for the chair.
    private static async Task RequireMayTellAsync(Session session, Guid school, StoredPolicy? before, SchoolPolicy wanted, CancellationToken cancellationToken)
    {
        var held = Held(before);
        string[] roles =
        [
            .. PolicyWords.Told(held).SequenceEqual(PolicyWords.Told(wanted), StringComparer.Ordinal) ? Array.Empty<string>() : [StaffRole.Dsl],
            .. held.Trust.SequenceEqual(wanted.Trust, StringComparer.Ordinal) ? Array.Empty<string>() : [StaffRole.Chair],
        ];
        if (roles.Length > 0 && await RoleGuard.HelpAsync(session, school, roles, cancellationToken) is { May: false } help)
        {
            throw new PolicyException([$"$: who is told of alerts is not for you to change{(roles is [StaffRole.Chair] ? " where it is the trust" : "")}. Ask {help.Whom}."]);
        }
    }

    private static SchoolPolicy Held(StoredPolicy? stored) => (stored is null ? null : PolicyFile.TryReadStored(stored.Json, named: null)) ?? SchoolPolicy.Default;

    private static async Task<StoredPolicy?> FindAsync(Session session, Guid school, CancellationToken cancellationToken) =>
        (await session.RowsAsync(
            "SELECT policy::text, revision, set_at, set_by FROM school_policy WHERE school_id = $1",
            [school],
            row => new StoredPolicy(row.GetString(0), row.GetInt32(1), row.GetFieldValue<DateTimeOffset>(2), row.GetString(3)),
            cancellationToken)).FirstOrDefault();
}
