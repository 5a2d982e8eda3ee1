using System.Text.Json;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Normalization;

/// <summary>The vendor packs of the repository and their samples.</summary>
internal static class Packs
{
    public static readonly DateTimeOffset ReceivedAt = new(2026, 3, 2, 14, 0, 0, TimeSpan.Zero);
    public static readonly TimeZoneInfo London = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");
    private static readonly Guid School = new("0197e000-0000-7000-8000-000000000001");
    private static readonly Guid Source = new("0197e000-0000-7000-8000-000000000002");
    private static readonly Guid Stream = new("0197e000-0000-7000-8000-000000000003");

    public static readonly string[] Products = ["generic", "lightspeed", "netsweeper", "protex", "senso", "smoothwall"];

    public static string Folder(string vendor) => Repository.Path("schemas", "vendors", vendor);

    public static MappingSet Load() => MappingSet.Parse(Files());

    public static IEnumerable<(string Vendor, ReadOnlyMemory<byte> Json)> Files() =>
        Directory.GetFiles(Repository.Path("schemas", "vendors"), "mapping.json", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(file => (Path.GetFileName(Path.GetDirectoryName(file)!), new ReadOnlyMemory<byte>(File.ReadAllBytes(file))));

    public static TheoryData<string, string> Samples()
    {
        var data = new TheoryData<string, string>();
        foreach (var product in Products)
        {
            foreach (var sample in Index(product))
            {
                data.Add(product, sample.File);
            }
        }

        return data;
    }

    public static List<SampleFile> Index(string product)
    {
        using var index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder(product), "samples", "index.json")));
        return [.. index.RootElement.GetProperty("samples").EnumerateArray().Select(sample => new SampleFile(
            sample.GetProperty("file").GetString()!,
            sample.GetProperty("door").GetString()!,
            sample.TryGetProperty("contentType", out var type) ? type.GetString()! : RecordEnvelope.Syslog))];
    }

    /// <summary>The records of a sample as intake would make them: a line each for syslog, the whole body for a webhook.</summary>
    public static List<byte[]> Records(string product, SampleFile sample)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Folder(product), "samples", sample.File));
        if (sample.Door != "syslog")
        {
            return [bytes];
        }

        var lines = new List<byte[]>();
        foreach (var range in bytes.AsSpan().Split((byte)'\n'))
        {
            if (!bytes.AsSpan(range).IsEmpty)
            {
                lines.Add(bytes[range]);
            }
        }

        return lines;
    }

    public static List<ReadRecord> Run(MappingSet mappings, string product, SampleFile sample)
    {
        var normalizer = new Normalizer(mappings);
        var results = new List<ReadRecord>();
        var door = sample.Door switch { "syslog" => Door.SyslogTcp, "mail" => Door.Mail, _ => Door.Http };
        var envelope = RecordEnvelope.Of(door, sample.ContentType, "192.0.2.10");
        foreach (var bytes in Records(product, sample))
        {
            var record = new RawRecord(envelope, ReceivedAt, RecordFlags.None, bytes);
            var sink = new Collector(record, product, results.Count + 1);
            var result = normalizer.Normalize(record, product, London, sink);
            results.Add(new ReadRecord(result, sink.Events.ConvertAll(e => e with { Mapping = result.Mapping })));
        }

        return results;
    }

    internal sealed record SampleFile(string File, string Door, string ContentType);

    internal sealed record ReadRecord(NormalizeResult Result, List<MonitoringEvent> Events);

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
