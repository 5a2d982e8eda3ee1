using System.Text;
using Npgsql;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Storage;

/// <summary>
/// What every database role really can do with every table, tried statement by statement, beside what was approved (<c>access-matrix.txt</c>); and that every
/// policy matters: broken on purpose in any of many ways, each shows.
/// </summary>
public sealed class AccessMatrixTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private static readonly string Approved = Repository.Path("tests", "OnlineSafety.Monitoring.IntegrationTests", "Storage", "access-matrix.txt");

    private const string Head = """
        # What each database role can do with each table: s select, i insert, u update, d delete, in the school that its transaction states. A capital: also rows
        # of another school, or without any. A dash: nothing. AccessMatrixTests tries it all; ONLINESAFETY_WRITE_EXPECTED=1 writes this file anew: read the diff.
        # An account is of no school, so whoever signs in reads and writes their own without one: capitals that reach no further than the stated account or address.
        # A trigger may refuse more than a right does: the processing role deletes only while a replay of that source runs.

        """;

    private TestInstallation _installation = null!;
    private NpgsqlDataSource _source = null!;
    private NpgsqlConnection _connection = null!;
    private NpgsqlTransaction _transaction = null!;
    private AccessProbe _probe = null!;
    private SourceKey _own;

    public async Task InitializeAsync()
    {
        _installation = await TestInstallation.CreateAsync(postgres.Server);
        _own = await _installation.AddSourceAsync();
        var other = await _installation.AddSourceAsync();
        var (lead, head, year) = (await SampleRows.FillAsync(_installation.Store, _own), Guid.NewGuid(), Guid.NewGuid());
        await SampleRows.FillAsync(_installation.Store, other);
        await AddWhatPoliciesTellApartAsync(other.School, lead, head);
        await AddYearsAsync(year, other.School);
        _source = NpgsqlDataSource.Create(_installation.Store.ConnectionString);
        _connection = await _source.OpenConnectionAsync();
        _transaction = await _connection.BeginTransactionAsync();
        _probe = new AccessProbe(_connection, _own.School, other.School,
        [
            new Reader("the operator", "", "operator"), new Reader("the lead", lead.ToString(), "dsl", Account: _own.School.ToString()),
            new Reader("the head", head.ToString(), "head"), new Reader("the head at a desk of others", head.ToString(), "head,dsl"),
            new Reader("the lead of a year", year.ToString(), "pastoral"), new Reader("the lead without a desk", lead.ToString(), ""), new Reader("somebody who claims an address", "", "", Address: $"{_own.School}@school.example"),
        ]);
        await _probe.PrepareAsync();
    }

    public async Task DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
        await _source.DisposeAsync();
        await _installation.DisposeAsync();
    }

    [Fact]
    public async Task EveryRoleCanDoWithEveryTableWhatWasApprovedAndNothingElse()
    {
        var tables = await _probe.TablesAsync();
        var text = new StringBuilder(Head).AppendLine(Row("table", AccessProbe.Roles.Select(role => role["onlinesafety_".Length..])));
        foreach (var table in tables)
        {
            var views = new List<RoleView>();
            foreach (var role in AccessProbe.Roles)
            {
                views.Add(await _probe.ViewAsync(table, role));
            }

            Assert.All(views.SelectMany(view => view.Results), result => Assert.Matches("^([0-9]+|refused|passes)$", result.Value));
            text.AppendLine(Row(table, views.Select(view => view.Letters)));
        }

        if (Environment.GetEnvironmentVariable("ONLINESAFETY_WRITE_EXPECTED") is { Length: > 0 })
        {
            await File.WriteAllTextAsync(Approved, text.ToString());
        }

        Assert.Equal(await File.ReadAllTextAsync(Approved), text.ToString());
    }

    [Fact]
    public async Task EveryTableHasASampleRowOrTheMatrixWouldSayNothingOfIt()
    {
        foreach (var table in await _probe.TablesAsync())
        {
            Assert.True((await _probe.RowsAsync(table, _own.School)).Count > 0, $"SampleRows puts no row into {table}");
        }
    }

    [Fact]
    public async Task EachPolicyBrokenOnPurposeShows()
    {
        var policies = await PoliciesAsync();
        Assert.True(policies.Count > 60);
        var (unseen, broken) = (new List<string>(), 0);
        foreach (var policy in policies)
        {
            var before = await _probe.ViewAsync(policy.Table, policy.Role);
            var unseeable = await _probe.MovesRowsAsync(policy) ? null : policy.UnseenWhereNoRowMoves;
            // A row that was found by the same words and keeps what they read passes the check, whatever is left of it.
            var checksAgain = policy.Check == policy.Using && !await _probe.ChangesWhatIsCheckedAsync(policy);
            foreach (var mutation in policy.Broken().Where(m => m.Name != unseeable && !(m.OfCheck && checksAgain) && !policy.Implies(m)))
            {
                broken++;
                if (!await ShowsAsync(before, mutation.Sql))
                {
                    unseen.Add(mutation.Name);
                }
            }
        }

        Assert.True(unseen.Count == 0, $"broken and not seen:\n{string.Join('\n', unseen)}");
        Assert.True(broken > 3 * policies.Count / 2);
    }

    [Fact]
    public async Task ATableThatIsNotForcedOrNotUnderRowLevelSecurityShows()
    {
        foreach (var table in await _probe.TablesAsync())
        {
            // The owner keeps all clocks and wishes by a policy (owner_keeps), so of these it has all either way.
            var all = table is "escalation" or "context_wish";
            var bound = await _probe.ViewAsync(table, table == "escalation" ? "onlinesafety_console" : all ? "onlinesafety_process" : "onlinesafety_owner");
            Assert.True(all || await ShowsAsync(bound, $"ALTER TABLE onlinesafety.{table} NO FORCE ROW LEVEL SECURITY"), table);
            Assert.True(await ShowsAsync(bound, $"ALTER TABLE onlinesafety.{table} DISABLE ROW LEVEL SECURITY"), table);
        }
    }

    private async Task<bool> ShowsAsync(RoleView before, string sql)
    {
        await _probe.RunAsync($"SAVEPOINT broken; {sql}");
        var after = await _probe.ViewAsync(before.Table, before.Role);
        await _probe.RunAsync("ROLLBACK TO broken");
        return !after.Results.OrderBy(r => r.Key, StringComparer.Ordinal).SequenceEqual(before.Results.OrderBy(r => r.Key, StringComparer.Ordinal));
    }

    private async Task<List<StoredPolicy>> PoliciesAsync()
    {
        await using var command = new NpgsqlCommand(
            "SELECT tablename::text, policyname::text, unnest(roles)::text, cmd, qual, with_check FROM pg_policies WHERE schemaname = 'onlinesafety' ORDER BY 1, 2", _connection);
        await using var rows = await command.ExecuteReaderAsync();
        var policies = new List<StoredPolicy>();
        while (await rows.ReadAsync())
        {
            policies.Add(new StoredPolicy(rows.GetString(0), rows.GetString(1), rows.GetString(2), rows.GetString(3), rows.IsDBNull(4) ? null : rows.GetString(4), rows.IsDBNull(5) ? null : rows.GetString(5)));
        }

        return policies;
    }

    /// <summary>
    /// Alerts of every desk and about every reader, who was told of one and who was not, steps and silences in whose name and by whom, sessions and jobs that
    /// have ended.
    /// </summary>
    private Task AddWhatPoliciesTellApartAsync(Guid other, Guid lead, Guid head) => _installation.Store.RunAsync($"""
        SET search_path = onlinesafety;
        INSERT INTO staff (school_id, staff_id, name, email, roles) VALUES ('{_own.School}', '{head}', 'h', 'h@school.example', ARRAY['head']),
            ('{_own.School}', gen_random_uuid(), 'd', 'd@school.example', ARRAY['deputy', 'dsl']);
        INSERT INTO session (session_id, token_hash, account_id, stage, way, began_at, proved_at, seen_at, ends_at)
            SELECT gen_random_uuid(), sha256(convert_to(a::text, 'UTF8')), a, 1, 'password', now(), now(), now(), now() - interval '1 day' FROM unnest(ARRAY['{_own.School}', '{other}']::uuid[]) a;
        INSERT INTO silence (school_id, silence_id, theme, most_severity, reason, author, author_id, starts_at, ends_at, approver, approver_id, approved_at, ended_at, why_ended)
            SELECT school, gen_random_uuid(), 's', 2, 'r', 'n', author, now(), now() + interval '1 day',
                CASE WHEN approved THEN 'a' END, CASE WHEN approved THEN gen_random_uuid() END, CASE WHEN approved THEN now() END, CASE WHEN ended THEN now() END, CASE WHEN ended THEN 'over' END
            FROM (VALUES ('{_own.School}'::uuid, '{lead}'::uuid, true, false), ('{_own.School}', '{lead}', false, true), ('{_own.School}', '{head}', false, false),
                ('{_own.School}', (SELECT staff_id FROM staff WHERE email = 'd@school.example'), false, false), ('{other}', '{lead}', false, false)) s (school, author, approved, ended);
        CREATE TEMP TABLE other (n int, alert_id uuid, route text, subject uuid);
        INSERT INTO other VALUES (2, gen_random_uuid(), 'head', NULL), (3, gen_random_uuid(), 'head', '{head}'), (4, gen_random_uuid(), 'head', '{lead}'),
            (5, gen_random_uuid(), 'chair', '{head}'), (6, gen_random_uuid(), 'chair', NULL), (7, gen_random_uuid(), 'dsl', '{lead}'), (8, gen_random_uuid(), 'chair', NULL),
            (9, gen_random_uuid(), 'dsl', NULL), (10, gen_random_uuid(), 'chair', NULL);
        INSERT INTO alert (school_id, alert_id, number, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key, subject_role, subject_staff,
                           source_ids, vendors, event_count, reasons, first_received_at, last_received_at, raised_at)
            SELECT a.school_id, o.alert_id, o.n, a.severity, a.risk, a.theme, a.parent_theme, a.themes, a.needs_review, a.audience, o.route, a.subject_key, a.subject_role, o.subject,
                   a.source_ids, a.vendors, a.event_count, a.reasons, a.first_received_at, a.last_received_at, a.raised_at
            FROM alert a, other o WHERE a.school_id = '{_own.School}';
        -- About a head whom no account leads to.
        UPDATE alert SET subject_role = 3 WHERE school_id = '{_own.School}' AND number = 10;
        INSERT INTO event (school_id, stream_id, seq, part, source_id, alert_id, received_at, occurred_at, recorded_at, kind, action, risk, severity, theme, parent_theme,
                           audience, route, subject_role, subject_staff, vendor, detail)
            SELECT e.school_id, e.stream_id, 10 + o.n, 0, e.source_id, o.alert_id, e.received_at, e.occurred_at, e.recorded_at, e.kind, e.action, e.risk, e.severity, e.theme,
                   e.parent_theme, e.audience, o.route, e.subject_role, o.subject, e.vendor, e.detail
            FROM event e, other o WHERE e.school_id = '{_own.School}';
        INSERT INTO notification (school_id, notification_id, kind, cause, alert_id, staff_id, channel, due_at, created_at)
            SELECT '{_own.School}', gen_random_uuid(), 'alert', 'raised', alert_id, s, 'email', now(), now() FROM other, unnest(ARRAY['{lead}', gen_random_uuid()]) s WHERE n IN (6, 7);
        -- A head who was told of a pupil; and events that are narrower than their alert, wider, and of none.
        INSERT INTO notification (school_id, notification_id, kind, cause, alert_id, staff_id, channel, due_at, created_at)
            SELECT school_id, gen_random_uuid(), 'alert', cause, alert_id, who, 'email', now(), now()
            FROM alert, (VALUES ('raised', '{head}'::uuid), ('escalated', '{head}'), ('escalated', NULL)) v (cause, who) WHERE school_id = '{_own.School}' AND number = 1;
        INSERT INTO notification (school_id, notification_id, kind, cause, alert_id, staff_id, channel, state, target, due_at, created_at)
            SELECT school_id, gen_random_uuid(), 'alert', 'escalated', alert_id, NULL, v.channel, v.state, CASE WHEN v.channel <> 'email' THEN gen_random_uuid() END, now(), now()
            FROM alert, (VALUES ('email', 'sent'), ('webhook', 'due')) v (channel, state) WHERE school_id = '{_own.School}' AND number = 1;
        INSERT INTO event (school_id, stream_id, seq, part, source_id, alert_id, received_at, occurred_at, recorded_at, kind, action, risk, severity, theme, parent_theme,
                           audience, route, subject_role, subject_staff, vendor, detail)
            SELECT e.school_id, e.stream_id, v.seq, 0, e.source_id, a.alert_id, e.received_at, e.occurred_at, e.recorded_at, e.kind, e.action, e.risk, e.severity, e.theme,
                   e.parent_theme, e.audience, v.route, e.subject_role, v.subject, e.vendor, e.detail
            FROM event e JOIN alert own USING (school_id, alert_id), (VALUES (30, 1, 'dsl', '{head}'::uuid), (31, 6, 'dsl', NULL), (32, 0, 'dsl', NULL), (33, 0, 'head', NULL),
                (34, 0, 'dsl', '{lead}')) v (seq, number, route, subject) LEFT JOIN alert a ON a.school_id = '{_own.School}' AND a.number = v.number
            WHERE own.number = 1 AND (e.school_id = '{_own.School}' OR v.number = 0);
        INSERT INTO alert_step (school_id, alert_id, at, actor_kind, actor_id, actor_name, step, from_state, to_state)
            SELECT '{_own.School}', alert_id, now(), kind, who, name, 'acknowledge', 'new', 'acknowledged' FROM alert, (VALUES
                ('operator', NULL, 'probe'), ('operator', NULL, 'x'), ('staff', NULL, 'probe'), ('staff', '{lead}'::uuid, 'probe'), ('staff', '{head}', 'probe')) s (kind, who, name)
            WHERE school_id = '{_own.School}';
        INSERT INTO sign_in_attempts VALUES (sha256('old'), 1, now() - interval '2 days');
        INSERT INTO sign_in_spent VALUES (sha256('old'), now() - interval '2 days');
        INSERT INTO legal_hold (school_id, hold_id, subject_keys, about, reason, author, placed_at, lifted_at, lifted_by, why_lifted)
            VALUES ('{_own.School}', gen_random_uuid(), ARRAY['user:held'], '', '', 'n', now(), now(), 'n', '');
        INSERT INTO erasure (school_id, erasure_id, asked_at, asked_by, finished_at, proof) VALUES ('{_own.School}', gen_random_uuid(), now(), 'n', now(), jsonb_build_object());
        INSERT INTO kept_context SELECT '{_own.School}', alert_id, gen_random_uuid(), 1, 0, now(), '' FROM other;
        INSERT INTO source (school_id, source_id, name, product, door, unassigned, listener) VALUES ('{_own.School}', gen_random_uuid(), 'n', '', 2, true, 'tcp-514');
        INSERT INTO source_job (school_id, job_id, source_id, kind, requested_at, state) VALUES ('{_own.School}', gen_random_uuid(), '{_own.Source}', 'preview', now(), 'done');
        """);

    /// <summary>
    /// What a year lead may see, and what differs from it in one thing each; steps on it by whom, with words and without; events narrower and wider than their alert; news
    /// about accounts, and questions that others asked. In the other school, whose rows nobody sees, somebody with the same account.
    /// </summary>
    private Task AddYearsAsync(Guid year, Guid other) => _installation.Store.RunAsync($"""
        SET search_path = onlinesafety;
        INSERT INTO staff (school_id, staff_id, name, email, roles, years) VALUES ('{_own.School}', '{year}', 'y', 'y@school.example', ARRAY['pastoral'], ARRAY['9']),
            ('{other}', '{year}', 'y', '{_own.School}@school.example', ARRAY['pastoral'], ARRAY['9']);
        INSERT INTO staff_account VALUES ('{other}', '{year}', '{_own.School}', now());
        CREATE TEMP TABLE years AS SELECT * FROM (VALUES ('{_own.School}'::uuid, 20, 'dsl', 0::smallint, NULL::uuid, 1::smallint, '9', 'new'), ('{_own.School}', 21, 'head', 0, NULL, 1, '9', 'new'),
            ('{_own.School}', 22, 'dsl', 1, NULL, 1, '9', 'new'), ('{_own.School}', 23, 'dsl', 0, '{_own.School}', 1, '9', 'new'), ('{_own.School}', 24, 'dsl', 0, NULL, 0, '9', 'new'),
            ('{_own.School}', 25, 'dsl', 0, NULL, 1, '10', 'new'), ('{_own.School}', 26, 'dsl', 0, NULL, 1, NULL, 'new'), ('{_own.School}', 27, 'dsl', 0, NULL, 1, '9', 'resolved'),
            ('{other}', 28, 'dsl', 0, NULL, 1, '9', 'new')) v (school_id, number, route, audience, subject, role, year, state);
        INSERT INTO alert (school_id, alert_id, number, state, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key, subject_role, subject_staff, subject_year,
                           source_ids, vendors, event_count, reasons, first_received_at, last_received_at, raised_at, acted_at, outcome, resolved_at, resolved_by, note)
            SELECT y.school_id, gen_random_uuid(), y.number, y.state, 3, 1, 's', 's', ARRAY['s'], false, y.audience, y.route, 'user:y', y.role, y.subject, y.year, '{"{}"}', '{"{}"}', 1, '', now(), now(), now(),
                   CASE WHEN y.state <> 'new' THEN now() END, CASE WHEN y.state <> 'new' THEN 'concern' END, CASE WHEN y.state <> 'new' THEN now() END, CASE WHEN y.state <> 'new' THEN 'x' END,
                   CASE WHEN y.state <> 'new' THEN 'x'::bytea END FROM years y;
        INSERT INTO event (school_id, stream_id, seq, part, source_id, alert_id, received_at, occurred_at, recorded_at, kind, action, risk, severity, theme, parent_theme,
                           audience, route, subject_role, subject_staff, vendor, detail)
            SELECT a.school_id, '{year}', 20 + v.n, 0, a.alert_id, CASE WHEN v.alone THEN NULL ELSE a.alert_id END, now(), now(), now(), 1, 1, 1, 3, 's', 's', v.audience, v.route, v.role, v.subject, 'protex', ''
            FROM alert a, (VALUES (1, 20, 'dsl', 0, NULL::uuid, 1, false), (2, 20, 'head', 0, NULL, 1, false), (3, 20, 'dsl', 1, NULL, 1, false), (4, 20, 'dsl', 0, '{_own.School}', 1, false),
                (5, 20, 'dsl', 0, NULL, 0, false), (6, 20, 'dsl', 0, NULL, 1, true), (7, 25, 'dsl', 0, NULL, 1, false), (8, 2, 'dsl', 0, NULL, 1, false), (9, 28, 'dsl', 0, NULL, 1, false))
                v (n, number, route, audience, subject, role, alone) WHERE a.number = v.number;
        INSERT INTO alert_step (school_id, alert_id, at, actor_kind, actor_id, actor_name, step, from_state, to_state, note)
            SELECT a.school_id, a.alert_id, now(), 'staff', s.who, 'probe', s.step, 'new', s.state, convert_to(s.note, 'UTF8') FROM alert a, (VALUES ('{year}'::uuid, 'note', 'new', 'own words'),
                ('{year}', 'acknowledge', 'acknowledged', ''), ('{_own.School}', 'acknowledge', 'acknowledged', ''), ('{_own.School}', 'note', 'new', 'words of others')) s (who, step, state, note) WHERE a.school_id = '{_own.School}' AND a.number = 20;
        INSERT INTO alert_step (school_id, alert_id, at, actor_kind, actor_id, actor_name, step, from_state, to_state, detail, note)
            SELECT school_id, alert_id, now(), 'staff', school_id, 'probe', 'hand_over', 'new', 'handed_over', 'case', '' FROM alert WHERE school_id = '{_own.School}' AND number = 20;
        INSERT INTO kept_context SELECT school_id, alert_id, alert_id, 1, 0, now(), '' FROM alert WHERE school_id = '{_own.School}' AND number = 20;
        INSERT INTO notification (school_id, notification_id, kind, cause, staff_id, channel, state, due_at, created_at)
            SELECT s.school_id, gen_random_uuid(), 'account', 'password', s.staff_id, 'email', state, now(), now() FROM staff s, unnest(ARRAY['due', 'sent']) AS state;
        INSERT INTO source_job (school_id, job_id, kind, requested_at, content, asked_by)
            SELECT '{_own.School}', gen_random_uuid(), 'whatif', now(), '', who FROM unnest(ARRAY[NULL, '{year}', (SELECT staff_id FROM staff WHERE email = 'h@school.example')]::uuid[]) AS who;
        """);

    private static string Row(string table, IEnumerable<string> cells) => $"{table,-26} {string.Join(' ', cells.Select(cell => $"{cell,-7}"))}".TrimEnd();
}
