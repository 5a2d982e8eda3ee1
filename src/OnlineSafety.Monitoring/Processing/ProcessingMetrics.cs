using System.Diagnostics.Metrics;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>Numbers of processing. Tags come from bounded lists.</summary>
internal static class ProcessingMetrics
{
    public static readonly Counter<long> Faults =
        Instruments.Meter.CreateCounter<long>("onlinesafety.processing.faults", "{record}", "Records on which a stage broke; kept for review.");

    public static readonly Counter<long> Gaps =
        Instruments.Meter.CreateCounter<long>("onlinesafety.processing.gaps", "{gap}", "Holes found in a stream.");

    private static readonly Counter<long> Records =
        Instruments.Meter.CreateCounter<long>("onlinesafety.processing.records", "{record}", "Records processed, by disposition.");

    private static readonly Counter<long> Queued =
        Instruments.Meter.CreateCounter<long>("onlinesafety.processing.queued", "{event}", "Events that raised an alert or joined one.");

    private static readonly KeyValuePair<string, object?>[] Dispositions =
        [.. Enum.GetValues<Disposition>().Select(d => KeyValuePair.Create("disposition", (object?)d.ToString().ToLowerInvariant()))];

    public static void Recorded(RecordPlan plan, in RecordResult result)
    {
        foreach (var disposition in Enum.GetValues<Disposition>())
        {
            Records.Add(plan.Count(disposition), Dispositions[(int)disposition]);
        }

        Queued.Add(result.Alerts);
    }
}
