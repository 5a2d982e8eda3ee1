namespace OnlineSafety.Monitoring.App.Hosting;

/// <summary>Messages of the executable: 9000 to 9099.</summary>
internal static partial class AppLog
{
    [LoggerMessage(9000, LogLevel.Error, "A request to {Route} failed: {Error} {Place}")]
    public static partial void RequestFailed(this ILogger logger, string route, string error, string place);

    [LoggerMessage(9001, LogLevel.Warning, "Not ready: {Check} ({Error})")]
    public static partial void NotReady(this ILogger logger, string check, string error);

    [LoggerMessage(9002, LogLevel.Information, "Traces and metrics are exported by OTLP")]
    public static partial void TelemetryExported(this ILogger logger);
}
