using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace OnlineSafety.Monitoring.Intake.Http;

/// <summary>The HTTP door: <c>POST /v1/ingest/{source}</c> with the source's bearer key.</summary>
internal static class IngestEndpoints
{
    public const string Route = "/v1/ingest/{source}";

    public static IEndpointConventionBuilder MapIngest(this IEndpointRouteBuilder endpoints)
    {
        var handler = endpoints.ServiceProvider.GetRequiredService<IngestHandler>();

        // The key is checked by the handler; signing in is for people.
        return endpoints.MapPost(Route, (RequestDelegate)handler.HandleAsync).AllowAnonymous();
    }
}
