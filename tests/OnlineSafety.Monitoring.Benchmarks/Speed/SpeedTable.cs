using System.Globalization;

namespace OnlineSafety.Monitoring.Benchmarks.Speed;

/// <summary>One bar beside what was measured. <c>Met</c> is null where nothing was measured, or where there is no bar.</summary>
internal sealed record SpeedRow(string What, string Bar, string Figure, bool? Met);

/// <summary>The bars of speed, and how the figures are held against them.</summary>
internal sealed class SpeedTable(Rounds rounds, Figures sustained, double sustainedMinutes, IReadOnlyDictionary<string, string> missing)
{
    private const double LinesStored = 300_000;
    private const double CopyRatioStored = 1.5;
    public const double LinesProcessed = 200_000;
    private const double CopyRatioProcessed = 1.1;
    private const double RsyslogRatio = 6;
    private const double CpuSecondsPerMillion = 8;
    private const double BytesPerLine = 60;
    private const double RequestsPerSecond = 15_000;
    private const double RequestP99 = 4;
    private const double AloneRatio = 2;
    private const double AlertIdle = 20;
    private const double AlertLoaded = 100;
    private const double AlertLoad = 50_000;
    private const double UdpLostPercent = 0.5;
    private const double KilledLines = 50;
    private const double ResidentMiB = 300;
    private const double BacklogSeconds = 1;
    private const double FlatGrowth = 1.05;

    public IEnumerable<SpeedRow> Rows() =>
    [
        .. Stored("TCP line -> durable, 1 source, ingest role", "ingest-1"),
        .. Stored("TCP line -> durable, 50 sources, ingest role", "ingest-50"),
        .. Stored("TCP line -> durable, 1 source, all roles", "all-1"),
        .. Stored("TCP line -> durable, 50 sources, all roles", "all-50"),
        .. Processed("TCP line -> processed, 1 source", "all-1"),
        .. Processed("TCP line -> processed, 50 sources", "all-50"),
        Sustained(),
        AtMost("CPU seconds per million processed, service + Postgres, 1 source", CpuSecondsPerMillion, rounds.Median("all-1.cpu_both"), "s"),
        AtMost("CPU seconds per million processed, service + Postgres, 50 sources", CpuSecondsPerMillion, rounds.Median("all-50.cpu_both"), "s"),
        AtMost($"Storage per benign line of {Number(rounds.Median("ingest-1.line_bytes"))} bytes, 1 source", BytesPerLine, rounds.Median("ingest-1.bytes_line"), "bytes"),
        AtMost("The same, 50 sources", BytesPerLine, rounds.Median("ingest-50.bytes_line"), "bytes"),
        .. Hooks("ingest role", "hook-ingest"),
        .. Hooks("all roles", "hook-all"),
        AtMost("Line -> alert row committed, idle, p99", AlertIdle, rounds.Median("alert-idle.p99_ms"), "ms"),
        AtMost("Line -> alert row committed beside 50,000 lines/s, p99", AlertLoaded, rounds.Median("alert-loaded.p99_ms"), "ms"),
        new("The same, in a storm of 200 concerns a second, each in words of its own, p99", "", Text(rounds.Median("alert-storm.p99_ms"), "ms"), null),
        AtMost("Of these alerts, not there within 20 s", 0, Worst("alert-idle.missing", "alert-loaded.missing", "alert-storm.missing"), "alerts, worst round"),
        AtLeast("Lines sent beside the alerts", AlertLoad * 0.99, rounds.Median("alert-loaded.rate"), "lines/s"),
        AtMost("UDP lost at 50,000/s", 0, rounds.Highest("udp-50k.lost"), "datagrams, worst round"),
        AtMost("UDP lost at 100,000/s", UdpLostPercent, rounds.Median("udp-100k.lost_percent"), "%"),
        AtMost("kill -9 at 10,000 TCP lines/s: never stored", KilledLines, rounds.Median("kill.lost"), "lines"),
        AtMost("the same, lines written before the signal", KilledLines, rounds.Median("kill.lost_before"), "lines"),
        AtMost("kill -9 at 10,000 TCP lines/s: doubled", 0, rounds.Highest("kill.doubled"), "lines, worst round"),
        AtMost("Resident memory of the service, highest of all of the above", ResidentMiB, Highest(rounds.HighestEnding(".rss_mib"), sustained.Find("sustained.rss_mib")), "MiB"),
        Flat(),
        AtMost("Lost in the throughput runs", 0, Worst("ingest-1.lost", "ingest-50.lost", "all-1.lost", "all-50.lost"), "lines, worst"),
        Compared("raw COPY, 1 connection", "copy-1", "copy"),
        Compared("raw COPY, 2 connections", "copy-2", "copy"),
        Compared("rsyslog + ompgsql", "rsyslog", "rsyslog"),
    ];

