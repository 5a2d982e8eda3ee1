using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Web.Pages;
using OnlineSafety.Monitoring.Web.Queue;
using OnlineSafety.Monitoring.Web.SignIn;

namespace OnlineSafety.Monitoring.Web;

/// <summary>The web console of the <c>console</c> role.</summary>
internal static class ConsoleRegistration
{
    public static IServiceCollection AddConsole(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddFormTokens();
        services.AddSingleton<SessionCookie>();
        services.AddSingleton<WhoAsks>();
        services.AddSingleton<SignInOnward>();
        services.AddSingleton<SecurityView>();
        services.AddSingleton<SchoolNames>();
        return services;
    }

    /// <summary>Every page behind the sign-in.</summary>
    public static IEndpointRouteBuilder MapConsole(this IEndpointRouteBuilder routes)
    {
        routes.MapAssets();
        routes.MapDisplay();
        routes.MapSignIn();
        var pages = routes.MapGroup("").AddEndpointFilter<PageHeaders>().AddEndpointFilter<SignedInFilter>();
        pages.MapStart();
        pages.MapSecurity();
        pages.MapQueue();
        return routes;
    }
}
