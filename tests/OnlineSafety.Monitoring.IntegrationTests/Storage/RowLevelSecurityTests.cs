using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Storage;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Storage;

/// <summary>What the catalogue says, and what rows really come back.</summary>
[Collection(PostgresCollection.Name)]
public sealed class RowLevelSecurityTests(PostgresFixture postgres) : IAsyncLifetime
{
    private TestInstallation _installation = null!;

    public async Task InitializeAsync() => _installation = await TestInstallation.CreateAsync(postgres.Server);

    public async Task DisposeAsync() => await _installation.DisposeAsync();

    [Fact]
    public async Task EveryTableIsForcedUnderRowLevelSecurityAndOwnedByNoProcessRole()
    {
        await _installation.Store.RunAsync("SET search_path = onlinesafety; SELECT ensure_intake_partition('2026-11-25')");
        Assert.Empty(await NamesAsync("""
            SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'onlinesafety' AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
            """));
        Assert.Empty(await NamesAsync("""
            SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner
            WHERE n.nspname = 'onlinesafety' AND c.relkind IN ('r', 'p') AND r.rolname <> 'onlinesafety_owner' AND c.relispartition = false
            """));
        Assert.Empty(await NamesAsync("SELECT rolname FROM pg_roles WHERE rolname LIKE 'onlinesafety\\_%' AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)"));
        Assert.Empty(await NamesAsync("SELECT relname FROM pg_class WHERE relkind = 'm' AND relnamespace = 'onlinesafety'::regnamespace"));
        Assert.NotEmpty(await NamesAsync("SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'onlinesafety'::regnamespace AND c.relispartition"));
    }

    [Fact]
    public async Task NoRoleIsAnotherAndNothingIsGrantedToAll()
    {
        Assert.Empty(await NamesAsync("""
            SELECT m.rolname || ' is ' || g.rolname FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member JOIN pg_roles g ON g.oid = a.roleid
            WHERE m.rolname LIKE 'onlinesafety\_%' AND g.rolname LIKE 'onlinesafety\_%'
            """));
        Assert.Empty(await NamesAsync("SELECT tablename || '.' || policyname FROM pg_policies WHERE schemaname = 'onlinesafety' AND 'public' = ANY (roles)"));
        Assert.Empty(await NamesAsync("""
            SELECT c.relname FROM pg_class c, aclexplode(c.relacl) a WHERE c.relnamespace = 'onlinesafety'::regnamespace AND a.grantee = 0
            """));
        // What may be read at all may be read by whose it is, or a test that counts rows of a school would say nothing.
        Assert.Empty(await NamesAsync("""
            SELECT r.rolname || ' ' || c.relname FROM pg_class c, pg_roles r
            WHERE c.relnamespace = 'onlinesafety'::regnamespace AND c.relkind IN ('r', 'p') AND r.rolname LIKE 'onlinesafety\_%'
              AND has_any_column_privilege(r.oid, c.oid, 'SELECT') AND EXISTS (SELECT 1 FROM pg_attribute a
                  WHERE a.attrelid = c.oid AND a.attname IN ('school_id', 'account_id') AND NOT has_column_privilege(r.oid, c.oid, a.attnum, 'SELECT'))
            """));
    }

    [Fact]
    public async Task ViewsReadAsWhoeverAsks() =>
        Assert.Empty(await NamesAsync("""
            SELECT relname FROM pg_class WHERE relnamespace = 'onlinesafety'::regnamespace AND relkind = 'v' AND NOT COALESCE('security_invoker=true' = ANY (reloptions), false)
            """));

