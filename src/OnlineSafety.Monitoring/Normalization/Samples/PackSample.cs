using System.Text.Json;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization.Samples;

/// <summary>A sample of a pack, as its <c>samples/index.json</c> lists it.</summary>
/// <param name="File">Name in <c>samples</c>; what must come out stands in <c>expected</c> under the same name and <c>.json</c>.</param>
/// <param name="Door"><c>syslog</c>: each line is a record; <c>http</c>: the file is one.</param>
/// <param name="ContentType">Media type, as intake would keep it.</param>
internal sealed record PackSample(string File, string Door, string ContentType)
{
    /// <exception cref="JsonException">It is no such list.</exception>
    public static IReadOnlyList<PackSample> ReadIndex(ReadOnlyMemory<byte> json)
    {
        using var index = JsonDocument.Parse(json);
        if (!index.RootElement.TryGetProperty("samples", out var samples) || samples.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException("samples/index.json needs a list \"samples\".");
        }

        return [.. samples.EnumerateArray().Select(sample => new PackSample(
            Text(sample, "file") ?? throw new JsonException("A sample in samples/index.json has no \"file\"."),
            Text(sample, "door") ?? "syslog",
            Text(sample, "contentType") ?? RecordEnvelope.Syslog))];
    }

    /// <summary>The records of the file, as its door makes them.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Records(ReadOnlyMemory<byte> content) => Door == "syslog" ? Lines(content) : [content];

    /// <summary>Lines that are not blank, without their ends.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Lines(ReadOnlyMemory<byte> content)
    {
        while (!content.IsEmpty)
        {
            var end = content.Span.IndexOf((byte)'\n');
            var line = end < 0 ? content : content[..end];
            content = end < 0 ? default : content[(end + 1)..];
            if (!line.IsEmpty)
            {
                yield return line;
            }
        }
    }

    private static string? Text(JsonElement sample, string name) => sample.TryGetProperty(name, out var value) ? value.GetString() : null;
}
