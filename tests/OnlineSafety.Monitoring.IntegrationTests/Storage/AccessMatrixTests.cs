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
        var (lead, head) = (await SampleRows.FillAsync(_installation.Store, _own), Guid.NewGuid());
        await SampleRows.FillAsync(_installation.Store, other);
        await AddWhatPoliciesTellApartAsync(lead, head);
        _source = NpgsqlDataSource.Create(_installation.Store.ConnectionString);
        _connection = await _source.OpenConnectionAsync();
        _transaction = await _connection.BeginTransactionAsync();
        _probe = new AccessProbe(_connection, _own.School, other.School,
        [
            new Reader("the operator", "", "operator"), new Reader("the lead", lead.ToString(), "dsl"), new Reader("the head", head.ToString(), "head"),
            new Reader("somebody without a desk", lead.ToString(), ""),
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
            foreach (var mutation in policy.Broken().Where(m => m.Name != unseeable))
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
            var owner = await _probe.ViewAsync(table, "onlinesafety_owner");
            Assert.True(await ShowsAsync(owner, $"ALTER TABLE onlinesafety.{table} NO FORCE ROW LEVEL SECURITY"), table);
            Assert.True(await ShowsAsync(owner, $"ALTER TABLE onlinesafety.{table} DISABLE ROW LEVEL SECURITY"), table);
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

    /// <summary>Alerts of every desk and about every reader, who was told of one and who was not, jobs that have ended.</summary>
    private Task AddWhatPoliciesTellApartAsync(Guid lead, Guid head) => _installation.Store.RunAsync($"""
        SET search_path = onlinesafety;
        CREATE TEMP TABLE other (n int, alert_id uuid, route text, subject uuid);
        INSERT INTO other VALUES (2, gen_random_uuid(), 'head', NULL), (3, gen_random_uuid(), 'head', '{head}'), (4, gen_random_uuid(), 'head', '{lead}'),
            (5, gen_random_uuid(), 'chair', '{head}'), (6, gen_random_uuid(), 'chair', NULL), (7, gen_random_uuid(), 'dsl', '{lead}'), (8, gen_random_uuid(), 'chair', NULL);
        INSERT INTO alert (school_id, alert_id, number, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key, subject_role, subject_staff,
                           source_ids, vendors, event_count, reasons, first_received_at, last_received_at, raised_at)
            SELECT a.school_id, o.alert_id, o.n, a.severity, a.risk, a.theme, a.parent_theme, a.themes, a.needs_review, a.audience, o.route, a.subject_key, a.subject_role, o.subject,
                   a.source_ids, a.vendors, a.event_count, a.reasons, a.first_received_at, a.last_received_at, a.raised_at
            FROM alert a, other o WHERE a.school_id = '{_own.School}';
        INSERT INTO event (school_id, stream_id, seq, part, source_id, alert_id, received_at, occurred_at, recorded_at, kind, action, risk, severity, theme, parent_theme,
                           audience, route, subject_role, subject_staff, vendor, detail)
            SELECT e.school_id, e.stream_id, 10 + o.n, 0, e.source_id, o.alert_id, e.received_at, e.occurred_at, e.recorded_at, e.kind, e.action, e.risk, e.severity, e.theme,
                   e.parent_theme, e.audience, o.route, e.subject_role, o.subject, e.vendor, e.detail
            FROM event e, other o WHERE e.school_id = '{_own.School}';
        INSERT INTO notification (school_id, notification_id, kind, cause, alert_id, staff_id, channel, due_at, created_at)
            SELECT '{_own.School}', gen_random_uuid(), 'alert', 'raised', alert_id, s, 'email', now(), now() FROM other, unnest(ARRAY['{lead}', gen_random_uuid()]) s WHERE n IN (6, 7);
        INSERT INTO source (school_id, source_id, name, product, door, unassigned, listener) VALUES ('{_own.School}', gen_random_uuid(), 'n', '', 2, true, 'tcp-514');
        INSERT INTO source_job (school_id, job_id, source_id, kind, requested_at, state) VALUES ('{_own.School}', gen_random_uuid(), '{_own.Source}', 'preview', now(), 'done');
        """);

    private static string Row(string table, IEnumerable<string> cells) => $"{table,-26} {string.Join(' ', cells.Select(cell => $"{cell,-7}"))}".TrimEnd();
}