    [Fact]
    public async Task FunctionsThatWorkAsTheirOwnerAreOnTheListAndNoFunctionThatReadsATableCanBeGivenAnother()
    {
        // A new one here is a decision: it reads and writes what whoever calls it may not.
        // The clock of an alert is written by the alert alone; whether the reader was told is asked of rows that the reader may not read; governors get counts.
        // Whether a silence stands over an alert is asked by people who may not read it, and answered with yes or no; which one it is, for whoever tells nobody of it.
        // Who was given a role is in the access records, of which set-up and console read that alone.
        // Audit and retention learn which roles, names and desks are the reader's own, and which alerts are therefore not shown, without the staff list.
        // What falls by time and what is erased goes through functions that leave what is open or held (RetentionGrantTests).
        string[] asOwner =
        [
            "alerts_not_shown", "ask_escalation_again", "counted_words", "drop_alerts", "drop_empty_day", "drop_lone_evidence", "ensure_intake_partition", "erase_access", "erase_alerts", "erase_events", "erase_names_apart", "erase_person", "governors_report", "held_rows", "held_stays", "held_subjects", "hold_follows", "holds_sealed", "is_silenced",
            "keep_escalation", "keys_destroyed", "log_lacks_keys", "mail_to_new_address", "my_names", "my_roles", "note_erased", "on_my_desk", "raw_days", "record_access", "retention_counts", "retire", "retire_access", "retire_alerts", "retire_day", "rewrite_alert", "rewrite_context",
            "rewrite_counted", "rewrite_event", "rewrite_evidence", "rewrite_hold", "rewrite_step", "rewrite_unmapped", "roles_given", "silence_of", "telling_state", "was_told", "wish_before_fall", "wish_context",
        ];
        Assert.Equal(asOwner, await NamesAsync("SELECT proname FROM pg_proc WHERE pronamespace = 'onlinesafety'::regnamespace AND prosecdef ORDER BY 1"));
        Assert.Empty(await NamesAsync("SELECT proname FROM pg_proc p, aclexplode(COALESCE(proacl, acldefault('f', proowner))) a WHERE pronamespace = 'onlinesafety'::regnamespace AND prosecdef AND a.grantee = 0"));
        // These name no table, or name it in full, as what a policy asks for every row does (a function with a path of its own is never inlined); all others say
        // in which schema they look.
        string[] looksNowhere =
        [
            "acts_on", "alert_moves", "canonical", "chained", "current_account", "current_address", "current_routes", "current_school", "current_staff",
            "desks_filled", "desks_of", "is_operator", "is_sealed", "is_sealed", "matter_of", "may_give", "may_join", "my_desks", "my_years", "only_sealing", "roles_of_subject",
            "session_goes_on", "silence_ends_with", "silence_fits", "silence_is_on", "silence_may_cover", "standing", "trust_staff", "works_in",
        ];
        Assert.Equal(looksNowhere, await NamesAsync("""
            SELECT proname FROM pg_proc WHERE pronamespace = 'onlinesafety'::regnamespace AND NOT COALESCE('search_path=onlinesafety, pg_temp' = ANY (proconfig), false) ORDER BY 1
            """));
        Assert.Empty(await NamesAsync("""
            SELECT p.proname FROM pg_proc p JOIN pg_class c ON c.relnamespace = p.pronamespace AND c.relkind IN ('r', 'p', 'v')
            WHERE p.pronamespace = 'onlinesafety'::regnamespace AND NOT COALESCE('search_path=onlinesafety, pg_temp' = ANY (p.proconfig), false)
              AND p.prosrc ~* ('\m(from|join|into|update|table)\s+' || c.relname || '\M')
            """));
    }

    [Fact]
    public async Task EveryPrimaryKeyAndUniqueIndexStartsWithTheSchool() =>
        Assert.Empty(await NamesAsync("""
            SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
            LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0]
            WHERE t.relnamespace = 'onlinesafety'::regnamespace AND x.indisunique AND a.attname IS DISTINCT FROM 'school_id'
            -- A person signs in once for all schools: an account is of none, and its console sees the stated one alone (AccountIsolationTests).
            AND t.relname <> ALL (ARRAY['account', 'account_passkey', 'account_identity', 'session', 'sign_in_attempts', 'sign_in_spent'])
            """));

    [Fact]
    public async Task EveryPolicyThatReachesAcrossSchoolsIsOnTheList()
    {
        // A new one here is a decision: it may name only tables without anything about a person.
        string[] approved =
        [
            "account.keys_find", "account.keys_rewrap", "channel.keys_find", "channel.keys_rewrap", "channel_trouble.notify_find", "checkpoint.process_claim", "context_wish.owner_keeps",
            "data_key.keys_all", "data_key.owner_days", "escalation.notify_find", "escalation.owner_keeps", "intake_stream.owner_days", "intake_stream.process_find", "intake_tombstone.process_find",
            "invitation.console_find", "notification.notify_claim", "notification.notify_mark", "school.audit_find", "school.ingest_all", "school.keys_find",
            "school.notify_read", "school.process_read", "school.retention_find", "school.setup_all", "school_key.keys_all", "session.console_find",
            "sign_in_attempts.console_count", "sign_in_spent.console_spend", "source.ingest_read",
            "source.process_read", "source.setup_find", "source_job.process_claim", "source_secret.ingest_read", "source_secret.keys_find", "source_secret.keys_rewrap",
            "staff_account.setup_find",
            "staff_key.console_find",
        ];
        Assert.Equal(approved, await NamesAsync("SELECT tablename || '.' || policyname FROM pg_policies WHERE schemaname = 'onlinesafety' AND qual = 'true' ORDER BY 1"));
    }

