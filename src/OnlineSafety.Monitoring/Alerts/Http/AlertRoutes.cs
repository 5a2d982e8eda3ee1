using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Alerts.Http;

/// <summary>
/// The queue over HTTP for a member of staff with a key. The key says school and person; nothing in the address does. What the person may not
/// see is answered exactly like what does not exist.
/// </summary>
internal static class AlertRoutes
{
    private const int LargestBody = 32 * 1024;

    public static IEndpointRouteBuilder MapAlerts(this IEndpointRouteBuilder routes)
    {
        var alerts = routes.MapGroup("/v1/alerts").AddEndpointFilter<RouteGroupBuilder, StaffKeyFilter>().WithMetadata(new BodyLimit());
        alerts.MapGet("/", ListAsync).Requires(Permission.SeeAlerts);
        alerts.MapGet("/{alert}", ShowAsync).Requires(Permission.SeeAlerts);
        alerts.MapPost("/{alert}/ack", AcknowledgeAsync).Requires(Permission.ActOnAlerts);
        alerts.MapPost("/{alert}/resolve", ResolveAsync).Requires(Permission.ActOnAlerts);
        return routes;
    }

    private static async Task<IResult> ListAsync(HttpContext http, [FromQuery] string? state, AlertQueue queue, CancellationToken cancellationToken)
    {
        string[] states = state is null ? [] : state.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (Array.Exists(states, s => !AlertState.All.Contains(s, StringComparer.Ordinal)))
        {
            return Bad($"A state is one of: {string.Join(", ", AlertState.All)}.");
        }

        var (school, actor) = Who(http);
        return TypedResults.Ok(await queue.ListAsync(school, actor, states, AlertQueue.MostAlerts, cancellationToken));
    }

    private static async Task<IResult> ShowAsync(HttpContext http, string alert, AlertQueue queue, CancellationToken cancellationToken)
    {
        var (school, actor) = Who(http);
        return AlertReference.TryParse(alert, out var reference) && await queue.ShowAsync(school, actor, reference, cancellationToken) is { } found
            ? TypedResults.Ok(found)
            : NotFound();
    }

    private static async Task<IResult> AcknowledgeAsync(HttpContext http, string alert, AlertQueue queue, CancellationToken cancellationToken)
    {
        var (school, actor) = Who(http);
        return AlertReference.TryParse(alert, out var reference)
            ? Answer(await queue.AcknowledgeAsync(school, actor, reference, cancellationToken), "acknowledged")
            : NotFound();
    }

    private static async Task<IResult> ResolveAsync(HttpContext http, string alert, AlertQueue queue, CancellationToken cancellationToken)
    {
        if (!http.Request.HasJsonContentType())
        {
            return TypedResults.Problem("Send application/json with outcome and note.", statusCode: StatusCodes.Status415UnsupportedMediaType);
        }

        ResolveBody? body;
        try
        {
            body = await http.Request.ReadFromJsonAsync<ResolveBody>(cancellationToken);
        }
        catch (JsonException)
        {
            return Bad("The body is not JSON like {\"outcome\":\"...\",\"note\":\"...\"}.");
        }
        catch (BadHttpRequestException error) when (error.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return TypedResults.Problem($"The body is larger than {LargestBody} bytes.", statusCode: StatusCodes.Status413PayloadTooLarge);
        }

        if (Resolution.TryCreate(body?.Outcome, body?.Note, out var wrong) is not { } resolution)
        {
            return Bad(wrong);
        }

        var (school, actor) = Who(http);
        return AlertReference.TryParse(alert, out var reference)
            ? Answer(await queue.ResolveAsync(school, actor, reference, resolution, cancellationToken), "resolved")
            : NotFound();
    }

    private static IResult Answer(StepResult result, string step)
    {
        if (result.Alert is null)
        {
            return NotFound();
        }

        return result.Done
            ? TypedResults.Ok(result.Alert)
            : TypedResults.Problem(
                $"The alert is {result.Alert.State} and cannot be {step}.",
                statusCode: StatusCodes.Status409Conflict,
                extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["state"] = result.Alert.State });
    }

    private static SignedInStaff Who(HttpContext http) => http.Features.GetRequiredFeature<SignedInStaff>();

    private static ProblemHttpResult NotFound() => TypedResults.Problem("There is no such alert.", statusCode: StatusCodes.Status404NotFound);

    private static ProblemHttpResult Bad(string what) => TypedResults.Problem(what, statusCode: StatusCodes.Status400BadRequest);

    private sealed record ResolveBody(string? Outcome, string? Note);

    private sealed class BodyLimit : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => LargestBody;
    }
}
