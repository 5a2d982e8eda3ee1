using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Npgsql;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Benchmarks.Notify;

/// <summary>From the commit of an alert to its whole message in the hands of the SMTP server, by the service as a process of its own.</summary>
internal static class DeliveryMeasure
{
    private const int WarmSeconds = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<StepTimes> RunAsync(NotifyOptions options)
    {
        await using var server = await PostgresServer.LeaseAsync();
        await using var installation = await TestInstallation.CreateAsync(server);
        await using var source = NpgsqlDataSource.Create(installation.Store.ConnectionString);
        await using (var people = source.CreateCommand(LedgerRows.People))
        {
            await people.ExecuteNonQueryAsync();
        }

        await using var smtp = new SmtpCapture();
        var program = (ServiceExecutable.Published(options.Service) with { Serving = ["--roles", "notify"] })
            .With("ONLINESAFETY_Mail__RelayHost", "127.0.0.1")
            .With("ONLINESAFETY_Mail__RelayPort", smtp.Port.ToString(CultureInfo.InvariantCulture))
            .With("ONLINESAFETY_Mail__From", "safety@school.example");
        await using var service = await ServiceProcess.StartAsync(program, data: null, new ServerOfOnesOwn(installation.Store.ConnectionString, installation.Store.ConnectionString));
        using var stop = new CancellationTokenSource();
        var arrived = new ConcurrentDictionary<Guid, long>();
        var taking = TakeAsync(smtp, arrived, stop.Token);
        Console.Error.WriteLine($"{options.Rate} alerts a minute for {options.Minutes} minutes ...");
        var raised = await RaiseAsync(options, source);

        var begun = Stopwatch.GetTimestamp();
        while (raised.Keys.Any(id => !arrived.ContainsKey(id)) && Stopwatch.GetElapsedTime(begun) < Patience)
        {
            await Task.Delay(100);
        }

        await stop.CancelAsync();
        await taking;
        var missing = raised.Keys.Count(id => !arrived.ContainsKey(id));
        if (missing > 0)
        {
            throw new InvalidOperationException($"{missing} alerts of {raised.Count} were not told within {Patience.TotalSeconds} s:\n{service.Log}");
        }

        var first = raised.Values.Min() + (WarmSeconds * Stopwatch.Frequency);
        return StepTimes.Of(
            "alert committed -> mail at the SMTP server", [.. raised.Where(alert => alert.Value > first).Select(alert => Stopwatch.GetElapsedTime(alert.Value, arrived[alert.Key]).TotalMilliseconds)]);
    }

    /// <summary>When each was committed, by its row. Each inbox gets few a minute: this is about speed, not about the pace of floods.</summary>
    private static async Task<Dictionary<Guid, long>> RaiseAsync(NotifyOptions options, NpgsqlDataSource source)
    {
        var inboxes = new List<(Guid School, Guid Staff)>();
        await using (var command = source.CreateCommand("SELECT school_id, staff_id FROM onlinesafety.staff ORDER BY md5(staff_id::text)"))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                inboxes.Add((reader.GetGuid(0), reader.GetGuid(1)));
            }
        }

        var raised = new Dictionary<Guid, long>();
        var every = TimeSpan.FromMinutes(1.0 / options.Rate);
        var begun = Stopwatch.GetTimestamp();
        for (var number = 0; number < options.Rate * options.Minutes; number++)
        {
            var (school, staff) = inboxes[number % inboxes.Count];
            var row = await ClaimMeasure.RaiseAsync(source, school, staff);
            raised[row] = Stopwatch.GetTimestamp();
            var next = every * (number + 1) - Stopwatch.GetElapsedTime(begun);
            await Task.Delay(next > TimeSpan.Zero ? next : TimeSpan.Zero);
        }

        return raised;
    }

    /// <summary>When each message was whole, by the row that its Message-ID names.</summary>
    private static async Task TakeAsync(SmtpCapture smtp, ConcurrentDictionary<Guid, long> arrived, CancellationToken stop)
    {
        const string Id = "\r\nMessage-ID: <";
        try
        {
            while (true)
            {
                var mail = await smtp.NextAsync(stop);
                var now = Stopwatch.GetTimestamp();
                var at = mail.Text.IndexOf(Id, StringComparison.Ordinal) + Id.Length;
                arrived.TryAdd(Guid.Parse(mail.Text.AsSpan(at, 36)), now);
            }
        }
        catch (OperationCanceledException)
        {
            // All is there.
        }
    }
}
