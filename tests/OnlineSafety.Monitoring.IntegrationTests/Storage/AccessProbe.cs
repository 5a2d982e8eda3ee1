using Npgsql;

namespace OnlineSafety.Monitoring.IntegrationTests.Storage;

/// <summary>Somebody who reads: row-level policies tell readers apart by their id and by the desks that are theirs.</summary>
internal sealed record Reader(string Name, string Staff, string Routes, string Account = "", string Address = "");

/// <summary>A table as one database role finds it.</summary>
/// <param name="Results">What each statement came to, by a name that says statement, reader and scope: a number of rows, <c>refused</c>, or <c>passes</c> (all rights held, a key did not).</param>
internal sealed record RoleView(string Table, string Role, IReadOnlyDictionary<string, string> Results)
{
    /// <summary>Four letters: select, insert, update, delete; small: rows of the stated school; capital: also of another one, or without any; a dash: none.</summary>
    public string Letters => string.Concat("siud".Select(command =>
    {
        var done = Results.Where(r => r.Key[0] == command && r.Value is not ("refused" or "0")).Select(r => r.Key).ToList();
        return done.Count == 0 ? '-' : done.Exists(key => !key.EndsWith(AccessProbe.Own, StringComparison.Ordinal)) ? char.ToUpperInvariant(command) : command;
    }));
}

/// <summary>
/// Tries every command as every role on one table, of the stated school, of another and without any, on one superuser's connection that takes the role for
/// each statement; nothing of it stays. Statements are made from the catalogue.
/// </summary>
internal sealed class AccessProbe(NpgsqlConnection superuser, Guid own, Guid other, IReadOnlyList<Reader> readers)
{
    public const string Own = "own rows in own scope";
    private const string Foreign = "other rows in own scope";
    private const string Unstated = "rows without a scope";

    /// <summary>A role that owns the tables and is bound by the policies like the others.</summary>
    public static readonly string[] Roles =
        ["onlinesafety_setup", "onlinesafety_ingest", "onlinesafety_process", "onlinesafety_notify", "onlinesafety_console", "onlinesafety_audit", "onlinesafety_keys", "onlinesafety_retention", "onlinesafety_owner"];

    // A subtransaction of its own for each statement: role, scope and what was done are undone with it.
    private const string Function = """
        CREATE OR REPLACE FUNCTION pg_temp.probe(role text, school text, staff text, routes text, account text, address text, statement text) RETURNS text LANGUAGE plpgsql AS $$
        DECLARE n bigint;
        BEGIN
            PERFORM set_config('app.school', school, true), set_config('app.staff', staff, true), set_config('app.routes', routes, true),
                    set_config('app.account', account, true), set_config('app.address', address, true), set_config('app.actor', 'probe', true), set_config('role', role, true);
            IF starts_with(statement, 'SELECT') THEN
                EXECUTE statement INTO n;
            ELSE
                EXECUTE statement;
                GET DIAGNOSTICS n = ROW_COUNT;
            END IF;
            RAISE EXCEPTION USING ERRCODE = 'PR000', MESSAGE = n::text;
        EXCEPTION
            WHEN SQLSTATE 'PR000' THEN RETURN SQLERRM;
            WHEN insufficient_privilege THEN RETURN 'refused';
            WHEN integrity_constraint_violation THEN RETURN 'passes';
        END
        $$
        """;

    // Every right of every role on every column, and every row of both schools as it is.
    private const string ColumnsSql = """
        SELECT a.attname::text, a.attgenerated = '' AND a.attidentity <> 'a', t.typname = 'bool',
               has_column_privilege($2, c.oid, a.attnum, 'SELECT'), has_column_privilege($2, c.oid, a.attnum, 'INSERT'), has_column_privilege($2, c.oid, a.attnum, 'UPDATE'),
               has_table_privilege($2, c.oid, 'DELETE')
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
        WHERE c.oid = ('onlinesafety.' || quote_ident($1))::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
        """;

    /// <summary>Values that a check of a policy asks for or refuses, beside the one that is there; with one of another column where the table asks for both.</summary>
    private static readonly Dictionary<string, string[]> Wanted = new(StringComparer.Ordinal)
    {
        ["source_job.state"] = ["'cancelled'"],
        ["silence.ended_at"] = ["now(), why_ended = 'over'"],
        // As a colleague, under a new secret, as a step of a session is taken.
        ["session.staff_id"] = ["(SELECT staff_id FROM staff WHERE email = 'h@school.example'), token_hash = sha256('next')"],
        // The reader, and somebody else who sits at the same desk.
        ["silence.approver_id"] = ["current_staff()", "(SELECT min(staff_id::text)::uuid FROM staff WHERE 'dsl' = ANY (roles) AND staff_id IS DISTINCT FROM current_staff())"],
    };

