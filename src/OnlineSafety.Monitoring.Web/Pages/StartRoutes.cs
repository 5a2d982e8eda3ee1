using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Web.Pages;

/// <summary>Where the address of the console alone leads.</summary>
internal static class StartRoutes
{
    public static void MapStart(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", Start).RequiresSignIn();
        routes.MapGet(Navigation.Nothing, Nothing).RequiresSignIn();
    }

    private static RedirectHttpResult Start(HttpContext http, OpenRooms rooms) => TypedResults.Redirect(Navigation.StartOf(http.Features.GetRequiredFeature<SignedInStaff>(), rooms));

    private static RazorComponentResult<NotFoundPage> Nothing(HttpContext http, OpenRooms rooms) => new(new
    {
        Heading = "There is nothing for you here yet",
        Words = Navigation.Misses(http.Features.GetRequiredFeature<SignedInStaff>(), rooms)
            ? "There are pages for your role, but this console does not serve them: it has no database login for them. Whoever runs the service can give it one, or tell you which address has them."
            : "Your role gets its news by e-mail and has no page in the console. If you expected one, ask whoever manages staff at your school.",
        Address = "",
    });
}
