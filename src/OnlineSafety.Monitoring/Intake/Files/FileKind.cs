using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Intake.Files;

/// <summary>How a file is cut into records. The lower-case names are the words of <c>--type</c>, and part of delivery ids.</summary>
internal enum FileKind
{
    Csv,
    NdJson,
    Json,
    Lines,
}

/// <summary>Tells the kinds apart, by name and by how the text begins.</summary>
internal static class FileKinds
{
    public static IReadOnlyList<string> Words { get; } = [.. Enum.GetValues<FileKind>().Select(WordOf)];

    public static string WordOf(FileKind kind) => kind switch
    {
        FileKind.Csv => "csv",
        FileKind.NdJson => "ndjson",
        FileKind.Json => "json",
        _ => "lines",
    };

    public static string ContentTypeOf(FileKind kind) => kind switch
    {
        FileKind.Csv => RecordEnvelope.Csv,
        FileKind.NdJson => RecordEnvelope.NdJson,
        FileKind.Json => RecordEnvelope.Json,
        _ => RecordEnvelope.PlainText,
    };

    /// <summary>
    /// The kind of a text file. A CSV is one by name only: a line of a log may hold commas too. Without a header row its rows are lines, as
    /// e2guardian writes them: with quotes inside quotes, which no reader of CSV could tell apart.
    /// </summary>
    /// <param name="name">File name; <c>.gz</c> at its end does not count.</param>
    /// <param name="head">How the text begins, without byte order mark; the whole of it when it is short.</param>
    public static FileKind Detect(string name, ReadOnlySpan<byte> head)
    {
        var bare = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
        var text = head.TrimStart(" \t\r\n"u8);
        return Path.GetExtension(bare).ToLowerInvariant() switch
        {
            ".csv" or ".tsv" => CsvRow.IsHeader(head) ? FileKind.Csv : FileKind.Lines,
            ".ndjson" or ".jsonl" => FileKind.NdJson,
            _ when text.StartsWith("["u8) && IsArray(text) => FileKind.Json,
            _ when text.StartsWith("{"u8) => IsOneALine(text) ? FileKind.NdJson : FileKind.Json,
            ".json" => FileKind.Json,
            _ => FileKind.Lines,
        };
    }

    /// <summary>What cannot be text of ours, told by how it begins; null when it can.</summary>
    public static FileFault? FaultOf(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            return FileFault.Utf16;
        }

        // Workbooks (xlsx, ods) are zip archives; programs, PDFs with pictures and old workbooks hold NULs early.
        return head.StartsWith("PK\x03\x04"u8) || head[..Math.Min(head.Length, 1024)].Contains((byte)0) ? FileFault.NotText : null;
    }

    // A log line may begin with "[2211] ..." as well: in JSON an array's first element is a value.
    private static bool IsArray(ReadOnlySpan<byte> text)
    {
        var first = text[1..].TrimStart(" \t\r\n"u8);
        return first.IsEmpty || first[0] is (byte)'{' or (byte)'[' or (byte)'"' or (byte)']';
    }

    // The first line is a whole object, and something follows.
    private static bool IsOneALine(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'\n');
        return end > 0 && text[..end].TrimEnd(" \t\r"u8).EndsWith("}"u8) && text[end..].TrimStart(" \t\r\n"u8).StartsWith("{"u8);
    }
}
