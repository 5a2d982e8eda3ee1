using System.Text;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.TestKit;

/// <summary>Small invented things for tests.</summary>
internal static class Some
{
    public static DateTimeOffset Time { get; } = new(2026, 11, 25, 9, 14, 7, TimeSpan.Zero);

    public static RecordEnvelope Syslog { get; } = RecordEnvelope.Of(Door.SyslogTcp, RecordEnvelope.Syslog, "192.0.2.10");

    public static RecordEnvelope Json { get; } = RecordEnvelope.Of(Door.Http, RecordEnvelope.Json, "192.0.2.11");

    /// <summary>Of no school that is stored.</summary>
    public static SchoolSeal Seal { get; } = SealOf(Guid.NewGuid());

    public static SchoolSeal SealOf(Guid school) => SchoolKey.Make() is var key ? new SchoolSeal(school, [key], key.Id) : null!;

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
