using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Faults;

/// <summary>What the senders were promised, held against what the service has. Everything counts lines unless it says otherwise.</summary>
internal sealed record Reckoning
{
    /// <summary>Appended with one tab-separated line for each run, when set.</summary>
    public const string ReportVariable = "ONLINESAFETY_FAULTS_REPORT";

    private const string StoredSql = "SELECT COALESCE(sum(last_seq), 0) FROM intake_stream";

    private static readonly TimeSpan DrainsWithin = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StaysQuiet = TimeSpan.FromSeconds(3);

    public required string Name { get; init; }

    public required int Seed { get; init; }

    public required Chaos Chaos { get; init; }

    public required int Sent { get; init; }

    public required int Acknowledged { get; init; }

    public required int Resent { get; init; }

    /// <summary>Written to a syslog connection, which promises nothing.</summary>
    public required int Lines { get; init; }

    /// <summary>Of these, those that are nowhere.</summary>
    public required int LinesLost { get; init; }

    public required long Stored { get; init; }

    public required int Events { get; init; }

    public required long Alerts { get; init; }

    public required int Mails { get; init; }

    /// <summary>Acknowledged, and no event of it.</summary>
    public required int Lost { get; init; }

    /// <summary>With more than one event, acknowledged or not.</summary>
    public required int Doubled { get; init; }

    /// <summary>Events without an alert, and alerts that do not hold exactly one.</summary>
    public required int WrongAlerts { get; init; }

    /// <summary>Ledger rows that say "sent" without a mail in the outbox, and mails without a row.</summary>
    public required int WrongMails { get; init; }

    /// <summary>Ledger rows not sent yet.</summary>
    public required long Unsent { get; init; }

    /// <summary>Seconds from the receipt of a record to its event, at worst.</summary>
    public required long WorstAge { get; init; }

    public required string Verify { get; init; }

    /// <summary>How records begin that are about nobody: the oracle sends none.</summary>
    public required IReadOnlyList<string> Strangers { get; init; }

    /// <summary>Nothing that was promised is missing or there twice.</summary>
    public bool Kept => this is { Lost: 0, Doubled: 0, WrongAlerts: 0, WrongMails: 0, Verify: "clean", Strangers.Count: 0 } && Sent == Acknowledged && Sent + Lines - LinesLost == Events
        && Events == Alerts && Events == Stored && Mails > 0;

