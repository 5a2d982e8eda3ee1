using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Storage;

/// <summary>
/// A row of one school in every table, so that nothing is unseen because it is not there. A new table needs a line here. The account has the school's id: so
/// the rows of both are found by one.
/// </summary>
internal static class SampleRows
{
    /// <summary>Returns the id that stands for person, alert, stream and the like in them.</summary>
    public static async Task<Guid> FillAsync(TestDatabase store, SourceKey at)
    {
        var (school, source, id) = (at.School, at.Source, Guid.NewGuid());
        await store.RunAsync($"""
            SET search_path = onlinesafety;
            SELECT ensure_intake_partition('2026-11-25');
            INSERT INTO door_trouble (school_id, source_id, kind, count, first_seen, last_seen) VALUES ('{school}', '{source}', 'over_rate', 1, now(), now());
            INSERT INTO source_category (school_id, source_id, number, name) VALUES ('{school}', '{source}', '11', 'Gambling');
            INSERT INTO school_rule VALUES ('{school}', '{id}', 1, 'dagger lane', '', 0, 'a road', 'd.lead', now(), now(), now() + interval '1 day');
            INSERT INTO school_policy (school_id, policy, set_at, set_by, revision) VALUES ('{school}', '{"{}"}', now(), 'd.lead', 1);
            INSERT INTO school_edition VALUES ('{school}', now(), 'kcsie-2025', 'd.lead', now());
            INSERT INTO person (school_id, person_id, account, role) VALUES ('{school}', '{id}', 'pupil', 1);
            INSERT INTO person_alias (school_id, alias, person_id) VALUES ('{school}', 'p', '{id}');
            INSERT INTO staff (school_id, staff_id, name, email, roles) VALUES ('{school}', '{id}', 'n', '{school}@school.example', ARRAY['dsl']);
            INSERT INTO staff_key (school_id, staff_id, key_hash) VALUES ('{school}', '{id}', sha256('{id}'));
            INSERT INTO account (account_id, address, created_at) VALUES ('{school}', '{school}@school.example', now());
            INSERT INTO account_passkey (account_id, credential_id, name, public_key, sign_count, backup_able, backed_up, created_at)
                VALUES ('{school}', sha256('{id}'), 'n', '', 0, false, false, now());
            INSERT INTO account_identity VALUES ('{school}', 'https://provider.example', sha256('{id}'), now());
            INSERT INTO sign_in_attempts VALUES (sha256('{id}'), 1, now());
            INSERT INTO sign_in_spent VALUES (sha256('{id}'), now() + interval '1 day');
            INSERT INTO staff_account VALUES ('{school}', '{id}', '{school}', now());
            INSERT INTO invitation (school_id, staff_id, token_hash, created_at, ends_at) VALUES ('{school}', '{id}', sha256('{id}'), now(), now() + interval '1 day');
            INSERT INTO session (session_id, token_hash, account_id, stage, way, school_id, staff_id, began_at, proved_at, seen_at, ends_at)
                VALUES ('{id}', sha256('{id}'), '{school}', 3, 'password', '{school}', '{id}', now(), now(), now(), now() + interval '1 day');
            INSERT INTO data_key (school_id, day, key_id, master_id, wrapped) VALUES ('{school}', '2026-11-25', '{id}', 'm', '');
            INSERT INTO school_key (school_id, key_id, master_id, wrapped) VALUES ('{school}', '{id}', 'm', '');
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
            INSERT INTO channel_trouble (school_id, channel_id, since, error) VALUES ('{school}', '{id}', now(), 'connect');
            INSERT INTO digest VALUES ('{school}', '2026-11-25', now(), now(), false, '', now());
            INSERT INTO digest_recipient VALUES ('{school}', '2026-11-25', '{id}', '', now());
            INSERT INTO silence (school_id, silence_id, theme, most_severity, reason, author, author_id, starts_at, ends_at)
                VALUES ('{school}', '{id}', 's', 2, 'r', 'n', '{id}', now(), now() + interval '1 day');
            INSERT INTO source_secret VALUES ('{school}', '{source}', '{id}', 'm', '', now());
            INSERT INTO source_mapping VALUES ('{school}', '{source}', 1, '', now());
            INSERT INTO source_job (school_id, job_id, source_id, kind, requested_at) VALUES ('{school}', '{id}', '{source}', 'replay', now());
            INSERT INTO governors_figure VALUES ('{school}', '2025-09-01', 'period', '', 0, now());
            INSERT INTO source_job_stream VALUES ('{school}', '{id}', '{id}', 0, '2026-11-25', 1, 1);
            INSERT INTO intake_tombstone VALUES ('{school}', gen_random_uuid(), '{source}', '2026-10-01', 1, sha256(''), now(), now());
            INSERT INTO access_tombstone VALUES ('{school}', 0, sha256(''), now());
            INSERT INTO legal_hold (school_id, hold_id, subject_keys, about, reason, author, placed_at) VALUES ('{school}', '{id}', ARRAY['user:held'], '', '', 'n', now());
            INSERT INTO context_wish (school_id, alert_id, why, asked_at) VALUES ('{school}', '{id}', 'hold', now());
            INSERT INTO kept_context VALUES ('{school}', '{id}', '{id}', 1, 0, now(), '');
            INSERT INTO erasure (school_id, erasure_id, asked_at, asked_by) VALUES ('{school}', '{id}', now(), 'n');
            INSERT INTO erased_subject VALUES ('{school}', 'user:gone', now(), '{id}');
            INSERT INTO erased_record VALUES ('{school}', '{id}', 1, true, false);
            INSERT INTO retention_watch (school_id, ran_at) VALUES ('{school}', now());
            SELECT set_config('app.school', '{school}', true), set_config('app.actor', 'x', true);
            SELECT record_access('{school}', 'service', 'x', 'x', NULL);
            """);
        return id;
    }
}
