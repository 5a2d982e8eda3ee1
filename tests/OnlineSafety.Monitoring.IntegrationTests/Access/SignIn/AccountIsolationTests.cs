using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Access.SignIn;

/// <summary>Accounts are of no school: what the database itself keeps apart among them.</summary>
public sealed class AccountIsolationTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private static readonly Guid _own = Guid.NewGuid();
    private static readonly Guid _other = Guid.NewGuid();

    private TestInstallation _installation = null!;
    private SourceKey _school;

    public async Task InitializeAsync()
    {
        _installation = await TestInstallation.CreateAsync(postgres.Server);
        _school = await _installation.AddSourceAsync();
        foreach (var (account, address) in new[] { (_own, "own@school.example"), (_other, "other@school.example") })
        {
            await _installation.Store.RunAsync($"""
                SET search_path = onlinesafety;
                INSERT INTO staff (school_id, staff_id, name, email, roles) VALUES ('{_school.School}', '{account}', 'n', '{address.ToUpperInvariant()}', ARRAY['dsl']);
                INSERT INTO account (account_id, address, password_hash, created_at) VALUES ('{account}', '{address}', 'hash', now());
                INSERT INTO account_passkey VALUES ('{account}', sha256('{account}'), 'n', '', 0, '{"{}"}', false, false, now());
                INSERT INTO account_identity VALUES ('{account}', 'https://issuer.example', sha256('{account}'), now());
                INSERT INTO staff_account VALUES ('{_school.School}', '{account}', '{account}', now());
                INSERT INTO session (session_id, token_hash, account_id, stage, way, began_at, proved_at, seen_at, ends_at)
                    VALUES ('{account}', sha256('{account}'), '{account}', 1, 'password', now(), now(), now(), now() + interval '1 day');
                """);
        }
    }

    public async Task DisposeAsync() => await _installation.DisposeAsync();

    [Theory]
    [InlineData("account")]
    [InlineData("account_passkey")]
    [InlineData("account_identity")]
    [InlineData("staff_account")]
    public async Task TheConsoleSeesTheStatedAccountAndWithoutOneNothing(string table)
    {
        Assert.Equal(0, await NumberAsync(null, null, $"SELECT count(*) FROM {table}"));
        Assert.Equal(1, await NumberAsync(_own, null, $"SELECT count(*) FROM {table}"));
        Assert.Equal(0, await NumberAsync(_own, null, $"SELECT count(*) FROM {table} WHERE account_id = '{_other}'"));
    }

    [Fact]
    public async Task AnAddressThatSomebodyClaimsShowsItsOwnAccountAndStaffAndNothingElse()
    {
        Assert.Equal(1, await NumberAsync(null, "own@school.example", "SELECT count(*) FROM account"));
        Assert.Equal(1, await NumberAsync(null, "own@school.example", "SELECT count(*) FROM staff"));
        Assert.Equal(0, await NumberAsync(null, "nobody@school.example", "SELECT count(*) FROM staff"));
        Assert.Equal(0, await NumberAsync(null, "own@school.example", "SELECT count(*) FROM account_passkey"));
        Assert.Equal(0, await NumberAsync(null, "own@school.example", "SELECT count(*) FROM school"));
    }

    [Theory]
    [InlineData("UPDATE account SET password_hash = 'x'", 1)]
    [InlineData("UPDATE session SET ends_at = ends_at", 1)]
    [InlineData("DELETE FROM session", 1)]
    [InlineData("DELETE FROM account_passkey", 1)]
    public async Task TheConsoleChangesTheStatedAccountAlone(string sql, int rows)
    {
        Assert.Equal(rows, await ChangedAsync(_own, sql));
        Assert.Equal(0, await ChangedAsync(null, sql));
    }

    [Fact]
    public async Task NobodyJoinsAnotherAccountToASchoolOrBeginsItsSession()
    {
        foreach (var sql in new[]
        {
            $"INSERT INTO staff_account VALUES ('{_school.School}', '{_other}', '{_other}', now())",
            $"INSERT INTO session (session_id, token_hash, account_id, stage, way, began_at, proved_at, seen_at, ends_at) VALUES (gen_random_uuid(), sha256('x'), '{_other}', 2, 'password', now(), now(), now(), now())",
            $"INSERT INTO account_identity VALUES ('{_other}', 'https://second.example', sha256('x'), now())",
        })
        {
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => ChangedAsync(_own, sql))).SqlState);
        }
    }

    [Fact]
    public async Task ASessionStandsOnlyWhereItsAccountWorksAndGoesOnUnderANewSecret()
    {
        var elsewhere = (await _installation.AddSourceAsync()).School;
        await _installation.Store.RunAsync($"INSERT INTO onlinesafety.staff (school_id, staff_id, name, email, roles) VALUES ('{elsewhere}', '{_own}', 'n', 'own@school.example', ARRAY['dsl'])");
        const string next = "UPDATE session SET token_hash = sha256('next'), stage = 2";
        string Into(Guid school, Guid staff) => $"UPDATE session SET token_hash = sha256('in'), stage = 3, school_id = '{school}', staff_id = '{staff}'";

        // One step at a time, each with a secret of its own.
        await RefusedAsync("UPDATE session SET stage = 2");
        await RefusedAsync(Into(_school.School, _own));
        Assert.Equal(1, await ChangedAsync(_own, next));
        // Neither as a colleague nor in a school where the account has no place, whatever its staff list says.
        await RefusedAsync(next, Into(_school.School, _other));
        await RefusedAsync(next, Into(elsewhere, _own));
        await RefusedAsync(next, $"UPDATE session SET stage = 3, school_id = '{_school.School}', staff_id = '{_own}'");
        await RefusedAsync(next, "UPDATE session SET token_hash = sha256('back'), stage = 1");
        await using (var session = await OpenAsync(_own, address: null))
        {
            await session.ExecuteAsync(next, [], default);
            Assert.Equal(1, await session.ExecuteAsync(Into(_school.School, _own), [], default));
        }

        await _installation.Store.RunAsync($"UPDATE onlinesafety.staff SET enabled = false WHERE staff_id = '{_own}'");
        await RefusedAsync(next, Into(_school.School, _own));
        // And none begins inside.
        await RefusedAsync($"INSERT INTO session (session_id, token_hash, account_id, stage, way, school_id, staff_id, began_at, proved_at, seen_at, ends_at) VALUES (gen_random_uuid(), sha256('x'), '{_own}', 3, 'password', '{_school.School}', '{_own}', now(), now(), now(), now())");
    }

    [Theory]
    [InlineData("own@school.example", true, true)]
    [InlineData("somebody@school.example", true, false)]
    [InlineData("own@school.example", false, false)]
    public async Task AnAccountIsJoinedWhereItsAddressIsListedAndItsLinkWasUsedInThatVeryTransaction(string listed, bool used, bool joins)
    {
        var (school, staff) = ((await _installation.AddSourceAsync()).School, Guid.NewGuid());
        await _installation.Store.RunAsync($"""
            SET search_path = onlinesafety;
            DELETE FROM account_identity;
            INSERT INTO staff (school_id, staff_id, name, email, roles) VALUES ('{school}', '{staff}', 'n', '{listed}', ARRAY['dsl']);
            INSERT INTO invitation (school_id, staff_id, token_hash, created_at, ends_at, used_at) VALUES ('{school}', '{staff}', sha256('old'), now(), now(), now()),
                ('{school}', '{staff}', sha256('new'), now(), now() + interval '1 day', NULL);
            """);
        await using var session = await OpenAsync(_own, address: null);
        await session.EnterAsync(school, default);
        if (used)
        {
            await session.ExecuteAsync("UPDATE invitation SET used_at = now() WHERE token_hash = sha256('new')", [], default);
        }

        var join = () => session.ExecuteAsync("INSERT INTO staff_account VALUES ($1, $2, $3, now())", [school, staff, _own], default);
        if (joins)
        {
            Assert.Equal(1, await join());
        }
        else
        {
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(join)).SqlState);
        }
    }

    private async Task RefusedAsync(params string[] statements)
    {
        await using var session = await OpenAsync(_own, address: null);
        foreach (var sql in statements[..^1])
        {
            await session.ExecuteAsync(sql, [], default);
        }

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => session.ExecuteAsync(statements[^1], [], default))).SqlState);
    }

    [Fact]
    public async Task AStatedAccountEndsWithItsTransaction()
    {
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(1, await NumberAsync(_own, "other@school.example", "SELECT count(*) FROM account WHERE account_id = current_account()"));
            Assert.Equal(0, await NumberAsync(null, null, "SELECT count(*) FROM account"));
        }
    }

    private async Task<long> NumberAsync(Guid? account, string? address, string sql)
    {
        await using var session = await OpenAsync(account, address);
        return (await session.RowsAsync(sql, [], row => row.GetInt64(0), default))[0];
    }

    private async Task<int> ChangedAsync(Guid? account, string sql)
    {
        await using var session = await OpenAsync(account, address: null);
        return await session.ExecuteAsync(sql, [], default);
    }

    private async Task<Session> OpenAsync(Guid? account, string? address)
    {
        var session = await _installation[DatabaseRole.Console].OpenAcrossAsync(Accounts.Actor, default);
        if (account is { } stated)
        {
            await session.StateAccountAsync(stated, default);
        }

        if (address is not null)
        {
            await session.StateAddressAsync(address, default);
        }

        return session;
    }
}
