using Microsoft.AspNetCore.Diagnostics;

namespace OnlineSafety.Monitoring.App.Hosting;

/// <summary>Logs that a request failed by type and place, never by message: messages of a database quote what was sent to it.</summary>
internal sealed class ErrorLog(ILogger<ErrorLog> logger) : IExceptionHandler
{
    public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // The middleware has taken the endpoint off the request by now.
        var endpoint = httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? httpContext.GetEndpoint();
        var route = (endpoint as RouteEndpoint)?.RoutePattern.RawText ?? "unmatched";
        logger.RequestFailed(route, exception.GetType().FullName ?? exception.GetType().Name, Place(exception));
        // Not answered here: the framework's problem details say 500 and nothing more.
        return ValueTask.FromResult(false);
    }

    private static string Place(Exception exception) =>
        exception.StackTrace?.Split('\n', 2)[0].Trim() ?? "";
}
