using Microsoft.Extensions.Logging.Console;

namespace OnlineSafety.Monitoring.App.Hosting;

/// <summary>Logs go to standard error, one line each; standard output is for what commands print.</summary>
internal static class ServiceLogging
{
    /// <summary>Loggers that write a path, whose last segment may be a source's key.</summary>
    private static readonly string[] PathWriters =
    [
        "Microsoft.AspNetCore.Routing.EndpointRoutingMiddleware",
        "Microsoft.AspNetCore.Routing.Matching.DfaMatcher",
        "Microsoft.AspNetCore.Server.Kestrel.BadRequests",
        // Where it sends somebody may hold an invitation.
        "Microsoft.AspNetCore.Http.Result.RedirectResult",
    ];

    /// <summary>Writes paths too, and while it may write anything at all, every request is given a span and a log scope, whether anybody wants them or not.</summary>
    private const string RequestWriter = "Microsoft.AspNetCore.Hosting.Diagnostics";

    public static void Configure(ILoggingBuilder logging, IConfiguration configuration)
    {
        logging.ClearProviders();
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        });
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.SetMinimumLevel(LogLevel.Information);
        // Frameworks say at Information what they were given: addresses and statements, which may hold what a child typed.
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        logging.AddFilter("MassTransit", LogLevel.Warning);
        logging.AddFilter("Npgsql", LogLevel.Warning);
        // An exception handled by the middleware is logged by its type alone (ErrorLog); the middleware itself would log its message.
        logging.AddFilter("Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware", LogLevel.None);
        logging.AddConfiguration(configuration.GetSection("Logging"));
        // After the settings, so that none of them turns these on.
        logging.AddFilter<ConsoleLoggerProvider>(RequestWriter, LogLevel.None);
        foreach (var category in PathWriters)
        {
            logging.AddFilter<ConsoleLoggerProvider>(category, LogLevel.Warning);
        }
    }
}
