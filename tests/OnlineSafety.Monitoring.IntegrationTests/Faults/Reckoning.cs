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

    private static readonly TimeSpan DrainsWithin = TimeSpan.FromSeconds(90);

    public required CrashPlan Plan { get; init; }

    public required int Seed { get; init; }

    public required Chaos Chaos { get; init; }

    public required int Sent { get; init; }

    public required int Acknowledged { get; init; }

    public required int Resent { get; init; }

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

    public required string Verify { get; init; }

    public string Row => string.Join('\t', new object[]
    {
        Plan.Name, Seed, Chaos.Kills, Sent, Acknowledged, Resent, Stored, Events, Alerts, Mails, Lost, Doubled, WrongAlerts, WrongMails, Unsent,
        Chaos.EndedByItself, Chaos.SlowestRecovery.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture), Verify,
    });

    /// <summary>Waits until no record waits, then compares.</summary>
    public static async Task<Reckoning> OfAsync(CrashPlan plan, int seed, Chaos chaos, SenderOracle oracle, ServiceProcess service, bool waitForMails)
    {
        await UntilZeroAsync(service, "SELECT count(*) FROM intake_stream s LEFT JOIN checkpoint c USING (school_id, stream_id) WHERE s.last_seq >= COALESCE(c.next_seq, 1)");
        const string NotSent = "SELECT count(*) FROM notification WHERE kind = 'alert' AND state <> 'sent'";
        if (waitForMails)
        {
            await UntilZeroAsync(service, NotSent);
        }

        var events = (await service.RowsAsync("SELECT substr(subject_key, 6), count(*), count(alert_id) FROM event GROUP BY 1"))
            .ToDictionary(row => (string)row[0], row => ((long)row[1], (long)row[2]), StringComparer.Ordinal);
        var mailed = await service.RowsAsync("SELECT notification_id, state FROM notification WHERE kind = 'alert'");
        var (exit, report, error) = await service.RunAsync("verify");
        // A name is the row's time and id.
        var mails = Directory.GetFiles(service.Outbox, "*.eml").Select(file => Guid.Parse(Path.GetFileNameWithoutExtension(file).Split('-', 2)[1])).ToHashSet();
        var reckoning = new Reckoning
        {
            Plan = plan, Seed = seed, Chaos = chaos,
            Sent = oracle.Sent.Count,
            Acknowledged = oracle.Sent.Count(s => s.Value),
            Resent = oracle.Resent,
            Stored = await service.NumberAsync("SELECT sum(last_seq) FROM intake_stream"),
            Events = events.Count,
            Alerts = await service.NumberAsync("SELECT count(*) FROM alert"),
            Mails = mails.Count,
            Lost = oracle.Sent.Count(s => s.Value && !events.ContainsKey(s.Key)),
            Doubled = events.Count(e => e.Value.Item1 > 1),
            WrongAlerts = events.Count(e => e.Value.Item1 != e.Value.Item2)
                + (int)await service.NumberAsync("SELECT count(*) FROM alert WHERE event_count <> 1"),
            WrongMails = mailed.Count(row => (string)row[1] == "sent" && !mails.Contains((Guid)row[0]))
                + mails.Except(mailed.Select(row => (Guid)row[0])).Count(),
            Unsent = await service.NumberAsync(NotSent),
            Verify = exit == 0 && JsonSerializer.Deserialize<JsonElement>(report).GetProperty("breaks").GetArrayLength() == 0 ? "clean" : $"{exit}: {report}{error}",
        };
        if (Environment.GetEnvironmentVariable(ReportVariable) is { Length: > 0 } file)
        {
            await File.AppendAllTextAsync(file, reckoning.Row + "\n");
        }

        return reckoning;
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
