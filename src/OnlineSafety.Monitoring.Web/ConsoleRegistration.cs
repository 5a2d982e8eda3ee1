using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Web.Administration;
using OnlineSafety.Monitoring.Web.Pages;
using OnlineSafety.Monitoring.Web.People;
using OnlineSafety.Monitoring.Web.Queue;
using OnlineSafety.Monitoring.Web.Reports;
using OnlineSafety.Monitoring.Web.Rules;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web;

/// <summary>The web console of the <c>console</c> role.</summary>
internal static class ConsoleRegistration
{
    public static IServiceCollection AddConsole(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddSingleton<SchoolNames>();
        services.AddSourcePages();
        services.AddReportPages();
        services.AddRulePages();
        services.AddAdministrationPages();
        services.AddPeoplePages();
        return services;
    }

    /// <summary>Every page behind the sign-in.</summary>
    public static IEndpointRouteBuilder MapConsole(this IEndpointRouteBuilder routes)
    {
        routes.MapAssets();
        routes.MapDisplay();
        var pages = routes.MapGroup("").AddEndpointFilter<PageHeaders>().AddEndpointFilter<SignedInFilter>();
        pages.MapStart();
        pages.MapQueue();
        pages.MapPeople();
        pages.MapReports();
        if (routes.ServiceProvider.GetKeyedService<Database>(DatabaseRole.Setup) is not null)
        {
            pages.MapSources();
            pages.MapRules();
            pages.MapAdministration();
        }

        return routes;
    }
}
