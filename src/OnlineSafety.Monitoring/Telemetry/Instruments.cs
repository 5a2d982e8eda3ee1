using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace OnlineSafety.Monitoring.Telemetry;

/// <summary>The one meter and the one activity source of the product. Tags are bounded words: never a name, address, URL or record content.</summary>
internal static class Instruments
{
    public const string Name = "OnlineSafety.Monitoring";

    public static Meter Meter { get; } = new(Name);

    public static ActivitySource Activities { get; } = new(Name);
}
