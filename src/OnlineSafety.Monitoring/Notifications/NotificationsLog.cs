using Microsoft.Extensions.Logging;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>Log messages 6000 to 6149. Ids, counts and codes only.</summary>
internal static partial class NotificationsLog
{
    [LoggerMessage(6000, LogLevel.Information, "Mail {Mail} ({Kind}) sent at attempt {Attempt}, for {Rows} notifications")]
    public static partial void Sent(ILogger logger, Guid mail, string kind, int attempt, int rows);

    [LoggerMessage(6001, LogLevel.Warning, "Mail {Mail} of {Rows} notifications not sent at attempt {Attempt}: {Code}; next try in {Wait}")]
    public static partial void Retried(ILogger logger, Guid mail, int rows, int attempt, string code, TimeSpan wait);

    [LoggerMessage(6002, LogLevel.Error, "Mail {Mail}: {Rows} notifications given up at attempt {Attempt}: {Code}")]
    public static partial void Failed(ILogger logger, Guid mail, int rows, int attempt, string code);

    [LoggerMessage(6003, LogLevel.Information, "Mail {Mail}: {Rows} notifications dropped: {Code}")]
    public static partial void Dropped(ILogger logger, Guid mail, int rows, string code);

    [LoggerMessage(6004, LogLevel.Warning, "Late mark of mail {Mail} at attempt {Attempt} refused: its lease had gone to another worker")]
    public static partial void LateWrite(ILogger logger, Guid mail, int attempt);

    [LoggerMessage(6005, LogLevel.Error, "Mail {Mail} left to its lease at attempt {Attempt}: {Error}")]
    public static partial void LeftToLease(ILogger logger, Guid mail, int attempt, string error);

    [LoggerMessage(6006, LogLevel.Warning, "A pass over due notifications failed: {Error}; next pass follows")]
    public static partial void PassFailed(ILogger logger, string error);

    [LoggerMessage(6007, LogLevel.Warning, "Listening for due notifications failed: {Error}; polling goes on")]
    public static partial void ListenFailed(ILogger logger, string error);

    [LoggerMessage(6008, LogLevel.Warning, "A hint could not be published: {Error}; the sweeper finds the row")]
    public static partial void PublishFailed(ILogger logger, string error);

    [LoggerMessage(6009, LogLevel.Error, "Mail {Mail} could not be made at attempt {Attempt}: {Error}")]
    public static partial void Defect(ILogger logger, Guid mail, int attempt, string error);

    [LoggerMessage(6010, LogLevel.Warning, "Channels of school {School}: {Broken} do not work, {Mended} work again; {Told} messages say so")]
    public static partial void Channels(ILogger logger, Guid school, int broken, int mended, int told);
}
