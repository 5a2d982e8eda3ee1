using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web.Retention;

/// <summary>For the data protection officer: how long things are kept and what falls next, legal holds, erasure. Nothing here shows what a child did.</summary>
internal static class RetentionRoutes
{
    public const string Address = "/retention";

    public static IServiceCollection AddRetentionPages(this IServiceCollection services) => services.AddSingleton(RetentionPages.Of);

    public static void MapRetention(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Address, ShowAsync).Requires(Permission.RunRetention);
        routes.MapHolds();
        routes.MapErasures();
    }

    private static async Task<RazorComponentResult<RetentionPage>> ShowAsync(HttpContext http, RetentionPages pages, CancellationToken cancellationToken) =>
        new(new { View = await pages.ShowAsync(http.SignedIn(), cancellationToken) });
}
