using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Normalization.Samples;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Normalization;

/// <summary>The vendor packs of the repository and their samples.</summary>
internal static class Packs
{
    public static readonly DateTimeOffset ReceivedAt = SampleReader.PackReceivedAt;
    public static readonly TimeZoneInfo London = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");

    public static readonly string[] Products =
    [
        .. Directory.GetDirectories(Repository.Path("schemas", "vendors")).Select(Path.GetFileName).OfType<string>()
            .Where(name => name != MappingSet.Everyone).Order(StringComparer.Ordinal),
    ];

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

    public static IReadOnlyList<PackSample> Index(string product) =>
        PackSample.ReadIndex(File.ReadAllBytes(Path.Combine(Folder(product), "samples", "index.json")));

    /// <summary>The records of a sample as intake would make them: a line each for syslog, the whole body for a webhook.</summary>
    public static List<byte[]> Records(string product, PackSample sample) => [.. sample.Records(Content(product, sample)).Select(record => record.ToArray())];

    public static List<SampleReading> Run(MappingSet mappings, string product, PackSample sample) =>
        new SampleReader(mappings, mappings.Find(product), product, London, ReceivedAt).Read(sample, Content(product, sample));

    private static byte[] Content(string product, PackSample sample) => File.ReadAllBytes(Path.Combine(Folder(product), "samples", sample.File));
}
