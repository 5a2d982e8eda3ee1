using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Intake.Files;

namespace OnlineSafety.Monitoring.Tests.Intake.Files;

public sealed class JsonChunksTests
{
    private static readonly string Filler = $"\"{new string('x', FileChunks.MaxRecordBytes - 10)}\"";

    [Theory]
    [InlineData(" [{\"a\":1},\n {\"b\":2}]\n", "[{\"a\":1},\n {\"b\":2}]")]
    [InlineData("not json", "not json")]
    public async Task AFileUpToFourMebibytesIsOneRecordAsItIs(string text, string record) =>
        Assert.Equal([record], await Cut.RecordsAsync(FileKind.Json, text));

    [Fact]
    public async Task ALargerArrayIsSplitAtItsElements()
    {
        var element = "{\"a\":[1,{\"b\":\"x],\\\"}\"}],\"c\":\"\\\\\"}";

        var records = await Cut.RecordsAsync(FileKind.Json, $"[{element} , {Filler},\n{element}, [1,2],3 ] \n");

        Assert.Equal([element, Filler, element, "[1,2]", "3"], records);
    }

    [Fact]
    public async Task AnElementLongerThanARecordIsKeptInFlaggedPiecesAndTheNextIsWhole()
    {
        var records = (await Cut.ChunksAsync(FileKind.Json, $"[{{\"a\":{Filler},\"b\":2}},{{\"c\":3}}]")).SelectMany(chunk => chunk).ToList();

        Assert.Equal([RecordFlags.Truncated, RecordFlags.None, RecordFlags.None], records.Select(record => record.Flags));
        Assert.Equal("{\"c\":3}", records[2].Text);
    }

    [Fact]
    public async Task WhatFollowsTheArrayIsKeptAndFlagged()
    {
        var records = (await Cut.ChunksAsync(FileKind.Json, $"[{Filler},1]] tail, too")).SelectMany(chunk => chunk).ToList();

        Assert.Equal(new Piece("] tail, too", RecordFlags.BadFraming), records[^1]);
    }

    [Fact]
    public async Task AFileCutInsideAnElementKeepsWhatIsThere()
    {
        var records = (await Cut.ChunksAsync(FileKind.Json, $"[{Filler}, {{\"a\":1}},{{\"b\":\"x")).SelectMany(chunk => chunk).ToList();

        Assert.Equal([new Piece("{\"a\":1}"), new Piece("{\"b\":\"x", RecordFlags.Truncated)], records.Skip(1));
    }

    [Fact]
    public async Task ALargeObjectIsRefused()
    {
        var refused = await Assert.ThrowsAsync<FileRefusedException>(() => Cut.ChunksAsync(FileKind.Json, $"{{\"a\":{Filler},\"b\":{Filler}}}"));

        Assert.Equal(FileFault.JsonTooLarge, refused.Fault);
    }
}
