using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.IntegrationTests.Access;

namespace OnlineSafety.Monitoring.IntegrationTests.Alerts;

/// <summary>The database refuses what the state machine refuses, and nothing that it allows.</summary>
public sealed class LifecycleConstraintTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly string States = string.Join(',', AlertState.All.Select(state => $"'{state}'"));
    private static readonly string Steps = string.Join(',', AlertSteps.All.Select(step => $"'{AlertSteps.Word(step)}'"));

    // Whole in each state; what an alert in that state must not have is left out.
    private const string Whole = """
        acknowledged_at = CASE WHEN s.state <> 'new' THEN now() END, acknowledged_by = CASE WHEN s.state <> 'new' THEN 'x' END,
        acted_at = now(), reference = 'C-1', resolved_at = CASE WHEN s.state = 'resolved' THEN now() END, resolved_by = CASE WHEN s.state = 'resolved' THEN 'x' END,
        outcome = CASE WHEN s.state = 'resolved' THEN 'concern' END, note = CASE WHEN s.state = 'resolved' THEN 'x'::bytea END
        """;

    [Fact]
    public async Task AStepIsWrittenOnlyWhereTheMachineAllowsIt()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var alert = await database.AddAlertAsync(school, 1);

        var written = await RowsAsync(database, $"""
            CREATE TEMPORARY TABLE written (step text, from_state text, to_state text);
            DO $$
            DECLARE s text; f text; t text;
            BEGIN
                FOR s, f, t IN SELECT * FROM unnest(ARRAY[{Steps}]) a, unnest(ARRAY[{States}]) b, unnest(ARRAY[{States}]) c LOOP
                    BEGIN
                        INSERT INTO onlinesafety.alert_step (school_id, alert_id, at, actor_kind, actor_name, step, from_state, to_state, detail, note)
                        VALUES ('{school}', '{alert}', now(), CASE WHEN s IN ('breached', 'grown') THEN 'service' ELSE 'staff' END, 'x', s, f, t,
                                CASE s WHEN 'assign' THEN '{alert}' ELSE 'concern' END, 'x');
                        INSERT INTO written VALUES (s, f, t);
                    EXCEPTION WHEN check_violation THEN
                        NULL;
                    END;
                END LOOP;
            END
            $$;
            SELECT step || ' ' || from_state || ' ' || to_state FROM written
            """);

        var allowed = from step in AlertSteps.All from state in AlertState.All where AlertLifecycle.After(state, step) is not null select $"{AlertSteps.Word(step)} {state} {AlertLifecycle.After(state, step)}";
        Assert.Equal(allowed.Order(StringComparer.Ordinal), written.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task AnAlertGoesFromStateToStateOnlyWhereAStepOfTheMachineLeads()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await AddOneOfEachAsync(database);

        var went = await RowsAsync(database, $"""
            CREATE TEMPORARY TABLE went (from_state text, to_state text);
            DO $$
            DECLARE f text; t text;
            BEGIN
                FOR f, t IN SELECT * FROM unnest(ARRAY[{States}]) b, unnest(ARRAY[{States}]) c LOOP
                    BEGIN
                        UPDATE onlinesafety.alert a SET state = s.state, {Whole} FROM (SELECT t AS state) s WHERE a.state = f;
                        -- Undone, and noted behind it.
                        RAISE EXCEPTION 'went' USING ERRCODE = 'P0099';
                    EXCEPTION WHEN check_violation THEN
                        NULL;
                    WHEN SQLSTATE 'P0099' THEN
                        INSERT INTO went VALUES (f, t);
                    END;
                END LOOP;
            END
            $$;
            SELECT from_state || ' ' || to_state FROM went
            """);

        var leads = from state in AlertState.All
                    from to in AlertState.All
                    where state == to || AlertSteps.All.Any(step => AlertLifecycle.After(state, step) == to)
                    select $"{state} {to}";
        Assert.Equal(leads.Order(StringComparer.Ordinal), went.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task TheServiceMakesAnOpenAlertNewAgainAndNothingElse()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await AddOneOfEachAsync(database);

        var went = new List<string>();
        foreach (var (from, to) in AlertState.All.SelectMany(from => AlertState.All.Where(to => to != from), (from, to) => (from, to)))
        {
            await using var session = await database[DatabaseRole.Process].OpenAsync(school, Actor.Service("process"), default);
            await using var move = session.Command(
                $"UPDATE alert SET state = '{to}', acknowledged_at = {(to == "new" ? "NULL" : "now()")}, acknowledged_by = {(to == "new" ? "NULL" : "'x'")} WHERE state = '{from}'");
            try
            {
                Assert.Equal(1, await move.ExecuteNonQueryAsync());
                went.Add($"{from} {to}");
            }
            catch (PostgresException refused) when (refused.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.CheckViolation)
            {
            }
        }

        Assert.Equal(AlertState.All.Where(state => AlertLifecycle.After(state, AlertStep.Grown) is not null && state != "new").Select(state => $"{state} new"), went);
    }

    [Theory]
    [InlineData("new", "acknowledged_at = now()")]
    [InlineData("new", "acknowledged_by = 'x'")]
    [InlineData("new", "state = 'closed'")]
    [InlineData("acknowledged", "acknowledged_at = NULL")]
    [InlineData("acknowledged", "acknowledged_by = NULL")]
    [InlineData("acknowledged", "acknowledged_by = ''")]
    [InlineData("acknowledged", "acted_at = NULL")]
    [InlineData("acknowledged", "outcome = 'concern', note = 'x', resolved_at = now(), resolved_by = 'x'")]
    [InlineData("in_review", "acknowledged_at = NULL")]
    [InlineData("escalated", "acknowledged_by = NULL")]
    [InlineData("handed_over", "reference = NULL")]
    [InlineData("handed_over", "reference = ''")]
    [InlineData("resolved", "note = ''")]
    [InlineData("resolved", "note = NULL")]
    [InlineData("resolved", "resolved_by = NULL")]
    [InlineData("resolved", "outcome = NULL")]
    [InlineData("resolved", "acted_at = NULL")]
    public async Task AnAlertThatIsNotWholeInItsStateIsRefused(string state, string change)
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await AddOneOfEachAsync(database);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => database.Test.RunAsync($"UPDATE onlinesafety.alert SET {change} WHERE state = '{state}'"));
        Assert.Equal(PostgresErrorCodes.CheckViolation, refused.SqlState);
    }

    [Theory]
    [InlineData("step = 'note', note = ''")]
    [InlineData("step = 'escalate', to_state = 'escalated', note = ''")]
    [InlineData("step = 'reopen', from_state = 'resolved', note = ''")]
    [InlineData("step = 'resolve', to_state = 'resolved', note = ''")]
    [InlineData("step = 'resolve', to_state = 'resolved', detail = 'fine'")]
    [InlineData("step = 'hand_over', to_state = 'handed_over', detail = ''")]
    [InlineData("step = 'assign', detail = 'deputy'")]
    [InlineData("step = 'assign', detail = 'a name of just as many letters as ids'")]
    [InlineData("actor_kind = 'service'")]
    [InlineData("step = 'grown'")]
    [InlineData("actor_name = ''")]
    public async Task AStepWithoutWhatItNeedsIsRefused(string change)
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var alert = await database.AddAlertAsync(school, 1);
        var values = new Dictionary<string, string>
        {
            ["actor_kind"] = "'staff'", ["actor_name"] = "'x'", ["step"] = "'note'", ["from_state"] = "'new'", ["to_state"] = "'new'", ["detail"] = "'concern'", ["note"] = "'x'",
        };

        await database.Test.RunAsync(Insert());
        foreach (var part in change.Split(", "))
        {
            values[part.Split(" = ")[0]] = part.Split(" = ")[1];
        }

        Assert.Equal(PostgresErrorCodes.CheckViolation, (await Assert.ThrowsAsync<PostgresException>(() => database.Test.RunAsync(Insert()))).SqlState);

        string Insert() => $"""
            INSERT INTO onlinesafety.alert_step (school_id, alert_id, at, {string.Join(", ", values.Keys)}) VALUES ('{school}', '{alert}', now(), {string.Join(", ", values.Values)})
            """;
    }

    [Theory]
    [InlineData("UPDATE onlinesafety.alert_step SET note = 'rewritten'")]
    [InlineData("DELETE FROM onlinesafety.alert_step")]
    [InlineData("TRUNCATE onlinesafety.alert_step")]
    [InlineData("SET ROLE onlinesafety_owner; DELETE FROM onlinesafety.alert_step")]
    [InlineData("DELETE FROM onlinesafety.alert")]
    public async Task NobodyRewritesWhatWasDone(string sql)
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        await database.AddAlertAsync(school, 1);
        var queue = new AlertQueue(database[DatabaseRole.Console], ThemeGuide.Read("""{"taxonomy":"t","version":"1","themes":[]}"""u8.ToArray()), InstallationDatabase.Policies, database.Seals);
        await queue.StepAsync(school, InstallationDatabase.Tester, new AlertReference(null, 1), new AlertMove.Note("As it was."), default);

        await Assert.ThrowsAsync<PostgresException>(() => database.Test.RunAsync(sql));

        Assert.Equal("As it was.", (await queue.HistoryAsync(school, InstallationDatabase.Tester, new AlertReference(null, 1), default))[^1].Note);
    }

    /// <summary>An alert in each state, as it must be there.</summary>
    private static async Task<Guid> AddOneOfEachAsync(InstallationDatabase database)
    {
        var school = await database.AddSchoolAsync();
        for (var i = 0; i < AlertState.All.Count; i++)
        {
            var id = await database.AddAlertAsync(school, i + 1);
            // From new, from where every way but to itself leads on.
            await database.Test.RunAsync($"UPDATE onlinesafety.alert a SET state = s.state, {Whole} FROM (SELECT '{AlertState.All[i]}' AS state) s WHERE alert_id = '{id}'");
        }

        return school;
    }

    private static async Task<List<string>> RowsAsync(InstallationDatabase database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database.Test.ConnectionString);
        await using var connection = await source.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var rows = await command.ExecuteReaderAsync();
        var found = new List<string>();
        while (await rows.ReadAsync())
        {
            found.Add(rows.GetString(0));
        }

        return found;
    }
}
