using Npgsql;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.IntegrationTests.Access;

/// <summary>Who gives roles is the database's to decide too: what the service forgot to ask is refused there.</summary>
public sealed class RoleGivingInDatabaseTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private InstallationDatabase _database = null!;
    private Guid _school;
    private Guid _lead;
    private Guid _admin;

    public async Task InitializeAsync()
    {
        _database = await InstallationDatabase.CreateAsync(postgres.Server);
        _school = await _database.AddSchoolAsync();
        _lead = (await _database.AddStaffAsync(_school, "lead", "dsl")).Staff.StaffId;
        _admin = (await _database.AddStaffAsync(_school, "admin", "admin")).Staff.StaffId;
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task DatabaseAndServiceSayTheSameOfEveryRoleAndGiver()
    {
        string[] roles = [.. StaffRole.All, "no such role"];
        await using var source = NpgsqlDataSource.Create(_database.Test.ConnectionString);
        foreach (var (leads, heads) in new[] { (false, false), (true, false), (true, true) })
        {
            var said = new List<string>();
            // Every giver with two roles, with one (twice the same) and with none.
            var givers = roles.SelectMany(_ => roles, (one, other) => new[] { one, other }).Append([]).ToList();
            var expected = givers.SelectMany(_ => roles, (giver, role) => $"{string.Join('+', giver)} {role} {RoleGiving.MayGive(role, giver, new SignedInDesks(leads, heads))}").ToList();
            await using var command = source.CreateCommand("""
                SELECT g.words || ' ' || r.role || ' ' || CASE WHEN onlinesafety.may_give(r.role, string_to_array(g.words, '+'), $3, $4) THEN 'True' ELSE 'False' END
                FROM unnest($1::text[]) WITH ORDINALITY AS g (words, a) CROSS JOIN unnest($2::text[]) WITH ORDINALITY AS r (role, b) ORDER BY g.a, r.b
                """);
            command.Parameters.AddWithValue(givers.Select(giver => string.Join('+', giver)).ToArray());
            command.Parameters.AddWithValue(roles);
            command.Parameters.AddWithValue(leads);
            command.Parameters.AddWithValue(heads);
            await using var rows = await command.ExecuteReaderAsync();
            while (await rows.ReadAsync())
            {
                said.Add(rows.GetString(0));
            }

            Assert.Equal(expected, said);
        }
    }

    [Fact]
    public async Task WhatTheServiceForgetsToAskIsRefused()
    {
        string[] all =
        [
            Insert("puppet", "dsl"), Insert("puppet", "chair"), $"UPDATE staff SET roles = ARRAY['admin', 'deputy'] WHERE staff_id = '{_admin}'", $"UPDATE staff SET roles = ARRAY['governor'] WHERE staff_id = '{_lead}'",
            $"UPDATE staff SET email = 'puppet@school.example' WHERE staff_id = '{_lead}'", $"UPDATE staff SET accounts = ARRAY['a.pupil'] WHERE staff_id = '{_lead}'", $"UPDATE staff SET years = ARRAY['9'] WHERE staff_id = '{_lead}'",
            $"INSERT INTO invitation (school_id, staff_id, token_hash, created_at, ends_at, first) VALUES ('{_school}', '{_lead}', sha256('t'), now(), now() + interval '1 hour', false)",
            $"INSERT INTO staff_key (school_id, staff_id, key_hash) VALUES ('{_school}', '{_lead}', sha256('k'))",
        ];
        // Whoever is there sets a school up.
        foreach (var sql in all)
        {
            Assert.True(await MayAsync(_admin, sql), sql);
        }

        await SignInAsync(_lead);
        foreach (var sql in all)
        {
            Assert.False(await MayAsync(_admin, sql), sql);
            // The host, and steps of the service.
            Assert.True(await MayAsync(staff: null, sql), sql);
        }

        foreach (var sql in all.Where(sql => !sql.Contains("'admin'", StringComparison.Ordinal)))
        {
            Assert.True(await MayAsync(_lead, sql), sql);
        }

        // What opens nothing, a name, and ending an access stay theirs; bringing a lead back does not.
        foreach (var sql in new[] { Insert("gov", "governor"), Insert("it", "it"), $"UPDATE staff SET name = 'D. Lead' WHERE staff_id = '{_lead}'", $"UPDATE staff SET enabled = false WHERE staff_id = '{_lead}'" })
        {
            Assert.True(await MayAsync(_admin, sql), sql);
        }

        await _database.Test.RunAsync($"UPDATE onlinesafety.staff SET enabled = false WHERE staff_id = '{_lead}'");
        Assert.False(await MayAsync(_admin, $"UPDATE staff SET enabled = true WHERE staff_id = '{_lead}'"));
        Assert.False(await MayAsync(_admin, Insert("puppet", "dsl")));
        // Nor does somebody who is out of use, or of nobody's staff, give any.
        Assert.False(await MayAsync(_lead, Insert("puppet", "deputy")));
        Assert.False(await MayAsync(Guid.NewGuid(), Insert("gov", "governor")));
    }

    [Fact]
    public async Task NoLeadMakesTheDeskAboveOnceAHeadHasSignedIn()
    {
        Assert.True(await MayAsync(_lead, Insert("head", "head")));
        var head = (await _database.AddStaffAsync(_school, "head", "head")).Staff.StaffId;
        await SignInAsync(head);

        Assert.False(await MayAsync(_lead, Insert("puppet", "head")));
        Assert.True(await MayAsync(head, Insert("second", "head")));
        Assert.False(await MayAsync(head, Insert("puppet", "chair")));
        Assert.True(await MayAsync(_lead, Insert("chair", "chair")));
    }

    private string Insert(string name, string role) =>
        $"INSERT INTO staff (school_id, staff_id, name, email, roles) VALUES ('{_school}', gen_random_uuid(), '{name}', '{name}2@school.example', ARRAY['{role}'])";

    private Task SignInAsync(Guid staff) => _database.Test.RunAsync($"""
        SET search_path = onlinesafety;
        INSERT INTO account (account_id, address, created_at) VALUES ('{staff}', '{staff}@school.example', now());
        INSERT INTO staff_account VALUES ('{_school}', '{staff}', '{staff}', now());
        """);

    // As set-up does it, and undone again.
    private async Task<bool> MayAsync(Guid? staff, string sql)
    {
        var actor = staff is { } one ? new Actor(ActorKind.Staff, "somebody", one, []) : Actor.Operator("tester");
        await using var session = await _database[DatabaseRole.Setup].OpenAsync(_school, actor, default);
        try
        {
            Assert.Equal(1, await session.ExecuteAsync(sql, [], default));
            return true;
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return false;
        }
    }
}
