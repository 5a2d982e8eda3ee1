using System.Diagnostics;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Benchmarks.Speed;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Benchmarks.Notify;

/// <summary>Milliseconds of the ledger's steps.</summary>
internal sealed record StepTimes(string Step, int Count, double P50, double P99, double Max)
{
    public static StepTimes Of(string step, List<double> times) => new(
        step, times.Count, Math.Round(Percentile.Of([.. times], 0.5), 2), Math.Round(Percentile.Of([.. times], 0.99), 2), Math.Round(times.Max(), 2));
}

/// <summary>
/// Claiming from a ledger of a million rows while a snapshot from before keeps everything that was claimed since from being cleaned up: each claim walks
/// over what is dead.
/// </summary>
internal static class ClaimMeasure
{
    private static readonly TimeSpan Setting = TimeSpan.FromMinutes(30);

    public static async Task<IReadOnlyList<StepTimes>> RunAsync(NotifyOptions options)
    {
        await using var server = await PostgresServer.LeaseAsync();
        await using var installation = await TestInstallation.CreateAsync(server);
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(installation.Store.ConnectionString) { CommandTimeout = (int)Setting.TotalSeconds }.ConnectionString);
        Console.Error.WriteLine($"Filling the ledger with {options.Rows} rows ...");
        await RunAsync(source, LedgerRows.People);
        await RunAsync(source, LedgerRows.Many(options.Rows / 2, 1, LedgerRows.Schools, NotificationState.Sent));
        await RunAsync(source, LedgerRows.Many(options.Rows / 2, 2, LedgerRows.Schools, NotificationState.Due));
        await RunAsync(source, "VACUUM ANALYZE");

        await using var pinning = await source.OpenConnectionAsync();
        await using var pinned = await pinning.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await RunAsync(pinning, "SELECT count(*) FROM onlinesafety.school");
        Console.Error.WriteLine($"{options.Since} more rows due, claimed and sent since the snapshot ...");
        await RunAsync(source, LedgerRows.Many(options.Since, 1, 1, NotificationState.Due));
        await RunAsync(source, $"UPDATE onlinesafety.notification SET state = 'sending', lease_until = now() + interval '1 minute', claimed_by = gen_random_uuid() WHERE school_id = {LedgerRows.SchoolNumber(1)} AND state = 'due'");
        await RunAsync(source, "UPDATE onlinesafety.notification SET state = 'sent', sent_at = now() - interval '2 minutes', lease_until = NULL, claimed_by = NULL WHERE state = 'sending'");
        return await TimeAsync(options, source, new Ledger(installation[DatabaseRole.Notify]));
    }

    private static async Task<IReadOnlyList<StepTimes>> TimeAsync(NotifyOptions options, NpgsqlDataSource source, Ledger ledger)
    {
        var (looks, claims, marks) = (new List<double>(), new List<double>(), new List<double>());
        var (school, staff) = ((Guid)(await ScalarAsync(source, $"SELECT {LedgerRows.SchoolNumber(1)}"))!, await StaffAsync(source));
        for (var number = 0; number < options.Claims; number++)
        {
            await RaiseAsync(source, school, staff[number % staff.Length]);
            var started = Stopwatch.GetTimestamp();
            var due = await ledger.DueSchoolsAsync(default);
            looks.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            started = Stopwatch.GetTimestamp();
            var claimed = await ledger.ClaimAsync(school, room: 4, default);
            claims.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            if (due.Count < LedgerRows.Schools - 1 || claimed.Mails is not [{ Entries.Count: 1 } mail])
            {
                throw new InvalidOperationException($"{due.Count} schools, {claimed.Mails.Count} mails: not what was raised.");
            }

            started = Stopwatch.GetTimestamp();
            await ledger.CompleteAsync(mail, [new Outcome.Sent()], default);
            marks.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            // Out of the pace of mails, which would make them wait.
            await RunAsync(source, $"UPDATE onlinesafety.notification SET sent_at = now() - interval '2 minutes' WHERE school_id = '{school}' AND notification_id = '{mail.Entries[0].Id}'");
        }

        return [StepTimes.Of("schools with something due", looks), StepTimes.Of("claim", claims), StepTimes.Of("mark", marks)];
    }

    private static async Task<Guid[]> StaffAsync(NpgsqlDataSource source) =>
        (Guid[])(await ScalarAsync(source, $"SELECT array_agg(staff_id ORDER BY staff_id) FROM onlinesafety.staff WHERE school_id = {LedgerRows.SchoolNumber(1)}"))!;

    public static async Task<Guid> RaiseAsync(NpgsqlDataSource source, Guid school, Guid staff)
    {
        var row = Guid.NewGuid();
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var batch = new NpgsqlBatch(connection, transaction);
        object[] values = [school, staff, Guid.NewGuid(), row];
        foreach (var statement in LedgerRows.One.Split(";\n", StringSplitOptions.RemoveEmptyEntries))
        {
            batch.BatchCommands.Add(Numbered(statement, values));
        }

        await batch.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
        return row;
    }

    /// <summary>A statement that names some of the values: the others go without a type and may not be given.</summary>
    private static NpgsqlBatchCommand Numbered(string statement, object[] values)
    {
        var command = new NpgsqlBatchCommand(statement.TrimEnd(';', '\n'));
        for (var number = 0; number < values.Length; number++)
        {
            command.CommandText = command.CommandText.Replace($"${number + 1}", $"'{values[number]}'::uuid", StringComparison.Ordinal);
        }

        return command;
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private static async Task RunAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
