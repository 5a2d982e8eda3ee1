using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>The file that is given: one page to read and print, and the same as JSON for programs. Pure but for the stream.</summary>
internal static class SubjectAccessPages
{
    public const string Page = "index.html";
    public const string Data = "data.json";

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync(SubjectAccessFile file, Stream to, CancellationToken cancellationToken)
    {
        await using var zip = new ZipArchive(to, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8);
        await AddAsync(zip, Page, SubjectAccessHtml.Of(file), cancellationToken);
        await AddAsync(zip, Data, JsonSerializer.Serialize(new { contents = SubjectAccessFile.Contents, file.School, file.About, file.At, file.Listed, file.Alerts, file.Events }, _json), cancellationToken);
    }

    private static async Task AddAsync(ZipArchive zip, string name, string text, CancellationToken cancellationToken)
    {
        await using var entry = await zip.CreateEntry(name, CompressionLevel.Optimal).OpenAsync(cancellationToken);
        await entry.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
    }
}
