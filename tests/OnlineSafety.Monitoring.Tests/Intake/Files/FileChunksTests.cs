using System.Text;
using OnlineSafety.Monitoring.Intake.Files;

namespace OnlineSafety.Monitoring.Tests.Intake.Files;

public sealed class FileChunksTests
{
    /// <summary>The number of a chunk is part of its delivery id: a second run that reads in other portions must cut in the same places.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task TheCutsDoNotDependOnHowTheFileWasRead(int seed)
    {
        var bytes = Hostile(seed, 900_000);
        foreach (var kind in new[] { FileKind.Csv, FileKind.Lines })
        {
            var whole = await Cut.ChunksAsync(kind, bytes);
            Assert.True(whole.Count > 2);
            foreach (var portion in new[] { 997, 65_536 })
            {
                Assert.Equal(whole.SelectMany(Numbered), (await Cut.ChunksAsync(kind, bytes, portion)).SelectMany(Numbered));
            }
        }

        byte[] array = [(byte)'[', .. Hostile(seed, FileChunks.MaxRecordBytes + 500_000)];
        Assert.Equal((await Cut.ChunksAsync(FileKind.Json, array)).SelectMany(Numbered), (await Cut.ChunksAsync(FileKind.Json, array, 65_521)).SelectMany(Numbered));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task NoByteOfAHostileTableIsLost(int seed)
    {
        var bytes = Hostile(seed, 700_000);
        const string Repeated = "a,b\r\n";

        var chunks = await Cut.ChunksAsync(FileKind.Csv, bytes);

        var rows = string.Concat(chunks.Select(chunk => Assert.Single(chunk).Text[Repeated.Length..]));
        Assert.Equal(Solid(Encoding.UTF8.GetString(bytes)["a,b\n".Length..]), Solid(rows));
    }

    private static IEnumerable<(int Index, Piece Piece)> Numbered(List<Piece> chunk) => chunk.Select((piece, index) => (index, piece));

    // Blank rows may go.
    private static string Solid(string text) => text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);

    /// <summary>A header, then everything that decides where to cut, in no order at all.</summary>
    private static byte[] Hostile(int seed, int length)
    {
        var random = new Random(seed);
        string[] signs = ["\"", "\"\"", ",", "\r", "\n", "\r\n", "word", " ", "\\", "{", "}", "]", "\\\"", ",\"long quoted text\"", "\n\n"];
        var text = new StringBuilder("a,b\n");
        while (text.Length < length)
        {
            text.Append(signs[random.Next(signs.Length)]);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
