using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Intake.Files;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Normalization.Samples;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>What became of one file of samples.</summary>
/// <param name="Name">File name.</param>
/// <param name="Readings">Its records.</param>
/// <param name="Difference">Where a pack's own sample differs from what is expected of it; null: it does not, or nothing is expected.</param>
/// <param name="IsPack">It is a pack's own sample: it may show a record that must not be read.</param>
internal sealed record TriedFile(string Name, IReadOnlyList<SampleReading> Readings, string? Difference, bool IsPack)
{
    public bool Passed => IsPack ? Difference is null && Readings.All(r => r.Events.All(e => e.LeftOver.Count == 0)) : Readings.All(r => r.IsRead);
}

/// <summary>Reads files of samples by a mapping.</summary>
internal sealed class MappingTrial(MappingFile file, Mapping[] pack, TimeZoneInfo zone, TimeProvider time)
{
    /// <summary>Samples, not exports: what is shown should be read by a person.</summary>
    private const int MaximumBytes = 64 * 1024 * 1024;

    /// <exception cref="SetupException">There is nothing of that name, or it is too large.</exception>
    public List<TriedFile> ReadFiles(string named, bool syslog)
    {
        List<string> paths = Directory.Exists(named)
            ? [.. Directory.GetFiles(named).Where(f => Path.GetFileName(f) != "index.json").Order(StringComparer.Ordinal)]
            : [named];
        var reader = new SampleReader(file.Installed, pack, file.Product, zone, time.GetUtcNow());
        return paths.ConvertAll(path => new TriedFile(Path.GetFileName(path), Read(reader, path, syslog), Difference: null, IsPack: false));
    }

    /// <summary>The pack's own samples against its expected events.</summary>
    /// <param name="write">Write what came out as what is expected.</param>
    /// <exception cref="SetupException">It has none.</exception>
    public List<TriedFile> ReadPack(bool write)
    {
        var samples = Path.Combine(file.Folder, "samples");
        var index = Path.Combine(samples, "index.json");
        if (!File.Exists(index))
        {
            throw new SetupException($"{SetupText.Shown(file.Folder)} has no samples/index.json. Name a file of samples: onlinesafety mapping test FILE SAMPLES.");
        }

        var reader = new SampleReader(file.Installed, pack, file.Product, TimeZoneInfo.FindSystemTimeZoneById("Europe/London"), SampleReader.PackReceivedAt);
        var tried = new List<TriedFile>();
        foreach (var sample in PackSample.ReadIndex(File.ReadAllBytes(index)))
        {
            var readings = reader.Read(sample, Content(Path.Combine(samples, sample.File)));
            var actual = SampleReader.Render(readings);
            var expected = Path.Combine(file.Folder, "expected", sample.File + ".json");
            if (write)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(expected)!);
                File.WriteAllText(expected, actual);
            }

            tried.Add(new TriedFile(sample.File, readings, Difference(expected, actual), IsPack: true));
        }

        return tried;
    }

    private static List<SampleReading> Read(SampleReader reader, string path, bool syslog)
    {
        var content = Content(path);
        if (syslog)
        {
            return reader.Read(Door.SyslogTcp, RecordEnvelope.Syslog, PackSample.Lines(content));
        }

        var kind = FileKinds.Detect(Path.GetFileName(path), content.Span);
        var records = kind is FileKind.Lines or FileKind.NdJson ? PackSample.Lines(content) : [content];
        return reader.Read(Door.File, FileKinds.ContentTypeOf(kind), records);
    }

    private static ReadOnlyMemory<byte> Content(string path)
    {
        if (!File.Exists(path))
        {
            throw new SetupException($"There is no file {SetupText.Shown(path)}.");
        }

        return new FileInfo(path).Length <= MaximumBytes
            ? File.ReadAllBytes(path)
            : throw new SetupException($"{SetupText.Shown(path)} has more than {MaximumBytes / 1024 / 1024} MiB. Take a part of it.");
    }

    private static string? Difference(string expectedFile, string actual)
    {
        if (!File.Exists(expectedFile))
        {
            return $"expected/{Path.GetFileName(expectedFile)} is not there; --write makes it.";
        }

        var expected = File.ReadAllText(expectedFile).Split('\n');
        var lines = actual.Split('\n');
        for (var i = 0; i < Math.Max(expected.Length, lines.Length); i++)
        {
            var (wanted, got) = (i < expected.Length ? expected[i] : "", i < lines.Length ? lines[i] : "");
            if (wanted != got)
            {
                return $"expected/{Path.GetFileName(expectedFile)} line {i + 1}: expected {wanted.Trim()}, got {got.Trim()}";
            }
        }

        return null;
    }
}
