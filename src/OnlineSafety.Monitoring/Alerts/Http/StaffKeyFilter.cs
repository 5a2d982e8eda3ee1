using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Alerts.Http;

/// <summary>Lets in whoever shows a staff key, and keeps answers out of every cache.</summary>
internal sealed class StaffKeyFilter(StaffKeys keys) : IEndpointFilter
{
    private const string Scheme = "Bearer ";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        var header = http.Request.Headers.Authorization.ToString();
        var staff = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? await keys.FindAsync(header[Scheme.Length..].Trim(), http.RequestAborted)
            : null;
        if (staff is null)
        {
            http.Response.Headers.Append(HeaderNames.WWWAuthenticate, "Bearer");
            return TypedResults.Problem("Send a staff key: Authorization: Bearer osu_...", statusCode: StatusCodes.Status401Unauthorized);
        }

        if (!staff.MayCall(http))
        {
            return TypedResults.Problem("There is nothing here.", statusCode: StatusCodes.Status404NotFound);
        }

        http.Features.Set(staff);
        return await next(context);
    }
}