    public string Row => string.Join('\t', new object[]
    {
        Name, Seed, Chaos.Faults, Sent, Acknowledged, Resent, Lines, Stored, Events, Alerts, Mails, Lost, Doubled, WrongAlerts, WrongMails, Unsent, LinesLost,
        Chaos.EndedByItself, Chaos.SlowestRecovery.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture), WorstAge, Verify,
    }) + string.Concat(Strangers.Select(text => $" [{text}]"));

    /// <summary>
    /// Returns when no record waits and all that was written is there, or no more comes: lines lie in sockets and in memory for a while after
    /// their senders have ended, the longer the longer the log was away.
    /// </summary>
    public static async Task DrainAsync(ServiceProcess service, int written)
    {
        var (stored, since) = (-1L, Stopwatch.GetTimestamp());
        for (var settled = false; !settled; await Task.Delay(50))
        {
            var now = await service.NumberAsync(StoredSql);
            (stored, since) = now == stored ? (stored, since) : (now, Stopwatch.GetTimestamp());
            await UntilZeroAsync(
                service, "SELECT count(*) FROM intake_stream s LEFT JOIN checkpoint c USING (school_id, stream_id) WHERE s.last_seq >= COALESCE(c.next_seq, 1)");
            settled = stored >= written || Stopwatch.GetElapsedTime(since) > StaysQuiet;
        }
    }

    /// <summary>Compares.</summary>
    public static async Task<Reckoning> OfAsync(string name, int seed, Chaos chaos, Oracle oracle, ServiceProcess service, bool waitForMails)
    {
        const string NotSent = "SELECT count(*) FROM notification WHERE state <> 'sent'";
        const string NoneSent = "SELECT 1 - count(*) FROM (SELECT FROM notification WHERE state = 'sent' LIMIT 1) AS one";
        // On a slow machine the first may still be under way.
        await UntilZeroAsync(service, waitForMails ? NotSent : NoneSent);

        var seal = await service.SealAsync();
        var users = oracle.Sent.Keys.Concat(oracle.Lines).Distinct(StringComparer.Ordinal).ToDictionary(user => seal.Index("user:" + user), StringComparer.Ordinal);
        var events = (await service.RowsAsync("SELECT subject_key, count(*), count(alert_id) FROM event WHERE subject_key IS NOT NULL GROUP BY 1"))
            .ToDictionary(row => users.GetValueOrDefault((string)row[0], (string)row[0]), row => ((long)row[1], (long)row[2]), StringComparer.Ordinal);
        // Mails go on leaving: each of those before has a row, and each row that is sent by now has one of those after.
        var before = Mailed(service);
        var mailed = await service.RowsAsync("SELECT COALESCE(bundle_id, notification_id), state FROM notification");
        var mails = Mailed(service);
        var (exit, report, error) = await service.RunAsync("verify");
        var sent = oracle.Sent;
        var reckoning = new Reckoning
        {
            Name = name, Seed = seed, Chaos = chaos,
            Sent = sent.Count,
            Acknowledged = sent.Count(s => s.Value),
            Resent = oracle.Resent,
            Lines = oracle.Lines.Count,
            LinesLost = oracle.Lines.Count(line => !events.ContainsKey(line)),
            Stored = await service.NumberAsync(StoredSql),
            Events = events.Count,
            Alerts = await service.NumberAsync("SELECT count(*) FROM alert"),
            Mails = mails.Count,
            Lost = sent.Count(s => s.Value && !events.ContainsKey(s.Key)),
            Doubled = events.Count(e => e.Value.Item1 > 1),
            WrongAlerts = events.Count(e => e.Value.Item1 != e.Value.Item2)
                + (int)await service.NumberAsync("SELECT count(*) FROM alert WHERE event_count <> 1"),
            WrongMails = mailed.Count(row => (string)row[1] == "sent" && !mails.Contains((Guid)row[0]))
                + before.Except(mailed.Select(row => (Guid)row[0])).Count(),
            Unsent = await service.NumberAsync(NotSent),
            WorstAge = await service.NumberAsync("SELECT COALESCE(ceil(extract(epoch FROM max(recorded_at - received_at))), 0)::bigint FROM event"),
            Strangers = [.. (await service.NumberAsync("SELECT count(*) FROM event WHERE subject_key IS NULL") == 0 ? [] : await service.OpenedRowsAsync(
                "SELECT encode(substr(raw, 1, 100), 'escape') FROM onlinesafety.evidence JOIN onlinesafety.event USING (school_id, stream_id, seq) WHERE subject_key IS NULL"))
                .Select(row => (string)row[0])],
            Verify = exit == 0 && JsonSerializer.Deserialize<JsonElement>(report).GetProperty("breaks").GetArrayLength() == 0 ? "clean" : $"{exit}: {report}{error}",
        };
        await ReportAsync(reckoning.Row);
        return reckoning;
    }

    /// <summary>A file's name is the time and id of the mail that the row was part of.</summary>
    private static HashSet<Guid> Mailed(ServiceProcess service) =>
        !Directory.Exists(service.Outbox) ? [] : [.. Directory.GetFiles(service.Outbox, "*.eml").Select(file => Guid.Parse(Path.GetFileNameWithoutExtension(file).Split('-', 2)[1]))];

    /// <summary>One row of the table.</summary>
    public static async Task ReportAsync(string row)
    {
        if (Environment.GetEnvironmentVariable(ReportVariable) is { Length: > 0 } file)
        {
            await File.AppendAllTextAsync(file, row.ReplaceLineEndings(" ") + "\n");
        }
    }

    private static async Task UntilZeroAsync(ServiceProcess service, string sql)
    {
        var begun = Stopwatch.GetTimestamp();
        while (await service.NumberAsync(sql) is > 0 and var left)
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < DrainsWithin, $"{left} are still waiting:\n{service.Log}");
            await Task.Delay(100);
        }
    }
}
