using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Intake.Files;

namespace OnlineSafety.Monitoring.Tests.Intake.Files;

public sealed class LineChunksTests
{
    [Fact]
    public async Task EachLineIsARecordWithoutItsEndAndBlankOnesAreNone() =>
        Assert.Equal(["one", "two", "last"], await Cut.RecordsAsync(FileKind.Lines, "\uFEFFone\r\n\r\n\ntwo\nlast"));

    [Fact]
    public async Task AFileOfBlankLinesHoldsNothing() => Assert.Empty(await Cut.ChunksAsync(FileKind.NdJson, "\n\r\n\n"));

    [Fact]
    public async Task AChunkEndsWithTheLineThatFillsIt()
    {
        var line = new string('x', 100_000);

        var chunks = await Cut.ChunksAsync(FileKind.Lines, string.Join('\n', Enumerable.Repeat(line, 7)));

        Assert.Equal([3, 3, 1], chunks.Select(chunk => chunk.Count));
    }

    [Fact]
    public async Task ManyShortLinesFillAChunkToo()
    {
        var chunks = await Cut.ChunksAsync(FileKind.Lines, string.Concat(Enumerable.Repeat("a\n", 10_000)));

        Assert.Equal([8192, 1808], chunks.Select(chunk => chunk.Count));
    }

    [Theory]
    [InlineData(FileChunks.MaxRecordBytes, 1)]
    [InlineData(FileChunks.MaxRecordBytes + 1, 2)]
    public async Task ALineLongerThanARecordIsKeptInFlaggedPieces(int length, int pieces)
    {
        var bytes = new byte[length + 6];
        Array.Fill(bytes, (byte)'x', 0, length);
        "\nlast\n"u8.CopyTo(bytes.AsSpan(length));

        var records = (await Cut.ChunksAsync(FileKind.Lines, bytes, bytesARead: 100_000)).SelectMany(chunk => chunk).ToList();

        Assert.Equal(pieces + 1, records.Count);
        Assert.Equal(length, records.Take(pieces).Sum(piece => piece.Text.Length));
        Assert.Equal(pieces > 1 ? RecordFlags.Truncated : RecordFlags.None, records[0].Flags);
        Assert.Equal(new Piece("last"), records[^1]);
    }
}
