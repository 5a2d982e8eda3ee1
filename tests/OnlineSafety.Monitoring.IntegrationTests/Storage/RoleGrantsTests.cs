using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Storage;

/// <summary>What a role that was taken over, or a statement that forgot its WHERE, still cannot do.</summary>
[Collection(PostgresCollection.Name)]
public sealed class RoleGrantsTests(PostgresFixture postgres) : IAsyncLifetime
{
    private TestInstallation _installation = null!;
    private SourceKey _own;
    private SourceKey _other;

    public async Task InitializeAsync()
    {
        _installation = await TestInstallation.CreateAsync(postgres.Server);
        _own = await _installation.AddSourceAsync();
        _other = await _installation.AddSourceAsync();
        foreach (var target in new[] { _own, _other })
        {
            await SampleRows.FillAsync(_installation.Store, target);
        }
    }

    public async Task DisposeAsync() => await _installation.DisposeAsync();

    [Theory]
    [InlineData(DatabaseRole.Process, "UPDATE alert SET route = 'dsl'")]
    [InlineData(DatabaseRole.Process, "UPDATE alert SET subject_staff = NULL")]
    [InlineData(DatabaseRole.Process, "UPDATE alert SET state = 'resolved', outcome = 'test', resolved_at = now(), resolved_by = 'x', note = 'x'")]
    [InlineData(DatabaseRole.Process, "DELETE FROM alert")]
    [InlineData(DatabaseRole.Process, "UPDATE event SET route = 'dsl'")]
    [InlineData(DatabaseRole.Process, "DELETE FROM event")]
    [InlineData(DatabaseRole.Process, "DELETE FROM evidence")]
    [InlineData(DatabaseRole.Process, "UPDATE counter_block SET concern = 0")]
    [InlineData(DatabaseRole.Process, "DELETE FROM counter_block")]
    [InlineData(DatabaseRole.Process, "UPDATE alert SET subject_key = 'user:other'")]
    [InlineData(DatabaseRole.Process, "UPDATE notification SET withdrawn = false")]
    [InlineData(DatabaseRole.Process, "UPDATE source_mapping SET content = ''")]
    [InlineData(DatabaseRole.Process, "UPDATE source_job SET mapping_version = 1")]
    [InlineData(DatabaseRole.Process, "INSERT INTO source_job (school_id, job_id, source_id, kind, requested_at) SELECT school_id, gen_random_uuid(), source_id, 'replay', now() FROM source")]
    [InlineData(DatabaseRole.Setup, "UPDATE source_mapping SET content = ''")]
    [InlineData(DatabaseRole.Setup, "DELETE FROM source_mapping")]
    [InlineData(DatabaseRole.Setup, "UPDATE school_rule SET words = 'x'")]
    [InlineData(DatabaseRole.Setup, "DELETE FROM school_rule")]
    [InlineData(DatabaseRole.Setup, "DELETE FROM school_edition")]
    [InlineData(DatabaseRole.Process, "UPDATE school_rule SET works_until = now()")]
    [InlineData(DatabaseRole.Setup, "UPDATE source_job SET state = 'running'")]
    [InlineData(DatabaseRole.Setup, "UPDATE source_job SET result = '{}'")]
    [InlineData(DatabaseRole.Setup, "DELETE FROM source_job")]
    [InlineData(DatabaseRole.Process, "UPDATE notification SET state = 'sent'")]
    [InlineData(DatabaseRole.Process, "UPDATE checkpoint SET school_id = gen_random_uuid()")]
    [InlineData(DatabaseRole.Process, "UPDATE intake_segment SET payload = ''")]
    [InlineData(DatabaseRole.Process, "DELETE FROM intake_segment")]
    [InlineData(DatabaseRole.Process, "SELECT content FROM digest")]
    [InlineData(DatabaseRole.Process, "SELECT key_hash FROM staff_key")]
    [InlineData(DatabaseRole.Notify, "UPDATE notification SET staff_id = gen_random_uuid()")]
    [InlineData(DatabaseRole.Notify, "UPDATE notification SET alert_id = gen_random_uuid()")]
    [InlineData(DatabaseRole.Notify, "DELETE FROM notification")]
    [InlineData(DatabaseRole.Notify, "UPDATE channel SET sealed = ''")]
    [InlineData(DatabaseRole.Notify, "UPDATE escalation SET answered_at = now()")]
    [InlineData(DatabaseRole.Notify, "UPDATE escalation SET since = now()")]
    [InlineData(DatabaseRole.Notify, "DELETE FROM escalation")]
    [InlineData(DatabaseRole.Notify, "UPDATE channel_trouble SET since = now()")]
    [InlineData(DatabaseRole.Setup, "UPDATE channel_trouble SET told_at = now()")]
    [InlineData(DatabaseRole.Console, "SELECT 1 FROM channel_trouble")]
    [InlineData(DatabaseRole.Process, "SELECT 1 FROM channel_trouble")]
    [InlineData(DatabaseRole.Notify, "UPDATE silence SET ends_at = now()")]
    [InlineData(DatabaseRole.Notify, "UPDATE silence SET approver_id = gen_random_uuid()")]
    [InlineData(DatabaseRole.Notify, "INSERT INTO silence (school_id) SELECT school_id FROM school")]
    [InlineData(DatabaseRole.Notify, "UPDATE digest_recipient SET content = ''")]
    [InlineData(DatabaseRole.Notify, "UPDATE alert SET drill = true")]
    [InlineData(DatabaseRole.Process, "UPDATE alert SET drill = true")]
    [InlineData(DatabaseRole.Process, "UPDATE escalation SET next_at = NULL")]
    [InlineData(DatabaseRole.Process, "SELECT 1 FROM silence")]
    [InlineData(DatabaseRole.Console, "UPDATE escalation SET next_at = NULL")]
    [InlineData(DatabaseRole.Console, "UPDATE silence SET ends_at = now()")]
    [InlineData(DatabaseRole.Console, "UPDATE silence SET most_severity = 3")]
    [InlineData(DatabaseRole.Console, "SELECT silence_of(current_school(), gen_random_uuid())")]
    [InlineData(DatabaseRole.Notify, "SELECT is_silenced(current_school(), gen_random_uuid())")]
    [InlineData(DatabaseRole.Process, "SELECT is_silenced(current_school(), gen_random_uuid())")]
    [InlineData(DatabaseRole.Setup, "SELECT is_silenced(current_school(), gen_random_uuid())")]
    [InlineData(DatabaseRole.Audit, "SELECT silence_of(current_school(), gen_random_uuid())")]
    [InlineData(DatabaseRole.Console, "DELETE FROM silence")]
    [InlineData(DatabaseRole.Console, "SELECT 1 FROM digest_recipient")]
    [InlineData(DatabaseRole.Setup, "SELECT 1 FROM silence")]
    [InlineData(DatabaseRole.Process, "SELECT sealed FROM channel")]
    [InlineData(DatabaseRole.Console, "SELECT 1 FROM channel")]
    [InlineData(DatabaseRole.Notify, "SELECT reasons FROM alert")]
    [InlineData(DatabaseRole.Notify, "SELECT subject_key FROM alert")]
    [InlineData(DatabaseRole.Notify, "SELECT note FROM alert")]
    [InlineData(DatabaseRole.Notify, "UPDATE alert SET state = 'new'")]
    [InlineData(DatabaseRole.Notify, "SELECT 1 FROM event")]
    [InlineData(DatabaseRole.Notify, "SELECT 1 FROM evidence")]
    [InlineData(DatabaseRole.Notify, "SELECT 1 FROM person")]
    [InlineData(DatabaseRole.Notify, "SELECT 1 FROM data_key")]
    [InlineData(DatabaseRole.Notify, "SELECT 1 FROM intake_segment")]
    [InlineData(DatabaseRole.Console, "UPDATE alert SET route = 'head'")]
    [InlineData(DatabaseRole.Console, "UPDATE alert SET severity = 1")]
    [InlineData(DatabaseRole.Console, "UPDATE alert SET subject_staff = NULL")]
    [InlineData(DatabaseRole.Console, "DELETE FROM alert")]
    [InlineData(DatabaseRole.Console, "UPDATE event SET severity = 1")]
    [InlineData(DatabaseRole.Console, "SELECT 1 FROM evidence")]
    [InlineData(DatabaseRole.Console, "SELECT claimed_by FROM notification")]
    [InlineData(DatabaseRole.Console, "UPDATE notification SET state = 'dropped'")]
    [InlineData(DatabaseRole.Console, "UPDATE alert_step SET note = ''")]
    [InlineData(DatabaseRole.Console, "DELETE FROM alert_step")]
    [InlineData(DatabaseRole.Process, "SELECT actor_name FROM alert_step")]
    [InlineData(DatabaseRole.Process, "UPDATE alert SET acted_at = now()")]
    [InlineData(DatabaseRole.Process, "UPDATE alert SET assigned_to = NULL")]
    [InlineData(DatabaseRole.Process, "UPDATE alert SET state = 'acknowledged', acknowledged_at = now(), acknowledged_by = 'x'")]
    [InlineData(DatabaseRole.Notify, "SELECT note FROM alert_step")]
    [InlineData(DatabaseRole.Notify, "SELECT detail FROM alert_step")]
    [InlineData(DatabaseRole.Notify, "SELECT actor_name FROM alert_step")]
    [InlineData(DatabaseRole.Notify, "SELECT reference FROM alert")]
    [InlineData(DatabaseRole.Notify, "DELETE FROM alert_step")]
    [InlineData(DatabaseRole.Setup, "SELECT 1 FROM alert_step")]
    [InlineData(DatabaseRole.Ingest, "SELECT 1 FROM alert_step")]
    [InlineData(DatabaseRole.Console, "SELECT 1 FROM access_record")]
    [InlineData(DatabaseRole.Console, "SELECT 1 FROM person")]
    [InlineData(DatabaseRole.Console, "SELECT 1 FROM intake_segment")]
    [InlineData(DatabaseRole.Console, "UPDATE access_record SET actor_name = 'x'")]
    [InlineData(DatabaseRole.Console, "DELETE FROM access_record")]
    [InlineData(DatabaseRole.Console, "UPDATE staff SET roles = '{head}'")]
    [InlineData(DatabaseRole.Process, "UPDATE canary SET token = token")]
    [InlineData(DatabaseRole.Process, "UPDATE school_calendar SET content = content")]
    [InlineData(DatabaseRole.Process, "DELETE FROM source_alarm")]
    [InlineData(DatabaseRole.Notify, "UPDATE source_alarm SET cleared_at = now()")]
    [InlineData(DatabaseRole.Notify, "SELECT token FROM canary")]
    [InlineData(DatabaseRole.Console, "UPDATE source_alarm SET cleared_at = now()")]
    [InlineData(DatabaseRole.Setup, "UPDATE source_alarm SET cleared_at = now()")]
    [InlineData(DatabaseRole.Setup, "UPDATE canary SET token = token")]
    [InlineData(DatabaseRole.Ingest, "SELECT 1 FROM source_alarm")]
    [InlineData(DatabaseRole.Setup, "SELECT 1 FROM alert")]
    [InlineData(DatabaseRole.Setup, "SELECT 1 FROM event")]
    [InlineData(DatabaseRole.Setup, "SELECT 1 FROM notification")]
    [InlineData(DatabaseRole.Setup, "SELECT 1 FROM digest")]
    [InlineData(DatabaseRole.Setup, "SELECT 1 FROM data_key")]
    [InlineData(DatabaseRole.Setup, "SELECT 1 FROM intake_segment")]
    [InlineData(DatabaseRole.Setup, "DELETE FROM school")]
    [InlineData(DatabaseRole.Setup, "DELETE FROM access_record")]
    [InlineData(DatabaseRole.Setup, "INSERT INTO access_record (school_id, actor_kind) SELECT school_id, 'staff' FROM school")]
    [InlineData(DatabaseRole.Notify, "UPDATE access_chain SET last_seq = 0")]
    [InlineData(DatabaseRole.Console, "SELECT 1 FROM access_chain")]
    [InlineData(DatabaseRole.Audit, "UPDATE access_record SET reason = NULL, object = NULL, salt = NULL")]
    [InlineData(DatabaseRole.Audit, "DELETE FROM access_record")]
    [InlineData(DatabaseRole.Audit, "UPDATE access_chain SET last_seq = 0")]
    [InlineData(DatabaseRole.Audit, "SELECT reasons FROM alert")]
    [InlineData(DatabaseRole.Audit, "SELECT note FROM alert")]
    [InlineData(DatabaseRole.Audit, "SELECT theme FROM alert")]
    [InlineData(DatabaseRole.Audit, "UPDATE alert SET state = 'new'")]
    [InlineData(DatabaseRole.Audit, "SELECT 1 FROM event")]
    [InlineData(DatabaseRole.Audit, "SELECT 1 FROM evidence")]
    [InlineData(DatabaseRole.Audit, "SELECT date_of_birth FROM person")]
    [InlineData(DatabaseRole.Audit, "SELECT 1 FROM staff")]
    [InlineData(DatabaseRole.Audit, "SELECT 1 FROM notification")]
    [InlineData(DatabaseRole.Audit, "SELECT 1 FROM data_key")]
    [InlineData(DatabaseRole.Ingest, "SELECT record_access(current_school(), 'staff', 'x', 'x', NULL)")]
    [InlineData(DatabaseRole.Ingest, "SELECT 1 FROM account")]
    [InlineData(DatabaseRole.Process, "SELECT 1 FROM account")]
    [InlineData(DatabaseRole.Notify, "SELECT 1 FROM account")]
    [InlineData(DatabaseRole.Process, "SELECT 1 FROM session")]
    [InlineData(DatabaseRole.Notify, "SELECT 1 FROM session")]
    [InlineData(DatabaseRole.Notify, "SELECT 1 FROM invitation")]
    [InlineData(DatabaseRole.Setup, "SELECT password_hash FROM account")]
    [InlineData(DatabaseRole.Setup, "SELECT totp_sealed FROM account")]
    [InlineData(DatabaseRole.Setup, "UPDATE account SET address = 'x@school.example'")]
    [InlineData(DatabaseRole.Setup, "SELECT token_hash FROM session")]
    [InlineData(DatabaseRole.Setup, "SELECT 1 FROM account_passkey")]
    [InlineData(DatabaseRole.Console, "UPDATE account SET address = 'x@school.example'")]
    [InlineData(DatabaseRole.Console, "DELETE FROM account")]
    [InlineData(DatabaseRole.Console, "UPDATE session SET account_id = gen_random_uuid()")]
    [InlineData(DatabaseRole.Console, "UPDATE session SET began_at = now()")]
    [InlineData(DatabaseRole.Console, "DELETE FROM staff_account")]
    [InlineData(DatabaseRole.Console, "UPDATE staff_account SET account_id = gen_random_uuid()")]
    [InlineData(DatabaseRole.Console, "INSERT INTO invitation SELECT * FROM invitation")]
    [InlineData(DatabaseRole.Ingest, "UPDATE source SET key_hashes = '{}'")]
    [InlineData(DatabaseRole.Ingest, "SELECT name FROM school")]
    [InlineData(DatabaseRole.Ingest, "UPDATE intake_segment SET payload = ''")]
    [InlineData(DatabaseRole.Ingest, "DELETE FROM data_key")]
    [InlineData(DatabaseRole.Retention, "DELETE FROM alert")]
    [InlineData(DatabaseRole.Retention, "DELETE FROM event")]
    [InlineData(DatabaseRole.Retention, "DELETE FROM evidence")]
    [InlineData(DatabaseRole.Retention, "DELETE FROM alert_step")]
    [InlineData(DatabaseRole.Retention, "DELETE FROM access_record")]
    [InlineData(DatabaseRole.Retention, "DELETE FROM legal_hold")]
    [InlineData(DatabaseRole.Retention, "UPDATE legal_hold SET reason = reason")]
    [InlineData(DatabaseRole.Retention, "UPDATE event SET detail = detail")]
    [InlineData(DatabaseRole.Retention, "UPDATE alert SET state = 'resolved'")]
    [InlineData(DatabaseRole.Retention, "DELETE FROM person")]
    [InlineData(DatabaseRole.Retention, "DELETE FROM erased_subject")]
    [InlineData(DatabaseRole.Retention, "SELECT 1 FROM data_key")]
    [InlineData(DatabaseRole.Retention, "SELECT 1 FROM intake_segment")]
    [InlineData(DatabaseRole.Retention, "SELECT 1 FROM session")]
    [InlineData(DatabaseRole.Retention, "SELECT note_erased('{}', '{}', '{}')")]
    [InlineData(DatabaseRole.Process, "SELECT retire_alerts('{}')")]
    [InlineData(DatabaseRole.Process, "SELECT retire('events', now(), 1)")]
    [InlineData(DatabaseRole.Console, "SELECT erase_events('{}')")]
    [InlineData(DatabaseRole.Setup, "SELECT retire_day('2026-01-01')")]
    [InlineData(DatabaseRole.Process, "DELETE FROM kept_context")]
    [InlineData(DatabaseRole.Process, "UPDATE kept_context SET detail = detail")]
    [InlineData(DatabaseRole.Process, "SELECT 1 FROM legal_hold")]
    [InlineData(DatabaseRole.Process, "SELECT rewrite_unmapped(gen_random_uuid(), '', '', '')")]
    [InlineData(DatabaseRole.Console, "SELECT 1 FROM held_rows(gen_random_uuid(), 1, 2)")]
    [InlineData(DatabaseRole.Retention, "UPDATE unmapped SET sealed = ''")]
    [InlineData(DatabaseRole.Ingest, "UPDATE data_key SET wrapped = ''")]
    internal async Task ARoleMayNot(DatabaseRole role, string sql)
    {
        var error = await Assert.ThrowsAsync<PostgresException>(() => RunAsync(role, _own.School, sql));
        // And for no other reason, such as a column that is none.
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
    }

