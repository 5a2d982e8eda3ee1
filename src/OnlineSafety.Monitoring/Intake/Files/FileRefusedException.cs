namespace OnlineSafety.Monitoring.Intake.Files;

/// <summary>Why a file is not imported: a closed list, so that a reason can be logged and counted without saying anything of the file.</summary>
internal enum FileFault
{
    Missing,
    Directory,
    Unreadable,
    Empty,
    Utf16,
    NotText,
    GzipBroken,
    TooLarge,
    NoHeader,
    JsonTooLarge,
}

/// <summary>The file cannot be imported as it is; trying again changes nothing. The message names no file and nothing in it.</summary>
internal sealed class FileRefusedException(FileFault fault, Exception? inner = null) : Exception(TextOf(fault), inner)
{
    public FileFault Fault { get; } = fault;

    private static string TextOf(FileFault fault) => fault switch
    {
        FileFault.Missing => "There is no such file.",
        FileFault.Directory => "That is a directory. Name a file.",
        FileFault.Unreadable => "The file may not be read by this account.",
        FileFault.Empty => "The file is empty.",
        FileFault.Utf16 => "The file is UTF-16 text. Save it as UTF-8.",
        FileFault.NotText => "The file is not text (a workbook, an archive, a picture?). Export it as CSV, JSON or lines.",
        FileFault.GzipBroken => "The file is damaged gzip, was cut short, or is several gzip files in one. Fetch it again, or unpack it first.",
        FileFault.TooLarge => "The file is larger than Intake:Files:MaxBytes allows. Split it, or raise the limit.",
        FileFault.NoHeader => "The first row of the CSV is no header row: a quote in it is not closed, or it is far too long. For a file of log lines use the type \"lines\".",
        _ => "The JSON is larger than 4 MiB and not an array, so that it cannot be split. Export NDJSON or an array.",
    };
}

/// <summary>Somebody wrote to the file while it was read. It is imported when it rests.</summary>
internal sealed class FileChangedException() : Exception("The file changed while it was read: it is still being written. Import it when it is complete.");
