using System.Text.Json;
using System.Text.RegularExpressions;
using Npgsql;
using OnlineSafety.Monitoring.Access.Sealing;

namespace OnlineSafety.Monitoring.TestKit;

/// <summary>
/// What a database holds of schools whose seals the test has, opened: tables of the schema <c>opened</c> beside the sealed ones, so that a test can ask in SQL for what
/// was recorded. Made anew for every question.
/// </summary>
internal static partial class OpenedCopy
{
    private static readonly string[] Tables = ["event", "alert", "evidence", "unmapped", "alert_step"];

    /// <summary>The rows of a query whose tables <c>onlinesafety.X</c> are read opened.</summary>
    public static async Task<List<object[]>> QueryAsync(string connection, Func<Guid, Task<SchoolSeal>> sealOf, string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { Pooling = false }.ConnectionString);
        await using var open = await source.OpenConnectionAsync();
        if (SealedTable().IsMatch(sql))
        {
            await MakeAsync(open, sealOf);
        }

        await using var command = new NpgsqlCommand(SealedTable().Replace(sql, "opened.$1"), open);
        return await RowsAsync(command);
    }

    private static async Task MakeAsync(NpgsqlConnection open, Func<Guid, Task<SchoolSeal>> sealOf)
    {
        await RunAsync(open, "DROP SCHEMA IF EXISTS opened CASCADE; CREATE SCHEMA opened; "
            + string.Concat(Tables.Select(table => $"CREATE TABLE opened.{table} AS SELECT * FROM onlinesafety.{table}; ")));
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        await using (var alerts = new NpgsqlCommand("SELECT school_id, alert_id, subject, reasons, note, reference FROM opened.alert", open))
        {
            foreach (var row in await RowsAsync(alerts))
            {
                var seal = await sealOf((Guid)row[0]);
                if (row[2] is byte[] subject && seal.OpenText(subject, SealedField.AlertSubject) is var name)
                {
                    names[seal.Index(name)] = name;
                }

                await RunAsync(open, "UPDATE opened.alert SET reasons = $2, note = $3, subject = $4, reference = $5 WHERE alert_id = $1", row[1], seal.Open((byte[])row[3], SealedField.AlertReasons),
                    Open(seal, row[4], SealedField.AlertNote), Open(seal, row[2], SealedField.AlertSubject), Open(seal, row[5], SealedField.AlertReference));
            }
        }

        await OpenEventsAsync(open, sealOf, names);
        foreach (var (hash, sent) in names)
        {
            // No text of Postgres holds a NUL.
            var name = sent.Replace("\0", "\\0", StringComparison.Ordinal);
            await RunAsync(open, "UPDATE opened.alert SET subject_key = $2 WHERE subject_key = $1", hash, name);
            await RunAsync(open, "UPDATE opened.event SET subject_key = $2 WHERE subject_key = $1", hash, name);
        }

        await OpenOthersAsync(open, sealOf);
    }

    private static async Task OpenEventsAsync(NpgsqlConnection open, Func<Guid, Task<SchoolSeal>> sealOf, Dictionary<string, string> names)
    {
        await using var events = new NpgsqlCommand("SELECT school_id, stream_id, seq, part, detail FROM opened.event", open);
        foreach (var row in await RowsAsync(events))
        {
            var seal = await sealOf((Guid)row[0]);
            var detail = seal.Open((byte[])row[4], SealedField.EventDetail);
            await RunAsync(open, "UPDATE opened.event SET detail = $4 WHERE stream_id = $1 AND seq = $2 AND part = $3", row[1], row[2], row[3], detail);
            foreach (var name in NamesIn(detail))
            {
                names.TryAdd(seal.Index(name), name);
            }
        }
    }

    private static async Task OpenOthersAsync(NpgsqlConnection open, Func<Guid, Task<SchoolSeal>> sealOf)
    {
        await using (var evidence = new NpgsqlCommand("SELECT school_id, stream_id, seq, raw FROM opened.evidence", open))
        {
            foreach (var row in await RowsAsync(evidence))
            {
                await RunAsync(open, "UPDATE opened.evidence SET raw = $3 WHERE stream_id = $1 AND seq = $2", row[1], row[2], (await sealOf((Guid)row[0])).Open((byte[])row[3], SealedField.EvidenceRaw));
            }
        }

        await using var unmapped = new NpgsqlCommand("SELECT school_id, value, sealed FROM opened.unmapped WHERE sealed IS NOT NULL", open);
        foreach (var row in await RowsAsync(unmapped))
        {
            await RunAsync(open, "UPDATE opened.unmapped SET value = $2 WHERE value = $1", row[1], (await sealOf((Guid)row[0])).OpenText((byte[])row[2], SealedField.UnmappedWord));
        }
    }

    // As whom an event may have been grouped; of people in the people list the alert says it.
    private static IEnumerable<string> NamesIn(byte[] detail)
    {
        using var json = JsonDocument.Parse(detail.Length == 0 ? "{}"u8.ToArray() : detail);
        if (!json.RootElement.TryGetProperty("event", out var envelope) || !envelope.TryGetProperty("data", out var data))
        {
            yield break;
        }

        if (data.TryGetProperty("subject", out var subject))
        {
            foreach (var user in subject.EnumerateObject().Where(property => property.Value.ValueKind == JsonValueKind.String))
            {
                yield return "user:" + user.Value.GetString();
            }
        }

        if (data.TryGetProperty("device", out var device))
        {
            foreach (var known in device.EnumerateObject().Where(property => property.Value.ValueKind == JsonValueKind.String))
            {
                yield return (known.Name == "ip" ? "address:" : "device:") + known.Value.GetString()!.ToLowerInvariant();
            }
        }
    }

    private static object Open(SchoolSeal seal, object value, SealedField field) => value is byte[] stored ? seal.Open(stored, field) : DBNull.Value;

    private static async Task RunAsync(NpgsqlConnection open, string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, open);
        foreach (var value in values)
        {
            command.Parameters.Add(value is DBNull ? new NpgsqlParameter { Value = value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bytea } : new NpgsqlParameter { Value = value });
        }

        await command.ExecuteNonQueryAsync();
    }

    private static async Task<List<object[]>> RowsAsync(NpgsqlCommand command)
    {
        var found = new List<object[]>();
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            var row = new object[rows.FieldCount];
            rows.GetValues(row);
            found.Add(row);
        }

        return found;
    }

    [GeneratedRegex(@"\bonlinesafety\.(event|alert|evidence|unmapped|alert_step)\b")]
    private static partial Regex SealedTable();
}