    [Theory]
    [InlineData(DatabaseRole.Process)]
    [InlineData(DatabaseRole.Notify)]
    [InlineData(DatabaseRole.Console)]
    [InlineData(DatabaseRole.Audit)]
    internal async Task WithoutAScopeOrInAnotherSchoolNothingOfASchoolIsSeen(DatabaseRole role)
    {
        var own = await _installation.AddSourceAsync();
        var other = await _installation.AddSourceAsync();
        await AddAlertAsync(own, "dsl", subject: null);

        Assert.Equal(1, await AlertsSeenAsync(role, own.School, ["operator"], staff: null));
        Assert.Equal(0, await AlertsSeenAsync(role, other.School, ["operator"], staff: null));
        Assert.Equal(0, await AlertsSeenAsync(role, school: null, ["operator"], staff: null));
    }

    [Fact]
    public async Task TheConsoleShowsOnlyWhatIsRoutedToTheReaderAndNeverWhatIsAboutTheReader()
    {
        var target = await _installation.AddSourceAsync();
        var (dsl, head, chair) = (await AddStaffAsync(target, "dsl"), await AddStaffAsync(target, "head,dsl,chair"), await AddStaffAsync(target, "chair"));
        await AddAlertAsync(target, "dsl", subject: null);
        await AddAlertAsync(target, "head", subject: Guid.NewGuid());
        await AddAlertAsync(target, "head", subject: head);
        await AddAlertAsync(target, "chair", subject: head);

        Assert.Equal(1, await AlertsSeenAsync(DatabaseRole.Console, target.School, ["dsl"], dsl));
        Assert.Equal(1, await AlertsSeenAsync(DatabaseRole.Console, target.School, ["head"], head));
        Assert.Equal(2, await AlertsSeenAsync(DatabaseRole.Console, target.School, ["dsl", "head"], head));
        Assert.Equal(0, await AlertsSeenAsync(DatabaseRole.Console, target.School, ["chair"], head));
        // The two about a head: whatever desk they are on, they are the chair's.
        Assert.Equal(2, await AlertsSeenAsync(DatabaseRole.Console, target.School, ["chair"], chair));
        Assert.Equal(0, await AlertsSeenAsync(DatabaseRole.Console, target.School, [], dsl));
        // More routes than the staff list says are not believed; nor is a stranger, nor somebody whose account was ended.
        Assert.Equal(1, await AlertsSeenAsync(DatabaseRole.Console, target.School, ["dsl", "head", "chair", "operator"], dsl));
        Assert.Equal(0, await AlertsSeenAsync(DatabaseRole.Console, target.School, ["dsl", "head", "chair", "operator"], Guid.NewGuid()));
        await _installation.Store.RunAsync("UPDATE onlinesafety.staff SET enabled = false");
        Assert.Equal(0, await AlertsSeenAsync(DatabaseRole.Console, target.School, ["dsl"], dsl));
    }

    [Fact]
    public async Task TheIngestRoleReadsNeitherRecordsNorEventsNorAlerts()
    {
        var target = await _installation.AddSourceAsync();
        foreach (var table in new[] { "intake_segment", "event", "evidence", "alert", "person", "staff", "notification", "digest", "counter_block", "access_record" })
        {
            var error = await Assert.ThrowsAsync<PostgresException>(async () =>
            {
                await using var session = await _installation[DatabaseRole.Ingest].OpenAsync(target.School, Actor.Service("test"), CancellationToken.None);
                await using var select = session.Command($"SELECT count(*) FROM {table}");
                await select.ExecuteScalarAsync();
            });
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
        }
    }

