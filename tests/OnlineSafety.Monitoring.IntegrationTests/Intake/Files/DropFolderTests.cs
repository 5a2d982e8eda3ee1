using System.Diagnostics;
using OnlineSafety.Monitoring.Intake;
using OnlineSafety.Monitoring.Intake.Files;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake.Files;

public sealed class DropFolderTests : IDisposable
{
    private static readonly SourceKey Target = new(Guid.NewGuid(), Guid.NewGuid());
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("onlinesafety-drop-").FullName, "source");
    private readonly ControlledLog _log = new() { Delay = TimeSpan.Zero };
    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
    private readonly CapturedLogs _logs = new();
    private readonly ReportedTroubles _troubles = new();

    public DropFolderTests() => Open().Make();

    public void Dispose() => Shell("rm -r \"${0%/source}\"");

    [Fact]
    public async Task AFileThatRestsIsImportedAndThenMovedToDone()
    {
        var folder = Open();
        Drop("access.log", "one\ntwo\n");
        Assert.Null(folder.Look());
        _time.Advance(4 * Second);
        Assert.Null(folder.Look());
        _time.Advance(Second);
        await folder.TakeAsync(folder.Look()!, default);

        Assert.Equal(["one", "two"], _log.Stored.Select(record => record.Text));
        Assert.Equal(["20260302T090005.000Z-access.log"], NamesIn("done"));
        Assert.Empty(NamesIn(""));
    }

    [Fact]
    public void AFileThatStillGrowsOrIsTouchedWaitsAgain()
    {
        var folder = Open();
        Drop("access.log", "one\n");
        folder.Look();
        for (var i = 0; i < 3; i++)
        {
            _time.Advance(4 * Second);
            File.AppendAllText(Path.Combine(_path, "access.log"), "more\n");
            Assert.Null(folder.Look());
        }

        _time.Advance(4 * Second);
        File.SetLastWriteTimeUtc(Path.Combine(_path, "access.log"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Null(folder.Look());
        _time.Advance(5 * Second);
        Assert.Equal("access.log", folder.Look());
    }

    [Fact]
    public void UnfinishedNamesLinksAndFoldersAreNotTaken()
    {
        var folder = Open();
        Drop(".access.log", "x\n");
        Drop("access.log.part", "x\n");
        Drop("access.TMP", "x\n");
        File.CreateSymbolicLink(Path.Combine(_path, "link.log"), "/etc/hostname");
        Directory.CreateDirectory(Path.Combine(_path, "folder.log"));
        folder.Look();
        _time.Advance(60 * Second);

        Assert.Null(folder.Look());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(200)]
    public async Task AFileWhoseNameIsNotUtf8IsReportedOnceAndTheNextOneIsTaken(int letters)
    {
        var folder = Open();
        Shell($"printf 'one\\n' > \"$0/$(printf '\\351%.0s' $(seq {letters})).log\"");
        Drop("access.log", "two\n");
        await TakeWhenReadyAsync(folder);

        Assert.Null(folder.Look());
        Assert.Equal(["two"], _log.Stored.Select(record => record.Text));
        Assert.Equal(1, _troubles.Of(Target, DoorTroubleKind.FileFailed));
        Assert.Single(_logs.Lines, line => line.Text.Contains("not UTF-8: rename", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AFileThatIsGoneWhenItsTurnComesIsNoneThatWasTaken()
    {
        var folder = Open();
        Drop("access.log", "one\n");
        folder.Look();
        _time.Advance(5 * Second);
        var name = folder.Look()!;
        File.Delete(Path.Combine(_path, name));

        Assert.False(await folder.TakeAsync(name, default));
    }

    [Fact]
    public async Task TheOldestFileIsTakenFirst()
    {
        var folder = Open();
        foreach (var (name, day) in new[] { ("a.log", 3), ("b.log", 1), ("c.log", 2) })
        {
            Drop(name, name + "\n");
            File.SetLastWriteTimeUtc(Path.Combine(_path, name), new DateTime(2026, 3, day, 0, 0, 0, DateTimeKind.Utc));
        }

        folder.Look();
        _time.Advance(5 * Second);
        await TakeAllAsync(folder);

        Assert.Equal(["b.log", "c.log", "a.log"], _log.Stored.Select(record => record.Text));
    }

    [Fact]
    public async Task AFileThatCannotBeImportedGoesToFailedWithTheReasonAndIsLoggedWithoutItsName()
    {
        var folder = Open();
        Drop("Alex Example.csv", "PK\u0003\u0004 a workbook");
        folder.Look();
        _time.Advance(5 * Second);
        await folder.TakeAsync(folder.Look()!, default);

        Assert.Equal(["20260302T090005.000Z-Alex Example.csv", "20260302T090005.000Z-Alex Example.csv.txt"], NamesIn("failed"));
        Assert.Equal(1, _troubles.Of(Target, DoorTroubleKind.FileFailed));
        Assert.Contains("not text", File.ReadAllText(Path.Combine(_path, "failed", NamesIn("failed")[1])), StringComparison.Ordinal);
        Assert.Contains(_logs.Lines, line => line.Text.Contains("cannot be imported (NotText)", StringComparison.Ordinal));
        Assert.DoesNotContain(_logs.Lines, line => line.Text.Contains("Alex", StringComparison.Ordinal));
        Assert.Empty(_log.Stored);
    }

    [Fact]
    public async Task AnEmptyFileWaitsAMinuteForItsWriter()
    {
        var folder = Open();
        Drop("access.log", "");
        folder.Look();
        _time.Advance(59 * Second);
        Assert.Null(folder.Look());
        _time.Advance(Second);
        await folder.TakeAsync(folder.Look()!, default);

        Assert.Equal(2, NamesIn("failed").Count);
    }

    [Fact]
    public async Task ACrashBetweenCommitAndRenameImportsNothingTwice()
    {
        Drop("access.log", string.Concat(Enumerable.Range(0, 20_000).Select(i => $"line {i}\n")));
        await Assert.ThrowsAsync<InvalidOperationException>(() => TakeWhenReadyAsync(Open((_, _) => throw new InvalidOperationException("killed"))));
        Assert.Equal(20_000, _log.Stored.Count);
        Assert.Equal(["access.log"], NamesIn(""));

        await TakeWhenReadyAsync(Open());

        Assert.Equal(20_000, _log.Stored.Count);
        Assert.Equal(["20260302T090010.000Z-access.log"], NamesIn("done"));
    }

    [Fact]
    public async Task AFileThatCannotBeMovedIsReportedOnceAndOnlyMovedLaterWhileThoseBehindItAreImported()
    {
        var locked = true;
        var folder = Open((from, to) => Move(from, to, locked));
        Drop("locked.log", "one\n");
        File.SetLastWriteTimeUtc(Path.Combine(_path, "locked.log"), new DateTime(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc));
        Drop("access.log", "two\n");
        folder.Look();
        _time.Advance(5 * Second);
        await TakeAllAsync(folder);
        Assert.Equal(["locked.log"], NamesIn(""));

        _time.Advance(65 * Second);
        await TakeAllAsync(folder);
        Assert.Equal(["locked.log"], NamesIn(""));
        locked = false;
        _time.Advance(65 * Second);
        await TakeAllAsync(folder);

        Assert.Empty(NamesIn(""));
        Assert.Equal(2, NamesIn("done").Count);
        Assert.Equal(["one", "two"], _log.Stored.Select(record => record.Text));
        Assert.Equal(2, _log.Begun);
        Assert.Equal(1, _troubles.Of(Target, DoorTroubleKind.FileFailed));
        Assert.Single(_logs.Lines, line => line.Text.Contains("give this account write permission", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhatIsWrittenUnderTheNameOfAFileThatCannotBeMovedIsImported()
    {
        var folder = Open((from, to) => Move(from, to, locked: true));
        Drop("locked.log", "one\n");
        await TakeWhenReadyAsync(folder);
        Drop("locked.log", "one\ntwo\n");
        await TakeWhenReadyAsync(folder);

        Assert.Equal(["one", "one", "two"], _log.Stored.Select(record => record.Text));
    }

    [Fact]
    public async Task AFileThatCannotBeReadRestsAndThoseBehindItAreImported()
    {
        // The log stands in for the disk: both are met while the file is read.
        var folder = Open();
        Drop("broken.log", "one\n");
        File.SetLastWriteTimeUtc(Path.Combine(_path, "broken.log"), new DateTime(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc));
        Drop("access.log", "two\n");
        _log.Refusal = () => new IOException("a fault of the disk");
        _log.RefuseNext(1);
        folder.Look();
        _time.Advance(5 * Second);
        await TakeAllAsync(folder);
        Assert.Equal(["two"], _log.Stored.Select(record => record.Text));
        Assert.Equal(1, _troubles.Of(Target, DoorTroubleKind.FileFailed));

        _time.Advance(65 * Second);
        await TakeAllAsync(folder);

        Assert.Equal(["two", "one"], _log.Stored.Select(record => record.Text));
    }

    [Fact]
    public async Task AFileThatCannotBeImportedIsReportedAlsoWhenItsReasonCannotBeWritten()
    {
        var folder = Open((from, to) =>
        {
            File.Move(from, to);
            Directory.CreateDirectory(to + ".txt");
        });
        Drop("access.csv", "PK\u0003\u0004 a workbook");
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => TakeWhenReadyAsync(folder));

        Assert.Equal(1, _troubles.Of(Target, DoorTroubleKind.FileFailed));
        Assert.Contains(_logs.Lines, line => line.Text.Contains("cannot be imported (NotText)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhenTheLogIsAwayTheFileStaysAndIsTakenLater()
    {
        var folder = Open();
        Drop("access.log", "one\n");
        _log.RefuseNext(1);
        await Assert.ThrowsAsync<IntakeUnavailableException>(() => TakeWhenReadyAsync(folder));
        Assert.Equal(["access.log"], NamesIn(""));

        await folder.TakeAsync(folder.Look()!, default);

        Assert.Single(_log.Stored);
    }

    [Fact]
    public async Task TwoFilesOfOneNameAndInstantAreBothKept()
    {
        var folder = Open();
        Drop("access.log", "one\n");
        await TakeWhenReadyAsync(folder);
        File.WriteAllText(Path.Combine(_path, "done", "20260302T090010.000Z-access.log"), "older");
        Drop("access.log", "two\n");
        await TakeWhenReadyAsync(folder);

        Assert.Contains("20260302T090010.000Z-2-access.log", NamesIn("done"));
        Assert.Equal(3, NamesIn("done").Count);
    }

    [Fact]
    public async Task ANameTooLongForItsNewPlaceIsShortened()
    {
        var folder = Open();
        Drop(new string('n', 250) + ".log", "one\n");
        await TakeWhenReadyAsync(folder);

        Assert.Equal(["20260302T090005.000Z-file.log"], NamesIn("done"));
    }

    [Fact]
    public void TheFoldersAreTheOwnersAloneAndAFolderThatIsThereKeepsItsMode()
    {
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_path));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(_path, "done")));
        File.SetUnixFileMode(_path, OwnerOnly | UnixFileMode.GroupWrite);

        Open().Make();

        Assert.Equal(OwnerOnly | UnixFileMode.GroupWrite, File.GetUnixFileMode(_path));
    }

    private async Task TakeWhenReadyAsync(DropFolder folder)
    {
        folder.Look();
        _time.Advance(5 * Second);
        await folder.TakeAsync(folder.Look()!, default);
    }

    private static async Task TakeAllAsync(DropFolder folder)
    {
        while (folder.Look() is { } name)
        {
            await folder.TakeAsync(name, default);
        }
    }

    private static void Move(string from, string to, bool locked)
    {
        if (locked && Path.GetFileName(from) == "locked.log")
        {
            throw new UnauthorizedAccessException();
        }

        File.Move(from, to);
    }

    private DropFolder Open(Action<string, string>? move = null) => new(
        _path, Target, new FileImport(new IntakeAppender(_log, TimeProvider.System), TimeProvider.System), _troubles, new FileDoorOptions(), _time,
        _logs.CreateLogger("drop"), move ?? File.Move);

    /// <summary>.NET can neither make nor delete a file whose name is not UTF-8.</summary>
    private void Shell(string script)
    {
        using var shell = Process.Start("/bin/sh", ["-c", script, _path]);
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }

    private void Drop(string name, string text) => File.WriteAllText(Path.Combine(_path, name), text);

    private List<string> NamesIn(string folder) =>
        [.. Directory.GetFiles(Path.Combine(_path, folder)).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
}
