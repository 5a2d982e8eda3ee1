using Microsoft.Extensions.Logging;

namespace OnlineSafety.Monitoring.Alerts.Policy;

internal static partial class PolicyLog
{
    [LoggerMessage(5020, LogLevel.Error, "The policy of school {School} (revision {Revision}) cannot be read; the default holds. See: onlinesafety policy check --school {School}")]
    public static partial void Unreadable(ILogger logger, Guid school, int revision);
}