    [Fact]
    public async Task AScopeEndsWithItsTransaction()
    {
        var target = await _installation.AddSourceAsync();
        await AddAlertAsync(target, "dsl", subject: null);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(1, await AlertsSeenAsync(DatabaseRole.Console, target.School, ["operator"], staff: null));
            Assert.Equal(0, await AlertsSeenAsync(DatabaseRole.Console, school: null, ["operator"], staff: null));
        }
    }

    [Fact]
    public async Task ARowCannotBeWrittenIntoAnotherSchool()
    {
        var own = await _installation.AddSourceAsync();
        var other = await _installation.AddSourceAsync();
        await using var session = await _installation[DatabaseRole.Process].OpenAsync(own.School, Actor.Service("test"), CancellationToken.None);
        await using var insert = session.Command("INSERT INTO unmapped (school_id, source_id, kind, value, count, first_seen, last_seen) VALUES ($1, $2, 'category', 'x', 1, now(), now())");
        insert.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = other.School });
        insert.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = other.Source });
        var error = await Assert.ThrowsAsync<PostgresException>(() => insert.ExecuteNonQueryAsync());
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
    }

    [Fact]
    public async Task ASuperuserIsRefusedAndSoIsAServerThatForgets()
    {
        await using var superuser = NpgsqlDataSource.Create(_installation.Store.ConnectionString);
        Assert.Contains("superuser", Assert.Single(await DatabaseSetup.FaultsAsync(superuser, CancellationToken.None)), StringComparison.Ordinal);

        // A role of its own: those of the service are shared by every test of this run.
        var (name, connection) = ($"bypassing_{_installation.Store.Name}", _installation.Store.ConnectionStringFor($"bypassing_{_installation.Store.Name}"));
        await _installation.Store.RunAsync($"CREATE ROLE {name} LOGIN BYPASSRLS");
        await using (var bypassing = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { Pooling = false }.ConnectionString))
        {
            Assert.Contains("BYPASSRLS", Assert.Single(await DatabaseSetup.FaultsAsync(bypassing, CancellationToken.None)), StringComparison.Ordinal);
        }

        await _installation.Store.RunAsync($"DROP ROLE {name}");

        var forgetful = new NpgsqlConnectionStringBuilder(_installation.Store.ConnectionStringFor("onlinesafety_process")) { Options = "-c synchronous_commit=off" };
        await using var source = NpgsqlDataSource.Create(forgetful.ConnectionString);
        Assert.Contains("synchronous_commit", Assert.Single(await DatabaseSetup.FaultsAsync(source, CancellationToken.None)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheModelFitsTheCatalogue()
    {
        var columns = (await NamesAsync("SELECT table_name || '.' || column_name || ' ' || data_type FROM information_schema.columns WHERE table_schema = 'onlinesafety'")).ToHashSet();
        await using var session = await _installation[DatabaseRole.Setup].OpenAcrossAsync(Actor.Service("test"), CancellationToken.None);
        foreach (var entity in session.Context.Model.GetEntityTypes())
        {
            var table = Microsoft.EntityFrameworkCore.RelationalEntityTypeExtensions.GetTableName(entity);
            foreach (var property in entity.GetProperties())
            {
                var name = Microsoft.EntityFrameworkCore.RelationalPropertyExtensions.GetColumnName(property);
                var type = Microsoft.EntityFrameworkCore.RelationalPropertyExtensions.GetColumnType(property);
                var stored = type.EndsWith("[]", StringComparison.Ordinal) ? "ARRAY" : type;
                Assert.Contains($"{table}.{name} {(stored == "time" ? "time without time zone" : stored)}", columns);
            }
        }
    }

    private async Task<long> AlertsSeenAsync(DatabaseRole role, Guid? school, string[] routes, Guid? staff)
    {
        var actor = new Actor(ActorKind.Staff, "test", staff, routes);
        var database = _installation[role];
        await using var session = school is { } id
            ? await database.OpenAsync(id, actor, CancellationToken.None)
            : await database.OpenAcrossAsync(actor, CancellationToken.None);
        await using var select = session.Command("SELECT count(alert_id) FROM alert");
        return (long)(await select.ExecuteScalarAsync())!;
    }

    private async Task<Guid> AddStaffAsync(SourceKey target, string roles) => (Guid)(await _installation.Store.RunAsync(
        $"INSERT INTO onlinesafety.staff (school_id, staff_id, name, email, roles) VALUES ('{target.School}', gen_random_uuid(), 'X', gen_random_uuid() || '@school.example', '{{{roles}}}') RETURNING staff_id"))!;

    private async Task AddAlertAsync(SourceKey target, string route, Guid? subject) => await _installation.Store.RunAsync($"""
        INSERT INTO onlinesafety.alert (school_id, alert_id, number, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key, subject_role,
                                        subject_staff, source_ids, vendors, event_count, reasons, first_received_at, last_received_at, raised_at)
        VALUES ('{target.School}', gen_random_uuid(), (SELECT count(*) + 1 FROM onlinesafety.alert), 4, 1, 'suicide', 'suicide', ARRAY['suicide'], false, 0, '{route}', 'user:x', 1,
                {(subject is null ? "NULL" : $"'{subject}'")}, ARRAY['{target.Source}']::uuid[], ARRAY['protex'], 1, '[]', now(), now(), now())
        """);

    private async Task<List<string>> NamesAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_installation.Store.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync();
        var names = new List<string>();
        while (await rows.ReadAsync())
        {
            names.Add(rows.GetString(0));
        }

        return names;
    }
}
