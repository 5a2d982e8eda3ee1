using System.Security.Cryptography;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.App.Hosting;

namespace OnlineSafety.Monitoring.IntegrationTests.Access;

/// <summary>Where a master key may come from, and that nothing is said of it when it cannot be had.</summary>
public sealed class MasterKeySourceTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("onlinesafety-key-source-").FullName;
    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(MasterKey.Length));

    private string KeyFile => Path.Combine(_directory, MasterKey.FileName);

    [Fact]
    public void ACommandAnswersWithTheKeyAndIsRunWithoutAShell()
    {
        var key = MasterKey.Parse(_key, "a test");
        Assert.Equal(key.Id, Of("/bin/echo", _key).Open(mayMake: false).Current.Id);
        // To a shell these would be two commands.
        Assert.Throws<MasterKeyException>(() => Of("/bin/echo", $"x; echo {_key}").Open(mayMake: false));
    }

    [Fact]
    public void WhatACommandSaysIsInNoMessage()
    {
        foreach (var source in new[] { Of("/bin/sh", "-c", $"echo {_key}; exit 3"), Of("/bin/echo", _key, _key), Of("/bin/sh", "-c", $"yes {_key}"), Of("/no/such/program", _key) })
        {
            var error = Assert.Throws<MasterKeyException>(() => source.Open(mayMake: false));
            Assert.DoesNotContain(_key, error.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AKeyThatIsPutInItsFileIsUsedWithoutARestartAndTheOneBeforeStillOpens()
    {
        var (first, second) = (MasterKey.Parse(_key, "a test"), MasterKey.Of(RandomNumberGenerator.GetBytes(MasterKey.Length)));
        first.Write(KeyFile);
        var source = new MasterKeySource(Text: null, [], KeyFile, Given: true, PreviousFile: null);
        var service = source.Open(mayMake: false);
        Assert.Equal(first.Id, service.Current.Id);
        Assert.Null(service.Find(second.Id));

        source.Install(second);

        Assert.Equal(second.Id, service.Current.Id);
        Assert.NotNull(service.Find(first.Id));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile + MasterKeySource.PreviousSuffix));
        Assert.Equal(2, Directory.GetFiles(_directory).Length);
    }

    [Fact]
    public void AKeyThatIsKnownGoesOnWorkingWhileItsFileIsAway()
    {
        MasterKey.Parse(_key, "a test").Write(KeyFile);
        var service = new MasterKeySource(Text: null, [], KeyFile, Given: true, PreviousFile: null).Open(mayMake: false);
        File.Delete(KeyFile);
        Assert.Equal(MasterKey.Parse(_key, "a test").Id, service.Current.Id);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private MasterKeySource Of(params string[] command) => new(Text: null, command, KeyFile, Given: false, PreviousFile: null);
}
