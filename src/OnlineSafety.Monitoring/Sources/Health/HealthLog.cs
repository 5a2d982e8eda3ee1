using Microsoft.Extensions.Logging;

namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>Messages of the watch over sources: 3050 to 3099.</summary>
internal static partial class HealthLog
{
    [LoggerMessage(3050, LogLevel.Warning, "Source {Source} of school {School} is {State}")]
    public static partial void Alarm(ILogger logger, Guid school, Guid source, string state);

    [LoggerMessage(3051, LogLevel.Information, "Source {Source} of school {School} is well again; it was {State}")]
    public static partial void Cleared(ILogger logger, Guid school, Guid source, string state);

    [LoggerMessage(3052, LogLevel.Error, "The sources of school {School} could not be judged ({Error}); tried again in half a minute")]
    public static partial void SchoolNotJudged(ILogger logger, Guid school, string error);

    [LoggerMessage(3053, LogLevel.Error, "The watch over sources could not pass ({Error}); tried again in half a minute")]
    public static partial void PassFailed(ILogger logger, string error);

    [LoggerMessage(3054, LogLevel.Error, "The calendar of school {School} cannot be read: every weekday is taken for a school day. Import it again: onlinesafety school calendar import")]
    public static partial void CalendarUnreadable(ILogger logger, Guid school);
}
