namespace OnlineSafety.Monitoring.IntegrationTests.Intake.Files;

/// <summary>The service that watches, with its doors open.</summary>
public sealed class DropFoldersTests : IDisposable
{
    private readonly string _drop = Path.Combine(Directory.CreateTempSubdirectory("onlinesafety-drops-").FullName, "drop");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_drop)!, recursive: true);

    [Fact]
    public async Task EachSourceThatComesByFileHasAFolderAlsoOneAddedLater()
    {
        await using var doors = await OpenAsync();
        var source = doors.Sources.File("smoothwall");
        var other = doors.Sources.Webhook("senso");
        doors.Sources.Publish();
        var folder = Path.Combine(_drop, source.Key.Source.ToString());
        await Doors.UntilAsync(() => Directory.Exists(Path.Combine(folder, "failed")), exists => exists);
        await File.WriteAllTextAsync(Path.Combine(folder, "access.log"), "one\ntwo\n");

        var stored = await doors.StoredAsync(2);
        await Doors.UntilAsync(() => Directory.GetFiles(Path.Combine(folder, "done")).Length, files => files == 1);

        Assert.All(stored, record => Assert.Equal(source.Key.Source, record.Source));
        Assert.False(Directory.Exists(Path.Combine(_drop, other.Key.Source.ToString())));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_drop));
    }

    [Fact]
    public async Task AnImportThatFailsIsTriedAgainAndAddsNothingTwice()
    {
        await using var doors = await OpenAsync();
        var source = doors.Sources.File("smoothwall");
        doors.Log.RefuseNext(2);
        var folder = Path.Combine(_drop, source.Key.Source.ToString());
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "access.log"), string.Concat(Enumerable.Range(0, 20_000).Select(i => $"line {i}\n")));
        doors.Sources.Publish();

        await Doors.UntilAsync(() => Directory.Exists(Path.Combine(folder, "done")) ? Directory.GetFiles(Path.Combine(folder, "done")).Length : 0, files => files == 1);

        Assert.Equal(20_000, doors.Log.Stored.Count);
        Assert.Contains(doors.Logs.Lines, line => line.Text.Contains("is tried again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ASourceThatIsTakenOutOfUseIsWatchedNoLonger()
    {
        await using var doors = await OpenAsync();
        var source = doors.Sources.File("smoothwall");
        doors.Sources.Publish();
        var folder = Path.Combine(_drop, source.Key.Source.ToString());
        await Doors.UntilAsync(() => Directory.Exists(folder), exists => exists);
        doors.Sources.Remove(source);
        await Task.Delay(200);
        await File.WriteAllTextAsync(Path.Combine(folder, "access.log"), "one\n");
        await Task.Delay(500);

        Assert.Empty(doors.Log.Stored);
    }

    private Task<Doors> OpenAsync() => Doors.OpenAsync(_ => { }, ("Files:Drop", _drop), ("Files:Quiet", "00:00:00.050"), ("Files:Poll", "00:00:00.020"));
}
