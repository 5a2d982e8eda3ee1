using System.Text.Json;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Demo;

/// <summary>One sample export.</summary>
/// <param name="File">Name in the product's <c>samples</c> folder.</param>
/// <param name="Door"><c>webhook</c>, <c>syslog</c> or <c>mail</c>.</param>
/// <param name="ContentType">Media type of a webhook body.</param>
internal sealed record Sample(string File, string Door, string? ContentType);

/// <summary>The sample exports of one product (<c>schemas/vendors/*/samples/index.json</c>).</summary>
internal sealed record Samples(string Product, [property: System.Text.Json.Serialization.JsonPropertyName("samples")] IReadOnlyList<Sample> Files)
{
    private string _directory = "";

    public static IReadOnlyList<Samples> Read(SchemaFiles schemas)
    {
        var all = new List<Samples>();
        foreach (var product in schemas.Products)
        {
            var directory = Path.Combine(schemas.Vendors, product, "samples");
            var index = Path.Combine(directory, "index.json");
            if (File.Exists(index) && JsonSerializer.Deserialize<Samples>(File.ReadAllBytes(index), JsonSerializerOptions.Web) is { } samples)
            {
                samples._directory = directory;
                all.Add(samples);
            }
        }

        return all;
    }

    /// <summary>Doors that the samples use; a product may have both. Mails are left out: the mail door is shut until somebody opens it.</summary>
    public IEnumerable<SourceDoor> Doors => Files.Select(f => DoorOf(f)).Where(door => door != SourceDoor.Mail).Distinct();

    public IEnumerable<Sample> Through(SourceDoor door) => Files.Where(f => DoorOf(f) == door);

    public byte[] Bytes(Sample sample) => File.ReadAllBytes(Path.Combine(_directory, sample.File));

    private static SourceDoor DoorOf(Sample sample) => sample.Door switch
    {
        "syslog" => SourceDoor.Syslog,
        "mail" => SourceDoor.Mail,
        _ => SourceDoor.Webhook,
    };
}