    public Task PrepareAsync() => RunAsync("SET LOCAL search_path = onlinesafety; " + Function);

    public Task RunAsync(string sql) => new NpgsqlCommand(sql, superuser).ExecuteNonQueryAsync();

    public async Task<List<string>> NamesAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, superuser);
        await using var rows = await command.ExecuteReaderAsync();
        var names = new List<string>();
        while (await rows.ReadAsync())
        {
            names.Add(rows.GetString(0));
        }

        return names;
    }

    public Task<List<string>> TablesAsync() => NamesAsync(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'onlinesafety'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname");

    /// <summary>Rows of a school, or of the account with the same id; in a table that is of neither, all.</summary>
    public async Task<List<string>> RowsAsync(string table, Guid whose) =>
        await NamesAsync($"SELECT to_jsonb(t)::text FROM onlinesafety.{table} t{Where(await OwnerOfAsync(table), whose)}");

    // A session is its account's also before it stands in a school.
    private async Task<string?> OwnerOfAsync(string table) => table == "session" ? "account_id" : (await NamesAsync(
        $"SELECT attname::text FROM pg_attribute WHERE attrelid = 'onlinesafety.{table}'::regclass AND attname IN ('school_id', 'account_id') ORDER BY attname DESC")).FirstOrDefault();

    private static string Where(string? owner, Guid whose) => owner is null ? "" : $" WHERE {owner} = '{whose}'";

    public async Task<RoleView> ViewAsync(string table, string role)
    {
        var probes = new List<(string Name, Reader Reader, Guid? Scope, string Statement)>();
        var told = await IsToldApartAsync(table, role) ? readers : readers.Take(1);
        var (statements, foreign, blind) = (await StatementsAsync(table, role, own), await StatementsAsync(table, role, other), await BlindAsync(table, role));
        foreach (var reader in told)
        {
            probes.AddRange(statements.Select(s => ($"{s.Name} by {reader.Name}: {Own}", reader, (Guid?)own, s.Text)));
            probes.AddRange(foreign.Select(s => ($"{s.Name} by {reader.Name}: {Foreign}", reader, (Guid?)own, s.Text)));
            probes.AddRange(statements.Concat(blind).Select(s => ($"{s.Name} by {reader.Name}: {Unstated}", reader, (Guid?)null, s.Text)));
            probes.AddRange(blind.Select(s => ($"{s.Name} by {reader.Name}: {Own}", reader, (Guid?)own, s.Text)));
        }

        var results = await ResultsAsync(role, probes);
        var rows = (await RowsAsync(table, own)).Count;
        foreach (var (name, result) in results.Where(r => r.Key.Contains("blindly", StringComparison.Ordinal) && long.TryParse(r.Value, out var n) && n > rows).ToList())
        {
            // More than the school has.
            results.Remove(name);
            results[name.Replace(Own, Foreign, StringComparison.Ordinal)] = result;
        }

        return new RoleView(table, role, results);
    }

    /// <summary>Whether, by what the policy is for, the role may put in a row or change whose a row is.</summary>
    public Task<bool> MovesRowsAsync(StoredPolicy policy) => WritesAsync(policy, column => column.Name is "school_id" or "account_id");

    /// <summary>Whether, by what the policy is for, the role may put in a row or change anything that the check reads.</summary>
    public Task<bool> ChangesWhatIsCheckedAsync(StoredPolicy policy) => WritesAsync(policy, column => policy.Check?.Contains(column.Name, StringComparison.Ordinal) ?? false);

    private async Task<bool> WritesAsync(StoredPolicy policy, Func<Column, bool> read) => (await ColumnsAsync(policy.Table, policy.Role))
        .Exists(c => (c.Insert && policy.Command is not "UPDATE") || (c.Update && read(c) && policy.Command is not "INSERT"));

    // Where no policy asks anything but the school, one reader stands for all.
    private async Task<bool> IsToldApartAsync(string table, string role) => (await NamesAsync(
        $"SELECT policyname::text FROM pg_policies WHERE tablename = '{table}' AND '{role}' = ANY (roles) AND replace(concat(qual, with_check), 'current_school()', '') ~ '[a-z_]+\\(|EXISTS'")).Count > 0;

    private async Task<List<(string Name, string Text)>> StatementsAsync(string table, string role, Guid target)
    {
        var (columns, owner) = (await ColumnsAsync(table, role), await OwnerOfAsync(table));
        var statements = new List<(string, string)>();
        // Whoever may not even read whose a row is says it of all.
        var where = Where(columns.Exists(c => c.Name == owner && c.Select) ? owner : null, target);
        if (columns.Find(c => c.Select) is { } read)
        {
            statements.Add(("select", $"SELECT count({read.Name}) FROM onlinesafety.{table}{where}"));
        }

        var inserted = string.Join(", ", columns.Where(c => c is { Insert: true, Stored: true }).Select(c => c.Name));
        if (inserted.Length > 0)
        {
            // A copy of what is there: refused by the rights, or by nothing but the key.
            var row = 0;
            statements.AddRange((await RowsAsync(table, target)).Select(json => (
                $"insert {row++}", $"INSERT INTO onlinesafety.{table} ({inserted}) SELECT {inserted} FROM jsonb_populate_record(NULL::onlinesafety.{table}, {Quoted(json)})")));
        }

        foreach (var column in columns.Where(c => c is { Update: true, Stored: true }))
        {
            statements.AddRange(ValuesOf(table, column).Select(value => ($"update {column.Name} = {value}", $"UPDATE onlinesafety.{table} SET {column.Name} = {value}{where}")));
        }

        if (columns[0].Delete)
        {
            statements.Add(("delete", $"DELETE FROM onlinesafety.{table}{where}"));
        }

        return statements;
    }

    // A statement that reads nothing is bound by no policy for reading: only the one for its own command holds it.
    private async Task<List<(string Name, string Text)>> BlindAsync(string table, string role)
    {
        var columns = await ColumnsAsync(table, role);
        var json = (await RowsAsync(table, own)).FirstOrDefault() ?? "{}";
        var statements = new List<(string, string)>();
        foreach (var column in columns.Where(c => c is { Update: true, Stored: true }))
        {
            var there = $"(jsonb_populate_record(NULL::onlinesafety.{table}, {Quoted(json)})).{column.Name}";
            var values = ValuesOf(table, column).Where(value => value != column.Name).Prepend(there);
            statements.AddRange(values.Select((value, n) => ($"update {column.Name} blindly {n}", $"UPDATE onlinesafety.{table} SET {column.Name} = {value}")));
        }

        if (columns[0].Delete)
        {
            statements.Add(("delete blindly", $"DELETE FROM onlinesafety.{table}"));
        }

        return statements;
    }

    private IEnumerable<string> ValuesOf(string table, Column column)
    {
        yield return column.Name is "school_id" or "account_id" ? $"'{other}'" : column.Name;
        if (column.Boolean)
        {
            yield return "true";
        }

        foreach (var wanted in Wanted.GetValueOrDefault($"{table}.{column.Name}", []))
        {
            yield return wanted;
        }
    }

    private async Task<List<Column>> ColumnsAsync(string table, string role)
    {
        await using var command = new NpgsqlCommand(ColumnsSql, superuser);
        command.Parameters.AddWithValue(table);
        command.Parameters.AddWithValue(role);
        await using var rows = await command.ExecuteReaderAsync();
        var columns = new List<Column>();
        while (await rows.ReadAsync())
        {
            columns.Add(new Column(rows.GetString(0), rows.GetBoolean(1), rows.GetBoolean(2), rows.GetBoolean(3), rows.GetBoolean(4), rows.GetBoolean(5), rows.GetBoolean(6)));
        }

        return columns;
    }

    private async Task<Dictionary<string, string>> ResultsAsync(string role, List<(string Name, Reader Reader, Guid? Scope, string Statement)> probes)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT pg_temp.probe($1, p.school, p.staff, p.routes, p.account, p.address, p.statement)
            FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) WITH ORDINALITY AS p (school, staff, routes, account, address, statement, n) ORDER BY n
            """,
            superuser);
        command.Parameters.AddWithValue(role);
        command.Parameters.AddWithValue(probes.Select(p => p.Scope?.ToString() ?? "").ToArray());
        command.Parameters.AddWithValue(probes.Select(p => p.Reader.Staff).ToArray());
        command.Parameters.AddWithValue(probes.Select(p => p.Reader.Routes).ToArray());
        command.Parameters.AddWithValue(probes.Select(p => p.Reader.Account).ToArray());
        command.Parameters.AddWithValue(probes.Select(p => p.Reader.Address).ToArray());
        command.Parameters.AddWithValue(probes.Select(p => p.Statement).ToArray());
        await using var rows = await command.ExecuteReaderAsync();
        var results = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await rows.ReadAsync())
        {
            results.Add(probes[results.Count].Name, rows.GetString(0));
        }

        return results;
    }

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private sealed record Column(string Name, bool Stored, bool Boolean, bool Select, bool Insert, bool Update, bool Delete);
}
