using Microsoft.Extensions.Logging;

namespace OnlineSafety.Monitoring.Digests;

/// <summary>Log messages 6150 to 6299. Ids, days and counts only.</summary>
internal static partial class DigestsLog
{
    [LoggerMessage(6150, LogLevel.Information, "Digest of school {School} for {Day} made (late: {Late}), {Recipients} recipients")]
    public static partial void Made(ILogger logger, Guid school, DateOnly day, bool late, int recipients);

    [LoggerMessage(6151, LogLevel.Error, "Digest of school {School} for {Day} could not be made: {Error}; it is tried again")]
    public static partial void MakeFailed(ILogger logger, Guid school, DateOnly day, string error);

    [LoggerMessage(6152, LogLevel.Warning, "Looking for due digests failed: {Error}; it is tried again")]
    public static partial void PassFailed(ILogger logger, string error);

    [LoggerMessage(6153, LogLevel.Information, "Digest of school {School} for {Day} queued again for {Recipients} recipients")]
    public static partial void Requeued(ILogger logger, Guid school, DateOnly day, int recipients);
}
