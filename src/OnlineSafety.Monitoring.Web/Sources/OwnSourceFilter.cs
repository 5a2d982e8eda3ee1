using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Web.Sources;

/// <summary>
/// Lets only the school's own sources through. Set-up finds a source by its id in any school, because its commands do; whoever comes through the web belongs to
/// one school, and the id of another's source is nothing to them.
/// </summary>
internal sealed class OwnSourceFilter([FromKeyedServices(DatabaseRole.Setup)] Database setup) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var who = http.SignedIn();
        if (!Guid.TryParse(http.Request.RouteValues["source"] as string, out var id))
        {
            return Missing.Page();
        }

        await using (var session = await setup.OpenAsync(who.School, who.Actor, http.RequestAborted))
        {
            if (await session.Context.Sources.AsNoTracking().SingleOrDefaultAsync(s => s.SchoolId == who.School && s.SourceId == id, http.RequestAborted) is not { } source)
            {
                return Missing.Page();
            }

            http.Features.Set(source);
        }

        return await next(context);
    }
}

internal static class SignedInContext
{
    /// <summary>Who asks.</summary>
    public static SignedInStaff SignedIn(this HttpContext http) => http.Features.GetRequiredFeature<SignedInStaff>();

    /// <summary>The source that the route names, of this person's school.</summary>
    public static Source Source(this HttpContext http) => http.Features.GetRequiredFeature<Source>();
}
