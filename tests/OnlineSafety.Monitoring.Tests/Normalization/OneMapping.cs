using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Normalization.Samples;

namespace OnlineSafety.Monitoring.Tests.Normalization;

/// <summary>A mapping of a test's own, beside the shared tables of the repository.</summary>
internal static class OneMapping
{
    private static readonly MappingSet Shared = Packs.Load();

    /// <summary>Compiles a mapping of which only what matters is written: members of the mapping without id, version, status and source.</summary>
    public static Mapping[] Of(string members, string packMembers = "") => Shared.Compile("x", Encoding.UTF8.GetBytes(
        $$"""{"product":"x",{{packMembers}}"mappings":[{"id":"x.y","version":1,"status":"documented","source":"s",{{members}}}]}"""));

    public static Mapping[] Of(string shape, string fields, string packMembers) => Of($"\"shape\":{shape},\"fields\":{fields}", packMembers);

    public static IReadOnlyList<MappingError> ErrorsOf(string members) => Assert.Throws<MappingException>(() => Of(members)).Errors;

    public static SampleReading Read(Mapping[] pack, string record, string contentType = RecordEnvelope.Syslog, CategoryNames? names = null) => Read(
        pack, new RawRecord(RecordEnvelope.Of(Door.Http, contentType, ""), Packs.ReceivedAt, RecordFlags.None, Encoding.UTF8.GetBytes(record)), names);

    public static SampleReading Read(Mapping[] pack, RawRecord raw, CategoryNames? names = null)
    {
        var sink = new KeepingSink(raw);
        var result = new Normalizer(Shared).Normalize(raw, pack, Packs.London, sink, names);
        return new SampleReading(1, result, sink.Events.ConvertAll(e => SampleEvent.Of(e, pack[0])));
    }

    /// <summary>The only event of a record that is read.</summary>
    public static MonitoringEvent Event(Mapping[] pack, string record, string contentType = RecordEnvelope.Syslog, CategoryNames? names = null)
    {
        var reading = Read(pack, record, contentType, names);
        Assert.Equal((NormalizeOutcome.Mapped, ""), (reading.Result.Outcome, reading.Result.Reason));
        return Assert.Single(reading.Events).Event;
    }

    public static MonitoringEvent Event(Mapping[] pack, RawRecord record) => Assert.Single(Read(pack, record).Events).Event;

    private sealed class KeepingSink(RawRecord record) : IEventSink
    {
        public List<MonitoringEvent> Events { get; } = [];

        public void OnEvent(EventDraft draft, int part) =>
            Events.Add(EventMaterializer.Materialize(draft, new EventId(Guid.Empty, 1, part), new EventOrigin(Guid.Empty, Guid.Empty, "", "", ""), record));
    }
}
