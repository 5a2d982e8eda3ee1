using Microsoft.Extensions.Logging;

namespace OnlineSafety.Monitoring.Intake.Files;

/// <summary>Messages of the drop folders, event ids 2150-2169. A file is named by its hash: its name may hold a pupil's.</summary>
internal static partial class FileDoorLog
{
    [LoggerMessage(2150, LogLevel.Information, "File {Hash} of source {Source} is imported: {Added} of {Records} records were new")]
    public static partial void Imported(ILogger logger, string hash, Guid source, long added, long records);

    [LoggerMessage(2151, LogLevel.Error, "A file dropped for source {Source} cannot be imported ({Fault}): it goes to the folder \"failed\", with the reason beside it")]
    public static partial void Refused(ILogger logger, Guid source, FileFault fault);

    [LoggerMessage(2152, LogLevel.Warning, "The drop folder of source {Source} is tried again in {Delay}: {Error}")]
    public static partial void TriedAgain(ILogger logger, Guid source, TimeSpan delay, string error);

    [LoggerMessage(2153, LogLevel.Information, "Files dropped for source {Source} are imported")]
    public static partial void Watching(ILogger logger, Guid source);

    [LoggerMessage(2154, LogLevel.Error, "{Count} files dropped for source {Source} cannot be opened, for their names are not UTF-8: rename them")]
    public static partial void NameNotUtf8(ILogger logger, int count, Guid source);

    [LoggerMessage(2155, LogLevel.Error, "A file dropped for source {Source} cannot be read ({Error}): it is tried again every minute, and those behind it are imported meanwhile")]
    public static partial void NotRead(ILogger logger, Guid source, string error);

    [LoggerMessage(2156, LogLevel.Error, "A file dropped for source {Source} was read but cannot be moved to the folder \"{Folder}\" ({Error}): give this account write permission on the folder it lies in (in a sticky one it must own the file). Every minute it is moved if it can be, and not read again; those behind it are imported meanwhile")]
    public static partial void NotMoved(ILogger logger, Guid source, string folder, string error);
}
