using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Storage;

/// <summary>What a role that was taken over, or a statement that forgot its WHERE, still cannot do.</summary>
[Collection(PostgresCollection.Name)]
public sealed class RoleGrantsTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly string[] Tables =
    [
        "school", "source", "person", "person_alias", "staff", "staff_key", "data_key", "intake_stream", "intake_segment", "delivery", "checkpoint",
        "counter_block", "unmapped", "source_health", "door_trouble", "source_category", "school_rule", "school_edition", "alert", "event", "evidence", "notification",
        "digest", "access_record", "source_mapping", "source_job", "source_job_stream", "school_calendar", "source_activity", "source_device_day", "canary",
        "source_state", "source_alarm", "source_watch", "source_notice", "channel", "alert_step", "school_policy", "staff_account", "invitation", "session",
    ];

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
            await FillAsync(target);
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
    [InlineData(DatabaseRole.Process, "SELECT 1 FROM alert_step")]
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
    internal async Task NoStatementReachesAnotherSchoolsRowsExceptWhereIdsAreSearched(DatabaseRole role)
    {
        // Read across schools on purpose: ids, times and words about products, nothing of a person. RowLevelSecurityTests has the same list as policies.
        string[] readAcross = role switch
        {
            DatabaseRole.Setup => ["school", "source", "staff_account"],
            DatabaseRole.Ingest => ["school", "source"],
            DatabaseRole.Process => ["school", "source", "intake_stream", "checkpoint", "source_job"],
            DatabaseRole.Notify => ["school", "notification"],
            _ => ["staff_key", "invitation", "session"],
        };
        foreach (var table in Tables.Except(readAcross))
        {
            Assert.True(await ReadAsync(role, table) == 0, $"{role} reads {table} of another school");
        }

        foreach (var table in Tables)
        {
            Assert.True(await DeleteAsync(role, table) == 0, $"{role} deletes from {table} of another school");
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
        await _installation.Store.RunAsync($"UPDATE onlinesafety.alert SET subject_staff = '{about}', route = 'head' WHERE school_id = '{_own.School}'");
        Assert.Equal(0, await RunAsync(DatabaseRole.Console, _own.School, "UPDATE alert SET state = 'acknowledged', acknowledged_at = now(), acknowledged_by = 'x', acted_at = now()", reader with { Staff = about }));
        Assert.Equal(1, await RunAsync(DatabaseRole.Console, _own.School, "UPDATE alert SET state = 'acknowledged', acknowledged_at = now(), acknowledged_by = 'x', acted_at = now()", reader));
    }

    private Task<long> ReadAsync(DatabaseRole role, string table) =>
        AllowedAsync(role, $"SELECT count(school_id) FROM {table} WHERE school_id = '{_other.School}'", counts: true);

    private Task<long> DeleteAsync(DatabaseRole role, string table) =>
        AllowedAsync(role, $"DELETE FROM {table} WHERE school_id = '{_other.School}'", counts: false);

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

    /// <summary>A row in every table, so that nothing is unseen because it is not there.</summary>
    private async Task FillAsync(SourceKey at)
    {
        var (school, source, id) = (at.School, at.Source, Guid.NewGuid());
        await _installation.Store.RunAsync($"""
            SET search_path = onlinesafety;
            SELECT ensure_intake_partition('2026-11-25');
            INSERT INTO door_trouble (school_id, source_id, kind, count, first_seen, last_seen) VALUES ('{school}', '{source}', 'over_rate', 1, now(), now());
            INSERT INTO source_category (school_id, source_id, number, name) VALUES ('{school}', '{source}', '11', 'Gambling');
            INSERT INTO school_rule VALUES ('{school}', '{id}', 1, 'dagger lane', '', 0, 'a road', 'd.lead', now(), now(), now() + interval '1 day');
            INSERT INTO school_edition VALUES ('{school}', now(), 'kcsie-2025', 'd.lead', now());
            INSERT INTO person (school_id, person_id, account, role) VALUES ('{school}', '{id}', 'pupil', 1);
            INSERT INTO person_alias (school_id, alias, person_id) VALUES ('{school}', 'p', '{id}');
            INSERT INTO staff (school_id, staff_id, name, email, roles) VALUES ('{school}', '{id}', 'n', 'n@school.example', ARRAY['dsl']);
            INSERT INTO staff_key (school_id, staff_id, key_hash) VALUES ('{school}', '{id}', sha256('{id}'));
            INSERT INTO account (account_id, address, created_at) VALUES ('{id}', '{id}@school.example', now());
            INSERT INTO staff_account VALUES ('{school}', '{id}', '{id}', now());
            INSERT INTO invitation (school_id, staff_id, token_hash, created_at, ends_at) VALUES ('{school}', '{id}', sha256('{id}'), now(), now() + interval '1 day');
            INSERT INTO session (session_id, token_hash, account_id, stage, way, school_id, staff_id, began_at, proved_at, seen_at, ends_at)
                VALUES ('{id}', sha256('{id}'), '{id}', 3, 'password', '{school}', '{id}', now(), now(), now(), now() + interval '1 day');
            INSERT INTO data_key (school_id, day, key_id, master_id, wrapped) VALUES ('{school}', '2026-11-25', '{id}', 'm', '');
            INSERT INTO intake_stream (school_id, stream_id, source_id, day, writer_id, last_seq, head_hash, last_received_at)
                VALUES ('{school}', '{id}', '{source}', '2026-11-25', '{id}', 1, sha256(''), now());
            INSERT INTO intake_segment VALUES ('{school}', '{id}', '{source}', '2026-11-25', 1, 1, now(), now(), 0, '{id}', '', '', '');
            INSERT INTO delivery (school_id, source_id, id_hash, body_hash, stream_id, first_seq, records) VALUES ('{school}', '{source}', sha256(''), '', '{id}', 1, 1);
            INSERT INTO checkpoint (school_id, stream_id, source_id, day, next_seq) VALUES ('{school}', '{id}', '{source}', '2026-11-25', 1);
            INSERT INTO counter_block VALUES ('{school}', '{id}', 1, 1, '{source}', now(), 1, 0, 0, 0, ARRAY[]::timestamptz[], ARRAY[]::smallint[], ARRAY[]::text[],
                ARRAY[]::text[], ARRAY[]::smallint[], ARRAY[]::text[], ARRAY[]::int[]);
            INSERT INTO unmapped VALUES ('{school}', '{source}', 'category', 'x', 1, now(), now());
            INSERT INTO school_calendar (school_id, content) VALUES ('{school}', '[]');
            INSERT INTO source_activity VALUES ('{school}', '{source}', now(), 1, 0, 0, 1);
            INSERT INTO source_device_day VALUES ('{school}', '{source}', '2026-11-25', 'ipad');
            INSERT INTO canary (school_id, canary_id, source_id, name, token, address, every) VALUES ('{school}', '{id}', '{source}', 'n', 'oscanaryoscanaryoscanary', 'a', '15 min');
            INSERT INTO source_state (school_id, source_id, state, alarming, since, expected_gap, gap_basis, words) VALUES ('{school}', '{source}', 'silent', true, now(), '15 min', 'set', 'w');
            INSERT INTO source_alarm (school_id, alarm_id, source_id, state, since, opened_at, told_at) VALUES ('{school}', '{id}', '{source}', 'silent', now(), now(), now());
            INSERT INTO source_watch (school_id, judged_at, watching_since) VALUES ('{school}', now(), now());
            INSERT INTO source_notice (school_id, notice_id, created_at, content) VALUES ('{school}', '{id}', now(), '');
            INSERT INTO source_health VALUES ('{school}', '{source}', now(), now(), NULL, 1, 1, 0, 0);
            INSERT INTO alert (school_id, alert_id, number, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key, subject_role,
                               source_ids, vendors, event_count, reasons, first_received_at, last_received_at, raised_at)
                VALUES ('{school}', '{id}', 1, 4, 1, 's', 's', ARRAY['s'], false, 0, 'dsl', 'user:x', 1, ARRAY['{source}']::uuid[], ARRAY['protex'], 1, '', now(), now(), now());
            INSERT INTO event (school_id, stream_id, seq, part, source_id, alert_id, received_at, occurred_at, recorded_at, kind, action, risk, severity, theme, parent_theme,
                               audience, route, subject_role, vendor, detail)
                VALUES ('{school}', '{id}', 1, 0, '{source}', '{id}', now(), now(), now(), 1, 1, 1, 4, 's', 's', 0, 'dsl', 1, 'protex', '');
            INSERT INTO evidence VALUES ('{school}', '{id}', 1, 1, '', '', '');
            INSERT INTO notification (school_id, notification_id, kind, cause, alert_id, staff_id, channel, due_at, created_at)
                VALUES ('{school}', '{id}', 'alert', 'raised', '{id}', '{id}', 'email', now(), now());
            INSERT INTO alert_step (school_id, alert_id, at, actor_kind, actor_name, step, from_state, to_state) VALUES ('{school}', '{id}', now(), 'service', 'x', 'grown', 'new', 'new');
            INSERT INTO channel (school_id, channel_id, kind, name, least_severity, master_id, sealed, created_at) VALUES ('{school}', '{id}', 'webhook', 'n', 3, 'm', '', now());
            INSERT INTO digest VALUES ('{school}', '2026-11-25', now(), now(), false, '', now());
            INSERT INTO source_mapping VALUES ('{school}', '{source}', 1, '', now());
            INSERT INTO source_job (school_id, job_id, source_id, kind, requested_at) VALUES ('{school}', '{id}', '{source}', 'replay', now());
            INSERT INTO source_job_stream VALUES ('{school}', '{id}', '{id}', 0, '2026-11-25', 1, 1);
            INSERT INTO access_record (school_id, actor_kind, actor_name, action, object) VALUES ('{school}', 'service', 'x', 'x', 'x');
            """);
    }
}