    [Theory]
    [InlineData(DatabaseRole.Setup)]
    [InlineData(DatabaseRole.Ingest)]
    [InlineData(DatabaseRole.Process)]
    [InlineData(DatabaseRole.Notify)]
    [InlineData(DatabaseRole.Console)]
    [InlineData(DatabaseRole.Audit)]
    [InlineData(DatabaseRole.Retention)]
    internal async Task NoStatementReachesAnotherSchoolsRowsExceptWhereIdsAreSearched(DatabaseRole role)
    {
        // Read across schools on purpose: ids, times and words about products, nothing of a person. RowLevelSecurityTests has the same list as policies.
        string[] readAcross = role switch
        {
            DatabaseRole.Setup => ["school", "source", "staff_account"],
            DatabaseRole.Ingest => ["school", "source", "source_secret"],
            DatabaseRole.Process => ["school", "source", "intake_stream", "intake_tombstone", "checkpoint", "source_job"],
            DatabaseRole.Notify => ["school", "notification", "escalation", "channel_trouble"],
            DatabaseRole.Audit or DatabaseRole.Retention => ["school"],
            _ => ["staff_key", "invitation", "session"],
        };
        var tables = await TablesAsync();
        foreach (var (table, owner) in tables.Where(t => !readAcross.Contains(t.Key, StringComparer.Ordinal)))
        {
            Assert.True(await ReadAsync(role, table, owner) == 0, $"{role} reads {table} of another school");
        }

        foreach (var (table, owner) in tables)
        {
            Assert.True(await DeleteAsync(role, table, owner) == 0, $"{role} deletes from {table} of another school");
        }
    }

