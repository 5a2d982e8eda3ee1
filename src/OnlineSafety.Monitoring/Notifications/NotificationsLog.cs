using Microsoft.Extensions.Logging;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>Log messages 6000 to 6149. Ids, counts and codes only.</summary>
internal static partial class NotificationsLog
{
    [LoggerMessage(6000, LogLevel.Information, "Notification {Notification} ({Kind}) sent at attempt {Attempt}")]
    public static partial void Sent(ILogger logger, Guid notification, string kind, int attempt);

    [LoggerMessage(6001, LogLevel.Warning, "Notification {Notification} not sent at attempt {Attempt}: {Code}; next try in {Wait}")]
    public static partial void Retried(ILogger logger, Guid notification, int attempt, string code, TimeSpan wait);

    [LoggerMessage(6002, LogLevel.Error, "Notification {Notification} given up at attempt {Attempt}: {Code}")]
    public static partial void Failed(ILogger logger, Guid notification, int attempt, string code);

    [LoggerMessage(6003, LogLevel.Information, "Notification {Notification} dropped: {Code}")]
    public static partial void Dropped(ILogger logger, Guid notification, string code);

    [LoggerMessage(6004, LogLevel.Warning, "Late mark of notification {Notification} at attempt {Attempt} refused: its lease had gone to another worker")]
    public static partial void LateWrite(ILogger logger, Guid notification, int attempt);

    [LoggerMessage(6005, LogLevel.Error, "Notification {Notification} left to its lease at attempt {Attempt}: {Error}")]
    public static partial void LeftToLease(ILogger logger, Guid notification, int attempt, string error);

    [LoggerMessage(6006, LogLevel.Warning, "A pass over due notifications failed: {Error}; next pass follows")]
    public static partial void PassFailed(ILogger logger, string error);

    [LoggerMessage(6007, LogLevel.Warning, "Listening for due notifications failed: {Error}; polling goes on")]
    public static partial void ListenFailed(ILogger logger, string error);

    [LoggerMessage(6008, LogLevel.Warning, "A hint could not be published: {Error}; the sweeper finds the row")]
    public static partial void PublishFailed(ILogger logger, string error);

    [LoggerMessage(6009, LogLevel.Error, "Notification {Notification} could not be made at attempt {Attempt}: {Error}")]
    public static partial void Defect(ILogger logger, Guid notification, int attempt, string error);
}
