using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.IntegrationTests.Access;

public sealed class MasterKeyFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("onlinesafety-key-").FullName;

    private string KeyFile => Path.Combine(_directory, MasterKey.FileName);

    [Fact]
    public void TheFirstStartMakesAKeyThatTheNextOneReads()
    {
        var made = MasterKey.ReadOrCreate(KeyFile);

        Assert.Equal(made.Id, MasterKey.ReadOrCreate(KeyFile).Id);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
        Assert.Single(Directory.GetFiles(_directory));
    }

    [Fact]
    public void ManyProcessesAtOnceAgreeOnOneKey()
    {
        var ids = new string[8];
        Parallel.For(0, ids.Length, i => ids[i] = MasterKey.ReadOrCreate(KeyFile).Id);

        Assert.Single(ids.Distinct(StringComparer.Ordinal));
        Assert.Single(Directory.GetFiles(_directory));
    }

    [Fact]
    public void AKeyThatOthersMayReadIsRefused()
    {
        MasterKey.ReadOrCreate(KeyFile);
        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        Assert.Contains("chmod 600", Assert.Throws<MasterKeyException>(() => MasterKey.Read(KeyFile)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingKeyIsNotMadeWhereOneIsExpected() =>
        Assert.Throws<MasterKeyException>(() => MasterKey.Read(KeyFile));

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
