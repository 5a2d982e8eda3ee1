using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Alerts.Reading;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.Web.Alerts;
using OnlineSafety.Monitoring.Web.Live;
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
        services.AddSingleton<PageHeaders>();
        ErrorPages.Add(services);
        services.AddFormTokens();
        services.AddSingleton<SessionCookie>();
        services.AddSingleton<KnownBrowsers>();
        services.AddSingleton<WhoAsks>();
        services.AddSingleton<SignInOnward>();
        services.AddSingleton<SecurityView>();
        services.AddSingleton<SchoolNames>();
        services.AddSingleton(provider => new TellingReader(
            provider.GetRequiredKeyedService<Database>(DatabaseRole.Console), provider.GetRequiredService<PolicyDirectory>(), provider.GetService<IMailTransport>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<QueueReader>(provider, provider.GetRequiredKeyedService<Database>(DatabaseRole.Console)));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<SurroundingsReader>(provider, provider.GetRequiredKeyedService<Database>(DatabaseRole.Console)));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<AlertVisits>(provider, provider.GetRequiredKeyedService<Database>(DatabaseRole.Console)));
        services.AddSingleton<AlertPages>();
        services.AddSingleton<LiveSignal>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveSignal>());
        services.AddSingleton<LiveFragments>();
        services.AddRooms();
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
        pages.MapLive();
        pages.MapAlertPages();
        pages.MapRooms();
        return routes;
    }
}
