using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Intake.Files;

namespace OnlineSafety.Monitoring.Tests.Intake.Files;

public sealed class CsvChunksTests
{
    private const string Header = "Time,User,Title";

    [Fact]
    public async Task TheHeaderRowIsRepeatedInEachChunkAndEachRowIsInOne()
    {
        var rows = Enumerable.Range(0, 6).Select(i => $"{i},jsmith,{new string('x', 100_000)}\r\n").ToList();

        var chunks = await Cut.ChunksAsync(FileKind.Csv, $"\uFEFF{Header}\r\n{string.Concat(rows)}");

        Assert.Equal(3, chunks.Count);
        Assert.All(chunks, chunk => Assert.StartsWith(Header + "\r\n", Assert.Single(chunk).Text, StringComparison.Ordinal));
        Assert.Equal(string.Concat(rows), string.Concat(chunks.Select(chunk => chunk[0].Text[(Header.Length + 2)..])));
    }

    [Fact]
    public async Task ARowWithLineBreaksAndQuotesInsideQuotesIsNotCut()
    {
        var filler = new string('x', 262_000 - Header.Length);
        var row = $"1,\"j\"\"smith\",\"first line\r\nsecond, \"\"quoted\"\"\n{new string('y', 5000)}\"\r\n";

        var chunks = await Cut.ChunksAsync(FileKind.Csv, $"{Header}\n0,a,{filler}\n{row}2,b,c\n");

        Assert.Equal(2, chunks.Count);
        Assert.Equal($"{Header}\r\n{row}2,b,c\n", chunks[1][0].Text);
    }

    [Fact]
    public async Task ARowWithALostQuoteSpoilsNoRowButItself()
    {
        var chunks = await Cut.ChunksAsync(FileKind.Csv, $"{Header}\n1,a,b\n2,\"lost,b\n3,c,d\n4,e,f\n");

        Assert.Equal(
            [new Piece($"{Header}\r\n1,a,b\n"), new Piece($"{Header}\r\n2,\"lost,b\n", RecordFlags.BadFraming), new Piece($"{Header}\r\n3,c,d\n4,e,f\n")],
            chunks.Select(Assert.Single));
    }

    [Fact]
    public async Task ARowWithoutEndIsKeptInFlaggedPieces()
    {
        var chunks = await Cut.ChunksAsync(FileKind.Csv, $"{Header}\n{new string('x', 300_000)}\n1,a,b\n");

        Assert.Equal(RecordFlags.Truncated, chunks[0][0].Flags);
        Assert.Equal(300_000, chunks.Sum(chunk => chunk[0].Text.Count(letter => letter == 'x')));
        Assert.EndsWith("\n1,a,b\n", chunks[^1][0].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a;b\n1;\"x\n,y\"\n", ';')]
    [InlineData("a\tb\n1\t\"x\n,y\"\n", '\t')]
    public async Task OtherSeparatorsAreKnownByTheHeader(string text, char separator)
    {
        Assert.Equal((byte)separator, CsvRow.SeparatorOf(Encoding.UTF8.GetBytes(text)));

        Assert.EndsWith($"1{separator}\"x\n,y\"\n", Assert.Single(await Cut.RecordsAsync(FileKind.Csv, text)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHeaderAloneHoldsNothing() => Assert.Empty(await Cut.ChunksAsync(FileKind.Csv, Header + "\r\n\r\n"));

    [Fact]
    public async Task AHeaderWithALostQuoteIsRefused()
    {
        var refused = await Assert.ThrowsAsync<FileRefusedException>(() => Cut.ChunksAsync(FileKind.Csv, "Time,\"User\n1,2\n"));

        Assert.Equal(FileFault.NoHeader, refused.Fault);
    }
}
