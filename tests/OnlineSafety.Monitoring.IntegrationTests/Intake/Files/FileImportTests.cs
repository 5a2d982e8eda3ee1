using System.IO.Compression;
using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Intake;
using OnlineSafety.Monitoring.Intake.Files;
using OnlineSafety.Monitoring.IntakeLog;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake.Files;

public sealed class FileImportTests : IDisposable
{
    private static readonly SourceKey Target = new(Guid.NewGuid(), Guid.NewGuid());

    private readonly string _directory = Directory.CreateTempSubdirectory("onlinesafety-files-").FullName;
    private readonly ControlledLog _log = new() { Delay = TimeSpan.Zero };

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task RecordsSayThatTheyCameByFileAndOfWhatType()
    {
        await ImportAsync(Write("report.csv", "Time,User\n1,jsmith\n2,ajones\n"));
        await ImportAsync(Write("events.ndjson", "{\"a\":1}\n"));
        await ImportAsync(Write("access.log", "a line\n"));

        Assert.Equal(["Time,User\r\n1,jsmith\n2,ajones\n", "{\"a\":1}", "a line"], _log.Stored.Select(record => record.Text));
        Assert.Equal(["text/csv", "application/x-ndjson", "text/plain"], _log.Stored.Select(record => record.Envelope.ContentType));
        Assert.All(_log.Stored, record => Assert.Equal((Door.File, "file", Target.Source), (record.Envelope.Door, record.Envelope.Peer, record.Source)));
    }

    [Fact]
    public async Task TheSameFileAddsNothingUnderWhateverNameUnlessToldTo()
    {
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"line {i}\n"));
        var first = await ImportAsync(Write("access.log", text));
        var second = await ImportAsync(Write("renamed.log", text));
        var forced = await ImportAsync(Write("access.log", text), again: "again");

        Assert.Equal((20_000, 20_000, 20_000), (first.Records, first.Added, first.Lines));
        Assert.Equal((20_000, 0), (second.Records, second.Added));
        Assert.Equal(20_000, forced.Added);
        Assert.Equal(40_000, _log.Stored.Count);
        Assert.DoesNotContain(_log.Stored, record => record.Flags != RecordFlags.None);
    }

    [Fact]
    public async Task AnImportThatFailedHalfwayAddsOnlyWhatIsMissing()
    {
        var file = Write("access.log", string.Concat(Enumerable.Range(0, 30_000).Select(i => $"line {i}\n")));
        await Assert.ThrowsAsync<IntakeUnavailableException>(() => ImportAsync(file, progress: _ => _log.RefuseNext(1)));
        var half = _log.Stored.Count;

        var rest = await ImportAsync(file);

        Assert.InRange(half, 1, 29_999);
        Assert.Equal(30_000 - half, rest.Added);
        Assert.Equal(Enumerable.Range(0, 30_000).Select(i => $"line {i}"), _log.Stored.Select(record => record.Text));
    }

    [Fact]
    public async Task GzipIsUndoneAndKnownByItsContent()
    {
        var file = Path.Combine(_directory, "access.log-20260302");
        await File.WriteAllBytesAsync(file, Gzip(string.Concat(Enumerable.Range(0, 50_000).Select(i => $"line {i}\n"))));

        Assert.Equal(50_000, (await ImportAsync(file)).Added);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(9)]
    [InlineData(2000)]
    public async Task GzipThatWasCutAddsNothing(int missing)
    {
        var whole = Gzip(string.Concat(Enumerable.Range(0, 50_000).Select(i => $"line {i}\n")));
        var file = Path.Combine(_directory, "access.log.gz");
        await File.WriteAllBytesAsync(file, whole[..^missing]);

        Assert.Equal(FileFault.GzipBroken, (await Assert.ThrowsAsync<FileRefusedException>(() => ImportAsync(file))).Fault);
        Assert.Empty(_log.Stored);
    }

    [Fact]
    public async Task GzipThatExpandsBeyondTheLimitAddsNothing()
    {
        var file = Path.Combine(_directory, "bomb.gz");
        await File.WriteAllBytesAsync(file, Gzip(new string('a', 2_000_000)));

        var refused = await Assert.ThrowsAsync<FileRefusedException>(() => ImportAsync(file, options: new FileDoorOptions { MaxBytes = 1_000_000 }));

        Assert.Equal(FileFault.TooLarge, refused.Fault);
    }

    [Fact]
    public async Task WhatCannotBeImportedIsNamedAndAddsNothing()
    {
        Assert.Equal(FileFault.Missing, await FaultAsync(Path.Combine(_directory, "none.csv")));
        Assert.Equal(FileFault.Directory, await FaultAsync(_directory));
        Assert.Equal(FileFault.Empty, await FaultAsync(Write("empty.csv", "")));
        Assert.Equal(FileFault.NotText, await FaultAsync(Write("book.csv", "PK\u0003\u0004")));
        Assert.Equal(FileFault.TooLarge, await FaultAsync(Write("large.csv", new string('a', 2000)), new FileDoorOptions { MaxBytes = 1024 }));
        Assert.Empty(_log.Stored);
    }

    [Fact]
    public async Task AFileThatIsWrittenToWhileItIsReadIsNotReadOn()
    {
        var file = Write("access.log", string.Concat(Enumerable.Range(0, 100_000).Select(i => $"line {i}\n")));

        await Assert.ThrowsAsync<FileChangedException>(() => ImportAsync(file, progress: _ => File.AppendAllText(file, "more\n")));

        Assert.DoesNotContain(_log.Stored, record => record.Text == "more");
        Assert.InRange(_log.Stored.Count, 1, 99_999);
    }

    [Fact]
    public async Task WhatIsWrittenDuringTheLastAppendIsNotTakenForRead()
    {
        var file = Write("access.log", "line 1\nline 2\n");

        await Assert.ThrowsAsync<FileChangedException>(() => ImportAsync(file, progress: _ => File.AppendAllText(file, "more\n")));

        Assert.Equal(["line 1", "line 2"], _log.Stored.Select(record => record.Text));
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }

    private async Task<FileFault> FaultAsync(string path, FileDoorOptions? options = null) =>
        (await Assert.ThrowsAsync<FileRefusedException>(() => ImportAsync(path, options: options))).Fault;

    private async Task<ImportedFile> ImportAsync(string path, string? again = null, Action<long>? progress = null, FileDoorOptions? options = null)
    {
        await using var file = await FileToImport.OpenAsync(path, kind: null, options ?? new FileDoorOptions(), default);
        return await new FileImport(new IntakeAppender(_log, TimeProvider.System), TimeProvider.System).RunAsync(file, Target, again, progress, default);
    }
}
