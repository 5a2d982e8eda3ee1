using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace OnlineSafety.Monitoring.Intake.Http;

/// <summary>
/// The HTTP door: <c>POST /v1/ingest/{source}</c>, and with the source's key as one more segment for those who can send nothing but a URL; so also
/// <c>GET</c>, which is all that deny pages take.
/// </summary>
internal static class IngestEndpoints
{
    public const string SourceValue = "source";
    public const string SecretValue = "secret";
    public const string Route = $"/v1/ingest/{{{SourceValue}}}/{{{SecretValue}?}}";

    public const string DenyPageRoute = $"/v1/ingest/{{{SourceValue}}}/{{{SecretValue}}}";

    public static IEndpointConventionBuilder MapIngest(this IEndpointRouteBuilder endpoints)
    {
        var handler = endpoints.ServiceProvider.GetRequiredService<IngestHandler>();

        endpoints.MapGet(DenyPageRoute, (RequestDelegate)endpoints.ServiceProvider.GetRequiredService<DenyPageHandler>().HandleAsync).AllowAnonymous();

        // The proof is checked by the handler; signing in is for people.
        return endpoints.MapPost(Route, (RequestDelegate)handler.HandleAsync).AllowAnonymous();
    }
}