    [Fact]
    public async Task OnlyWhileAReplayOfItsSourceRunsMayProcessingTakeARowBackOrPutAnAlertOnAnotherDesk()
    {
        foreach (var sql in new[] { "UPDATE alert SET route = 'head'", "DELETE FROM event", "DELETE FROM evidence", "DELETE FROM counter_block" })
        {
            await Assert.ThrowsAsync<PostgresException>(() => RunAsync(DatabaseRole.Process, _own.School, sql));
            await _installation.Store.RunAsync($"UPDATE onlinesafety.source_job SET state = 'running' WHERE school_id = '{_own.School}'");
            Assert.Equal(1, await RunAsync(DatabaseRole.Process, _own.School, sql));
            await _installation.Store.RunAsync($"UPDATE onlinesafety.source_job SET state = 'done' WHERE school_id = '{_own.School}'");
            Assert.Equal(0, await RunAsync(DatabaseRole.Process, _own.School, $"UPDATE source_job SET state = 'running' WHERE school_id = '{_own.School}'"));
        }
    }

    [Fact]
    public async Task ATemporaryTableIsNoRunningReplay()
    {
        // Looked up by name, it would be found before the real one.
        var faked = $"CREATE TEMPORARY TABLE source_job ON COMMIT DROP AS SELECT '{_own.School}'::uuid AS school_id, '{_own.Source}'::uuid AS source_id, 'replay' AS kind, 'running' AS state;";
        foreach (var sql in new[] { "UPDATE alert SET route = 'head'", "DELETE FROM event" })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => RunAsync(DatabaseRole.Process, _own.School, faked + sql));
            Assert.Contains("only a running replay", refused.MessageText, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ATemporaryTableTellsNobodyOfAnAlert()
    {
        await _installation.Store.RunAsync($"UPDATE onlinesafety.alert SET route = 'chair' WHERE school_id = '{_own.School}'");
        var reader = new Actor(ActorKind.Staff, "reader", Guid.NewGuid(), ["head"]);
        var faked = "CREATE TEMPORARY TABLE notification ON COMMIT DROP AS SELECT school_id, alert_id, current_staff() AS staff_id, 'sent' AS state, false AS withdrawn FROM "
            + $"(VALUES ('{_own.School}'::uuid, '{await _installation.Store.RunAsync($"SELECT alert_id FROM onlinesafety.alert WHERE school_id = '{_own.School}'")}'::uuid)) v (school_id, alert_id);";

        Assert.Equal(0, await RunAsync(DatabaseRole.Console, _own.School, faked + "UPDATE alert SET state = 'acknowledged'", reader));
    }

    [Fact]
    public async Task SetUpCannotPullAnotherSchoolsSourceOver()
    {
        Assert.Equal(0, await RunAsync(DatabaseRole.Setup, _own.School, $"UPDATE source SET school_id = '{_own.School}' WHERE source_id = '{_other.Source}'"));
        Assert.Equal(0, await RunAsync(DatabaseRole.Setup, _own.School, $"UPDATE source SET enabled = false WHERE source_id = '{_other.Source}'"));
        Assert.Equal(1, await RunAsync(DatabaseRole.Setup, _own.School, $"UPDATE source SET enabled = true WHERE source_id = '{_own.Source}'"));
    }

    [Fact]
    public async Task TheConsoleActsOnNoAlertOfAnotherDeskOrAboutItsReader()
    {
        var reader = new Actor(ActorKind.Staff, "reader", Guid.NewGuid(), ["head"]);
        Assert.Equal(0, await RunAsync(DatabaseRole.Console, _own.School, "UPDATE alert SET state = 'acknowledged', acknowledged_at = now(), acknowledged_by = 'x', acted_at = now()", reader));
        var about = Guid.NewGuid();
        await _installation.Store.RunAsync($"""
            INSERT INTO onlinesafety.staff (school_id, staff_id, name, email, roles)
            VALUES ('{_own.School}', '{reader.Staff}', 'Head', 'head@school.example', '{"{head}"}'), ('{_own.School}', '{about}', 'Deputy', 'deputy@school.example', '{"{deputy}"}')
            """);
        await _installation.Store.RunAsync($"UPDATE onlinesafety.alert SET subject_staff = '{about}', route = 'head' WHERE school_id = '{_own.School}'");
        Assert.Equal(0, await RunAsync(DatabaseRole.Console, _own.School, "UPDATE alert SET state = 'acknowledged', acknowledged_at = now(), acknowledged_by = 'x', acted_at = now()", reader with { Staff = about }));
        Assert.Equal(1, await RunAsync(DatabaseRole.Console, _own.School, "UPDATE alert SET state = 'acknowledged', acknowledged_at = now(), acknowledged_by = 'x', acted_at = now()", reader));
    }

    /// <summary>
    /// Tables, and the column that says whose a row is: a school's or, in those of signing in, an account's, which has the school's id here. Two hold hashes
    /// that are nobody's.
    /// </summary>
    private async Task<Dictionary<string, string>> TablesAsync() => ((string[])(await _installation.Store.RunAsync("""
        SELECT array_agg(relname || ' ' || owner) FROM (
            SELECT c.relname, max(a.attname::text) AS owner FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('school_id', 'account_id')
            WHERE c.relnamespace = 'onlinesafety'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition GROUP BY c.relname) t
        """))!).ToDictionary(t => t.Split(' ')[0], t => t.Split(' ')[1], StringComparer.Ordinal);

    private Task<long> ReadAsync(DatabaseRole role, string table, string owner) =>
        AllowedAsync(role, $"SELECT count({owner}) FROM {table} WHERE {owner} = '{_other.School}'", counts: true);

    private Task<long> DeleteAsync(DatabaseRole role, string table, string owner) =>
        AllowedAsync(role, $"DELETE FROM {table} WHERE {owner} = '{_other.School}'", counts: false);

    /// <summary>0 when the role has no grant at all.</summary>
    private async Task<long> AllowedAsync(DatabaseRole role, string sql, bool counts)
    {
        var actor = new Actor(ActorKind.Operator, "test", Guid.NewGuid(), ["operator", "dsl", "head", "chair"]);
        await using var session = await _installation[role].OpenAsync(_own.School, actor, CancellationToken.None);
        await using var command = session.Command(sql);
        try
        {
            return counts ? (long)(await command.ExecuteScalarAsync())! : await command.ExecuteNonQueryAsync();
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return 0;
        }
    }

    private async Task<int> RunAsync(DatabaseRole role, Guid school, string sql, Actor? actor = null)
    {
        await using var session = await _installation[role].OpenAsync(school, actor ?? Actor.Operator("test"), CancellationToken.None);
        await using var command = session.Command(sql);
        return await command.ExecuteNonQueryAsync();
    }
}
