using OnlineSafety.Monitoring.Processing.WhatIf;
using OnlineSafety.Monitoring.Tests.Classification;

namespace OnlineSafety.Monitoring.Tests.Processing.WhatIf;

public sealed class WhatIfFilesTests
{
    private static string Packs => Path.Combine(RuleFiles.Root, "schemas/rulepacks");

    [Fact]
    public void APackIsFoundByItsIdAndByItsFileAndEachSaysWhichItIs()
    {
        var file = Path.Combine(Packs, "en", "conduct.json");

        var byId = WhatIfFiles.Choose("en/conduct", [Packs]);
        var byFile = WhatIfFiles.Choose(file, [Packs]);

        Assert.Equal(byFile.Files, byId.Files);
        Assert.Equal((false, $"pack en/conduct, from {file}"), (byId.Whole, byId.Found));
        Assert.Equal((false, $"the file {file}, pack en/conduct"), (byFile.Whole, byFile.Found));
        Assert.StartsWith("the schemas directory", WhatIfFiles.Choose(Path.Combine(RuleFiles.Root, "schemas"), [Packs]).Found, StringComparison.Ordinal);
        Assert.EndsWith($"packs of the directory {Packs}", WhatIfFiles.Choose(Packs, [Packs]).Found, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNeitherIsRefusedWithTheIdsThatThereAre()
    {
        var error = Assert.Throws<FileNotFoundException>(() => WhatIfFiles.Choose("en/nothing", [Packs]));

        Assert.Contains("no pack of that id", error.Message, StringComparison.Ordinal);
        Assert.Contains("en/conduct", error.Message, StringComparison.Ordinal);
    }
}
