using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Normalization.Samples;

namespace OnlineSafety.Monitoring.Tests.Normalization;

public sealed class VendorPackTests
{
    private static readonly MappingSet Mappings = Packs.Load();

    public static TheoryData<string, string> Samples() => Packs.Samples();

    /// <summary>Set ONLINESAFETY_WRITE_EXPECTED=1 to write what comes out, then read the difference before committing it.</summary>
    [Theory]
    [MemberData(nameof(Samples))]
    public void EverySampleBecomesItsExpectedEvents(string product, string file)
    {
        var sample = Packs.Index(product).Single(s => s.File == file);
        var actual = SampleReader.Render(Packs.Run(Mappings, product, sample));
        var path = Path.Combine(Packs.Folder(product), "expected", file + ".json");
        if (Environment.GetEnvironmentVariable("ONLINESAFETY_WRITE_EXPECTED") == "1")
        {
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.ReadAllText(path), actual);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void EveryFieldOfASampleIsMappedOrDeclared(string product, string file)
    {
        var sample = Packs.Index(product).Single(s => s.File == file);
        var undeclared = Packs.Run(Mappings, product, sample)
            .SelectMany(r => r.Events.SelectMany(e => e.LeftOver.Select(name => $"{r.Result.Mapping}, record {r.Number}: {name}")));
        Assert.Empty(undeclared.Distinct());
    }

    [Fact]
    public void EverySampleFileIsInTheIndex()
    {
        foreach (var product in Packs.Products)
        {
            var files = Directory.GetFiles(Path.Combine(Packs.Folder(product), "samples")).Select(Path.GetFileName).Where(name => name != "index.json");
            Assert.Equal(files.Order(StringComparer.Ordinal), Packs.Index(product).Select(s => s.File).Order(StringComparer.Ordinal));
        }
    }
}
