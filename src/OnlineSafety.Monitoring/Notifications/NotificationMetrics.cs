using System.Diagnostics.Metrics;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>Numbers of telling people. Tags come from bounded lists: never a school, person or server text.</summary>
internal static class NotificationMetrics
{
    public static readonly Counter<long> Sent =
        Instruments.Meter.CreateCounter<long>("onlinesafety.notify.sent", "{notification}", "Notifications that a relay or the outbox took.");

    public static readonly Counter<long> Mails =
        Instruments.Meter.CreateCounter<long>("onlinesafety.notify.mails", "{mail}", "Mails that a relay or the outbox took; one may tell of many alerts.");

    public static readonly Counter<long> Retried =
        Instruments.Meter.CreateCounter<long>("onlinesafety.notify.retried", "{attempt}", "Attempts that failed and will be made again, by error.");

    public static readonly Counter<long> Failed =
        Instruments.Meter.CreateCounter<long>("onlinesafety.notify.failed", "{notification}", "Notifications given up, by error.");

    public static readonly Counter<long> Dropped =
        Instruments.Meter.CreateCounter<long>("onlinesafety.notify.dropped", "{notification}", "Notifications that nobody needs any more, by reason.");

    public static readonly Counter<long> LateWrites =
        Instruments.Meter.CreateCounter<long>("onlinesafety.notify.late_writes", "{write}", "Marks refused because the lease had gone to another worker.");

    public static readonly Counter<long> SignalsDropped =
        Instruments.Meter.CreateCounter<long>("onlinesafety.notify.signals_dropped", "{signal}", "Hints that did not fit the queue; the sweeper finds the rows.");

    public static readonly Histogram<double> Delay =
        Instruments.Meter.CreateHistogram<double>("onlinesafety.notify.delay", "s", "From the row's creation to the relay's acceptance.");

    public static readonly Counter<long> Digests =
        Instruments.Meter.CreateCounter<long>("onlinesafety.notify.digests", "{digest}", "Digests made, by lateness.");
}
