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

    private static readonly (string Route, AlertStep Step)[] _steps =
    [
        ("ack", AlertStep.Acknowledge), ("review", AlertStep.Review), ("assign", AlertStep.Assign), ("note", AlertStep.Note), ("escalate", AlertStep.Escalate),
        ("handover", AlertStep.HandOver), ("resolve", AlertStep.Resolve), ("reopen", AlertStep.Reopen),
    ];

    public static IEndpointRouteBuilder MapAlerts(this IEndpointRouteBuilder routes)
    {
        var alerts = routes.MapGroup("/v1/alerts").AddEndpointFilter<RouteGroupBuilder, StaffKeyFilter>().WithMetadata(new BodyLimit());
        alerts.MapGet("/", ListAsync).Requires(Permission.SeeAlerts);
        alerts.MapGet("/{alert}", ShowAsync).Requires(Permission.SeeAlerts);
        alerts.MapGet("/{alert}/history", HistoryAsync).Requires(Permission.SeeAlerts);
        foreach (var (route, step) in _steps)
        {
            alerts.MapPost("/{alert}/" + route, (HttpContext http, string alert, AlertQueue queue, CancellationToken cancellationToken) =>
                StepAsync(http, alert, step, queue, cancellationToken)).Requires(AlertSteps.Needs(step));
        }

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

    private static async Task<IResult> HistoryAsync(HttpContext http, string alert, AlertQueue queue, CancellationToken cancellationToken)
    {
        var (school, actor) = Who(http);
        return AlertReference.TryParse(alert, out var reference) && await queue.HistoryAsync(school, actor, reference, cancellationToken) is { Count: > 0 } steps
            ? TypedResults.Ok(new AlertHistoryView(steps, await queue.ToldAsync(school, actor, reference, cancellationToken)))
            : NotFound();
    }

    private static async Task<IResult> StepAsync(HttpContext http, string alert, AlertStep step, AlertQueue queue, CancellationToken cancellationToken)
    {
        var (input, refused) = await ReadAsync(http, step, cancellationToken);
        if (refused is not null)
        {
            return refused;
        }

        if (AlertMove.TryCreate(step, input, out var wrong) is not { } move)
        {
            return Bad(wrong);
        }

        var (school, actor) = Who(http);
        return AlertReference.TryParse(alert, out var reference) ? Answer(await queue.StepAsync(school, actor, reference, move, cancellationToken)) : NotFound();
    }

    /// <summary>What was sent with the step; a step that needs nothing needs no body.</summary>
    private static async Task<(MoveInput Input, IResult? Refused)> ReadAsync(HttpContext http, AlertStep step, CancellationToken cancellationToken)
    {
        var none = new MoveInput();
        if (step is AlertStep.Acknowledge or AlertStep.Review)
        {
            return (none, null);
        }

        if (!http.Request.HasJsonContentType())
        {
            return (none, TypedResults.Problem($"Send application/json like {Like(step)}.", statusCode: StatusCodes.Status415UnsupportedMediaType));
        }

        try
        {
            return (await http.Request.ReadFromJsonAsync<MoveInput>(cancellationToken) ?? none, null);
        }
        catch (JsonException)
        {
            return (none, Bad($"The body is not JSON like {Like(step)}."));
        }
        catch (BadHttpRequestException error) when (error.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (none, TypedResults.Problem($"The body is larger than {LargestBody} bytes.", statusCode: StatusCodes.Status413PayloadTooLarge));
        }
    }

    private static string Like(AlertStep step) => step switch
    {
        AlertStep.Assign => """{"staff":"..."}""",
        AlertStep.HandOver => """{"reference":"...","note":"..."}""",
        AlertStep.Resolve => """{"outcome":"...","note":"..."}""",
        _ => """{"note":"..."}""",
    };

    private static IResult Answer(StepResult result) => result switch
    {
        { Alert: null } => NotFound(),
        { Done: true } => TypedResults.Ok(result.Alert),
        _ => TypedResults.Problem(
            result.Refusal,
            statusCode: StatusCodes.Status409Conflict,
            extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["state"] = result.Alert.State }),
    };

    private static SignedInStaff Who(HttpContext http) => http.Features.GetRequiredFeature<SignedInStaff>();

    private static ProblemHttpResult NotFound() => TypedResults.Problem("There is no such alert.", statusCode: StatusCodes.Status404NotFound);

    private static ProblemHttpResult Bad(string what) => TypedResults.Problem(what, statusCode: StatusCodes.Status400BadRequest);

    private sealed class BodyLimit : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => LargestBody;
    }
}
