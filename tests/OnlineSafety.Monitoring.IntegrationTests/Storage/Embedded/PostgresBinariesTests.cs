using OnlineSafety.Monitoring.Storage.Embedded;

namespace OnlineSafety.Monitoring.IntegrationTests.Storage.Embedded;

public sealed class PostgresBinariesTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("onlinesafety-test-");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void TheNewestInstalledVersionIsTaken()
    {
        Install("15", "15.16 (Debian 15.16-0+deb12u1)");
        Install("17", "17.2");
        Install("9.6", "9.6.24");

        Assert.Equal(17, Find().Major);
    }

    [Fact]
    public void AnExistingClusterIsOpenedByItsOwnVersion()
    {
        Install("15", "15.16");
        Install("17", "17.2");

        Assert.Equal(15, Find(clusterMajor: 15).Major);
    }

    [Fact]
    public void ProgramsInThePathAreFoundToo()
    {
        var elsewhere = Install("elsewhere", "18beta1");

        Assert.Equal(18, PostgresBinaries.Find(null, null, "/nowhere", $"/bin:{elsewhere}").Major);
    }

    [Theory]
    [InlineData(null, "postgresql-15")]
    [InlineData(16, "postgresql-16")]
    public void WhenNoneFitsTheErrorNamesTheCommandThatInstallsIt(int? clusterMajor, string package)
    {
        Install("14", "14.9");

        var error = Assert.Throws<EmbeddedPostgresException>(() => Find(clusterMajor));

        Assert.Contains($"apt-get install --no-install-recommends {package}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AConfiguredDirectoryIsUsedAndNoOther()
    {
        Install("17", "17.2");

        var error = Assert.Throws<EmbeddedPostgresException>(() => PostgresBinaries.Find("/nowhere/bin", null, _root.FullName, ""));

        Assert.Contains("/nowhere/bin", error.Message, StringComparison.Ordinal);
    }

    private PostgresBinaries Find(int? clusterMajor = null) => PostgresBinaries.Find(null, clusterMajor, _root.FullName, "");

    // Programs that only know their version.
    private string Install(string directory, string version)
    {
        var bin = _root.CreateSubdirectory(Path.Combine(directory, "bin")).FullName;
        foreach (var program in new[] { "postgres", "initdb" })
        {
            var path = Path.Combine(bin, program);
            File.WriteAllText(path, $"#!/bin/sh\necho '{program} (PostgreSQL) {version}'\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return bin;
    }
}
