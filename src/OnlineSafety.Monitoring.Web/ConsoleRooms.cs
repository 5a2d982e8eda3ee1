using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Web.Administration;
using OnlineSafety.Monitoring.Web.Audit;
using OnlineSafety.Monitoring.Web.People;
using OnlineSafety.Monitoring.Web.Reports;
using OnlineSafety.Monitoring.Web.Retention;
using OnlineSafety.Monitoring.Web.Rules;
using OnlineSafety.Monitoring.Web.Silences;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web;

/// <summary>The rooms of the console beside the queue: people, reports, and what stands on set-up.</summary>
internal static class ConsoleRooms
{
    public static IServiceCollection AddRooms(this IServiceCollection services)
    {
        services.AddSingleton(OpenRooms.Of);
        services.AddSingleton<SilencePages>();
        services.AddPeoplePages();
        services.AddReportPages();
        services.AddSourcePages();
        services.AddRulePages();
        services.AddAdministrationPages();
        services.AddAuditPages();
        services.AddRetentionPages();
        return services;
    }

    public static void MapRooms(this IEndpointRouteBuilder pages)
    {
        pages.MapSilences();
        pages.MapPeople();
        pages.MapReports();
        var open = pages.ServiceProvider.GetRequiredService<OpenRooms>();
        if (open.Audit)
        {
            pages.MapAudit();
        }

        if (open.Retention)
        {
            pages.MapRetention();
        }

        if (open.SetUp)
        {
            pages.MapSources();
            pages.MapRules();
            pages.MapAdministration();
        }
    }
}
