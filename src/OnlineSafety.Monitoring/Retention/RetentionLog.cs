using Microsoft.Extensions.Logging;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>Log messages 6400 to 6449. Ids and counts only.</summary>
internal static partial class RetentionLog
{
    [LoggerMessage(6400, LogLevel.Information, "Retention in school {School}: {Fell} of {Due} that were due fell")]
    public static partial void Ran(ILogger logger, Guid school, long fell, long due);

    [LoggerMessage(6401, LogLevel.Error, "Retention in school {School} deleted nothing: {Why}. If that is right: onlinesafety retention run --school {School} --yes")]
    public static partial void Refused(ILogger logger, Guid school, string why);

    [LoggerMessage(6402, LogLevel.Warning, "Retention in school {School}: {Clock} {Why}. To see it: onlinesafety retention run --school {School} --dry-run")]
    public static partial void Waits(ILogger logger, Guid school, string clock, string why);

    [LoggerMessage(6403, LogLevel.Error, "Retention failed in school {School} with {Error}; it is tried again")]
    public static partial void Failed(ILogger logger, Guid school, string error);

    [LoggerMessage(6404, LogLevel.Error, "Retention failed with {Error}; it is tried again")]
    public static partial void PassFailed(ILogger logger, string error);

    [LoggerMessage(6405, LogLevel.Information, "The hour around alert {Alert} was copied from the log: {Events} events")]
    public static partial void ContextKept(ILogger logger, Guid alert, int events);

    [LoggerMessage(6407, LogLevel.Error, "Copying hours around alerts failed in school {School} with {Error}; it is tried again")]
    public static partial void ContextFailed(ILogger logger, Guid school, string error);

    [LoggerMessage(6406, LogLevel.Warning, "This process has no login for the database role onlinesafety_retention (Connections:Retention): it lets go of nothing")]
    public static partial void NoLogin(ILogger logger);
}