    private IEnumerable<SpeedRow> Stored(string what, string name) =>
    [
        AtLeast(what, LinesStored, rounds.Median(name + ".durable_s"), "lines/s"),
        AtLeast($"{what}, x raw COPY on two connections", CopyRatioStored, rounds.Ratio(name + ".durable_s", "copy-2.rows_s"), ""),
    ];

    private IEnumerable<SpeedRow> Processed(string what, string name) =>
    [
        AtLeast(what, LinesProcessed, rounds.Median(name + ".processed_s"), "lines/s"),
        AtLeast($"{what}, x raw COPY on two connections", CopyRatioProcessed, rounds.Ratio(name + ".processed_s", "copy-2.rows_s"), ""),
        AtLeast($"{what}, x rsyslog", RsyslogRatio, rounds.Ratio(name + ".processed_s", "rsyslog.rows_s"), ""),
    ];

    private IEnumerable<SpeedRow> Hooks(string roles, string name) =>
    [
        AtLeast($"Webhook acknowledged, 16 connections, {roles}", RequestsPerSecond, rounds.Median(name + ".req_s"), "requests/s"),
        AtMost($"Webhook acknowledged, 16 connections, {roles}, p99", RequestP99, rounds.Median(name + ".p99_ms"), "ms"),
        AtMost($"Webhook, a lone sender's p99, {roles}, x a bare commit's", AloneRatio, rounds.Median(name + ".alone_commit_p99"), ""),
    ];

    private SpeedRow Sustained()
    {
        var bar = $">= {Number(LinesProcessed)} lines/s for 5 min, backlog not growing";
        if (sustained.Find("sustained.processed_s") is not { } processed)
        {
            return new SpeedRow("TCP line -> processed, sustained", bar, "not measured", null);
        }

        var (early, late) = (sustained["sustained.backlog_early"], sustained["sustained.backlog_late"]);
        var steady = late <= early + (BacklogSeconds * sustained["sustained.rate"]);
        return new SpeedRow(
            "TCP line -> processed, sustained", bar,
            $"{Number(processed)} lines/s for {sustainedMinutes} min at {Number(sustained["sustained.rate"])} sent; waiting {Number(early)} early, {Number(late)} late",
            // A sender that paces itself is a little late: a part in a hundred is not the service's.
            processed >= LinesProcessed * 0.99 && steady && sustainedMinutes >= 5);
    }

    private SpeedRow Flat()
    {
        const string What = "Resident memory flat over 30 min";
        if (sustained.Find("sustained.resident_early_mib") is not { } early || sustainedMinutes < SustainedMeasure.FlatMinutes)
        {
            return new SpeedRow(What, "last fifth <= 1.05 x second fifth", "not measured: --minutes 30", null);
        }

        var late = sustained["sustained.resident_late_mib"];
        return new SpeedRow(What, "last fifth <= 1.05 x second fifth", $"{Number(early)} -> {Number(late)} MiB", late <= early * FlatGrowth);
    }

    private SpeedRow Compared(string what, string name, string measure) => new(
        what, "",
        missing.TryGetValue(measure, out var why) ? why
            : rounds.Median(name + ".rows_s") is { } rows ? $"{Number(rows)} rows/s ({Number(rounds.MedianOf(f => f.Find(name + ".cpu_client") ?? f.Find(name + ".cpu_service")))} + {Number(rounds.Median(name + ".cpu_postgres"))} CPU s per million)"
            : "not measured",
        null);

    private double? Worst(params string[] names) => names.Max(rounds.Highest);

    private static double? Highest(double? one, double? other) => one is null || other > one ? other : one;

    private static SpeedRow AtLeast(string what, double bar, double? figure, string unit) =>
        new(what, $">= {Number(bar)}", Text(figure, unit), figure is null ? null : figure >= bar);

    private static SpeedRow AtMost(string what, double bar, double? figure, string unit) =>
        new(what, bar == 0 ? "0" : $"<= {Number(bar)}", Text(figure, unit), figure is null ? null : figure <= bar);

    private static string Text(double? figure, string unit) => figure is null ? "not measured" : $"{Number(figure)} {unit}".TrimEnd();

    private static string Number(double? figure) => figure switch
    {
        null => "?",
        >= 1000 => figure.Value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 100 => figure.Value.ToString("0", CultureInfo.InvariantCulture),
        _ => figure.Value.ToString("0.##", CultureInfo.InvariantCulture),
    };
}
