using Microsoft.Extensions.Logging;

namespace OnlineSafety.Monitoring.Sources;

/// <summary>Messages of Sources: 3000 to 3049.</summary>
internal static partial class SourcesLog
{
    [LoggerMessage(3000, LogLevel.Information, "{Count} sources are registered")]
    public static partial void SourcesLoaded(this ILogger logger, int count);

    [LoggerMessage(3001, LogLevel.Warning, "The list of sources could not be read ({Error}); the last one stays in use")]
    public static partial void DirectoryNotLoaded(this ILogger logger, string error);

    [LoggerMessage(3002, LogLevel.Error, "The stored authentication of source {Source} cannot be read: its requests are refused. Set it again: onlinesafety source authentication set")]
    public static partial void AuthenticationUnreadable(this ILogger logger, Guid source);

    [LoggerMessage(3003, LogLevel.Error, "Signing secret {Secret} of source {Source} cannot be opened with master key {Master}: what it signed is refused")]
    public static partial void SecretNotOpened(this ILogger logger, Guid secret, Guid source, string master);

    [LoggerMessage(3004, LogLevel.Warning, "What went wrong at the doors could not be written ({Error}): it is kept and tried again")]
    public static partial void TroublesNotWritten(this ILogger logger, string error);

    [LoggerMessage(3005, LogLevel.Error, "A stored network of source {Source} cannot be read: nothing from there is taken as its own until it is mended")]
    public static partial void NetworkUnreadable(this ILogger logger, Guid source);
}
