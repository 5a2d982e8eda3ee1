using OnlineSafety.Monitoring.Storage;

namespace OnlineSafety.Monitoring.IntegrationTests.Storage;

/// <summary>That names survive a power cut is shown by the fault tests; here, that trouble is not passed over.</summary>
public sealed class DirectoryOnDiskTests
{
    [Fact]
    public void ADirectoryThatIsThereIsFlushed()
    {
        var directory = Directory.CreateTempSubdirectory("onlinesafety-flush-");
        File.WriteAllText(Path.Combine(directory.FullName, "file"), "");

        DirectoryOnDisk.Flush(directory.FullName);

        directory.Delete(recursive: true);
    }

    [Fact]
    public void OneThatIsNotCannotBe()
    {
        var error = Assert.Throws<IOException>(() => DirectoryOnDisk.Flush("/nowhere/at/all"));

        Assert.Contains("/nowhere/at/all", error.Message, StringComparison.Ordinal);
    }
}
