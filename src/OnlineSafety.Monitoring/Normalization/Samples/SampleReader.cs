using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization.Samples;

/// <summary>Reads samples by mappings, as an invented school's: what is expected of a pack never depends on where it is read.</summary>
/// <param name="mappings">Gives what all packs share.</param>
/// <param name="pack">The mappings under test.</param>
/// <param name="product">Their product word.</param>
/// <param name="zone">Zone of times without one.</param>
/// <param name="receivedAt">When the samples count as received.</param>
internal sealed class SampleReader(MappingSet mappings, Mapping[] pack, string product, TimeZoneInfo zone, DateTimeOffset receivedAt)
{
    /// <summary>When the samples of packs count as received.</summary>
    public static readonly DateTimeOffset PackReceivedAt = new(2026, 3, 2, 14, 0, 0, TimeSpan.Zero);

    private static readonly Guid School = new("0197e000-0000-7000-8000-000000000001");
    private static readonly Guid Source = new("0197e000-0000-7000-8000-000000000002");
    private static readonly Guid Stream = new("0197e000-0000-7000-8000-000000000003");

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Normalizer _normalizer = new(mappings);

    /// <summary>Reads records that came through one door.</summary>
    public List<SampleReading> Read(Door door, string contentType, IEnumerable<ReadOnlyMemory<byte>> records)
    {
        var envelope = RecordEnvelope.Of(door, contentType, "192.0.2.10");
        var readings = new List<SampleReading>();
        foreach (var bytes in records)
        {
            var record = new RawRecord(envelope, receivedAt, RecordFlags.None, bytes);
            var sink = new Collector(record, product, readings.Count + 1);
            var result = _normalizer.Normalize(record, pack, zone, sink);
            var mapping = Array.Find(pack, m => m.Label == result.Mapping);
            readings.Add(new SampleReading(readings.Count + 1, result, sink.Events.ConvertAll(e => SampleEvent.Of(e with { Mapping = result.Mapping }, mapping))));
        }

        return readings;
    }

    public List<SampleReading> Read(PackSample sample, ReadOnlyMemory<byte> content) =>
        Read(sample.Door switch { "syslog" => Door.SyslogTcp, "mail" => Door.Mail, _ => Door.Http }, sample.ContentType, sample.Records(content));

    /// <summary>Readings as the files in <c>expected</c> hold them.</summary>
    public static string Render(IEnumerable<SampleReading> readings)
    {
        var list = new JsonArray();
        foreach (var (_, result, events) in readings)
        {
            list.Add(new JsonObject
            {
                ["outcome"] = result.Outcome.ToString().ToLowerInvariant(),
                ["reason"] = result.Reason,
                ["mapping"] = result.Mapping,
                ["events"] = new JsonArray([.. events.Select(e => JsonNode.Parse(EventJson.Serialize(e.Event)))]),
            });
        }

        return list.ToJsonString(Indented).ReplaceLineEndings("\n") + "\n";
    }

    private sealed class Collector(RawRecord record, string product, long sequence) : IEventSink
    {
        public List<MonitoringEvent> Events { get; } = [];

        public void OnEvent(EventDraft draft, int part)
        {
            var origin = new EventOrigin(School, Source, product, product, "");
            Events.Add(EventMaterializer.Materialize(draft, new EventId(Stream, sequence, part), origin, record));
        }
    }
}
