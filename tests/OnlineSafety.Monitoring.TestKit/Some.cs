using System.Text;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.TestKit;

/// <summary>Small invented things for tests.</summary>
internal static class Some
{
    public static DateTimeOffset Time { get; } = new(2026, 11, 25, 9, 14, 7, TimeSpan.Zero);

    public static RecordEnvelope Syslog { get; } = RecordEnvelope.Of(Door.SyslogTcp, RecordEnvelope.Syslog, "192.0.2.10");

    public static RecordEnvelope Json { get; } = RecordEnvelope.Of(Door.Http, RecordEnvelope.Json, "192.0.2.11");

    public static RecordBatch Batch(params string[] lines)
    {
        var batch = new RecordBatch();
        foreach (var line in lines)
        {
            batch.Add(Syslog, Time, RecordFlags.None, Encoding.UTF8.GetBytes(line));
        }

        return batch;
    }
}
