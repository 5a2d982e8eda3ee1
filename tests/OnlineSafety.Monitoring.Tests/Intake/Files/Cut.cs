using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Intake.Files;

namespace OnlineSafety.Monitoring.Tests.Intake.Files;

/// <summary>Cuts a text as a file of some kind.</summary>
internal static class Cut
{
    private static readonly DateTimeOffset ReceivedAt = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    public static Task<List<List<Piece>>> ChunksAsync(FileKind kind, string text, int bytesARead = int.MaxValue) =>
        ChunksAsync(kind, Encoding.UTF8.GetBytes(text), bytesARead);

    /// <param name="kind">How to cut.</param>
    /// <param name="bytes">The file.</param>
    /// <param name="bytesARead">The most that one read gives.</param>
    public static async Task<List<List<Piece>>> ChunksAsync(FileKind kind, byte[] bytes, int bytesARead = int.MaxValue)
    {
        var chunks = FileChunks.Of(kind, new FileWindow(new DribblingStream(bytes, bytesARead)));
        var envelope = RecordEnvelope.Of(Door.File, FileKinds.ContentTypeOf(kind), "file");
        var batch = new RecordBatch();
        var cut = new List<List<Piece>>();
        while (await chunks.NextAsync(batch, envelope, ReceivedAt, default))
        {
            cut.Add([.. Enumerable.Range(0, batch.Count).Select(i => new Piece(Encoding.UTF8.GetString(batch[i].Payload.Span), batch[i].Flags))]);
            batch.Clear();
        }

        return cut;
    }

    public static async Task<List<string>> RecordsAsync(FileKind kind, string text) =>
        [.. (await ChunksAsync(kind, text)).SelectMany(chunk => chunk).Select(piece => piece.Text)];

    private sealed class DribblingStream(byte[] bytes, int most) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, most)], cancellationToken);
    }
}

internal sealed record Piece(string Text, RecordFlags Flags = RecordFlags.None);
