using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Web.Administration;
using OnlineSafety.Monitoring.Web.People;
using OnlineSafety.Monitoring.Web.Reports;
using OnlineSafety.Monitoring.Web.Rules;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web;

/// <summary>The rooms of the console beside the queue: people, reports, and what stands on set-up.</summary>
internal static class ConsoleRooms
{
    public static IServiceCollection AddRooms(this IServiceCollection services)
    {
        services.AddPeoplePages();
        services.AddReportPages();
        services.AddSourcePages();
        services.AddRulePages();
        services.AddAdministrationPages();
        return services;
    }

    public static void MapRooms(this IEndpointRouteBuilder pages)
    {
        pages.MapPeople();
        pages.MapReports();
        // A console without a login for the set-up role has no pages that stand on it.
        if (pages.ServiceProvider.GetKeyedService<Database>(DatabaseRole.Setup) is not null)
        {
            pages.MapSources();
            pages.MapRules();
            pages.MapAdministration();
        }
    }
}
