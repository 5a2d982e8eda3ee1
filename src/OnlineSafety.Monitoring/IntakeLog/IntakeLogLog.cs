using Microsoft.Extensions.Logging;

namespace OnlineSafety.Monitoring.IntakeLog;

/// <summary>Messages 2200-2299.</summary>
internal static partial class IntakeLogLog
{
    [LoggerMessage(2200, LogLevel.Error, "A commit of {Appends} appends failed ({Error}); their senders were told to try again")]
    public static partial void CommitFailed(ILogger logger, int appends, string error);

    [LoggerMessage(2201, LogLevel.Warning, "Commit try {Attempt} ended with {Error}; trying again with the same sequences")]
    public static partial void CommitRetried(ILogger logger, int attempt, string error);
}
