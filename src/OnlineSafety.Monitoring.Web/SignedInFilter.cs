using Microsoft.AspNetCore.Http;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Web;

/// <summary>Lets only somebody in who is known, and keeps every page out of every cache.</summary>
internal sealed class SignedInFilter(StaffKeys keys) : IEndpointFilter
{
    private const string Scheme = "Bearer ";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        http.Response.Headers.CacheControl = "no-cache, no-store";
        var header = http.Request.Headers.Authorization.ToString();
        var staff = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? await keys.FindAsync(header[Scheme.Length..].Trim(), http.RequestAborted) : null;
        if (staff is null)
        {
            return TypedResults.Redirect("/sign-in");
        }

        http.Features.Set(staff);
        return await next(context);
    }
}
