using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization.Samples;

/// <summary>What became of one record of a sample.</summary>
/// <param name="Number">Of the record, from 1.</param>
/// <param name="Result">Who read it, or why nobody did.</param>
/// <param name="Events">What came out.</param>
internal sealed record SampleReading(int Number, NormalizeResult Result, IReadOnlyList<SampleEvent> Events)
{
    /// <summary>A mapping claimed it and read it to its end.</summary>
    public bool IsRead => Result.Outcome is NormalizeOutcome.Mapped or NormalizeOutcome.Control;
}

/// <summary>An event that came out of a sample.</summary>
/// <param name="Event">The event.</param>
/// <param name="LeftOver">Names that no field uses and that the mapping declares neither to keep nor to ignore.</param>
/// <param name="Missing">What a good event has and this one has not, in words.</param>
internal sealed record SampleEvent(MonitoringEvent Event, IReadOnlyList<string> LeftOver, IReadOnlyList<string> Missing)
{
    public static SampleEvent Of(MonitoringEvent value, Mapping? mapping)
    {
        var kept = mapping?.Kept ?? [];
        var left = value.Unmapped.Select(pair => pair.Key).Where(name => !kept.Contains(name, StringComparer.OrdinalIgnoreCase)).Distinct(StringComparer.Ordinal);
        return new SampleEvent(value, [.. left], [.. MissingIn(value)]);
    }

    private static IEnumerable<string> MissingIn(MonitoringEvent value)
    {
        if (value.TimeBasis != TimeBasis.Vendor)
        {
            yield return value.TimeBasis == TimeBasis.Header ? "no time of its own (the syslog header's is used)" : "no time (the receipt is used)";
        }

        if (value.User is null)
        {
            yield return "no user";
        }

        if (value.DeviceHost is null && value.DeviceIp is null)
        {
            yield return "no device";
        }

        if (value.Action == DeviceAction.Unknown)
        {
            yield return value.ActionAsSent is null ? "no action" : "an action that the map does not know";
        }

        if (value.VendorSeverityWord is not null && value.VendorSeverity == 0)
        {
            yield return "a severity that the map does not know";
        }

        if (value.Url is null && value.SearchQuery is null && value.Text is null && value.App is null)
        {
            yield return "no URL, search, text or app: nothing to judge";
        }
    }
}
