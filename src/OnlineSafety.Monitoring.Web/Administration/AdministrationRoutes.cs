using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts.Escalation;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Notifications.Outgoing;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web.Administration;

/// <summary>What a school sets up beside its sources: who works here, when it is open, where alerts go beside e-mail.</summary>
internal static class AdministrationRoutes
{
    private static readonly (AdministrationTab Tab, Permission Permission)[] Tabs =
    [
        (new("/administration/staff", "Staff and roles"), Permission.ManageStaff),
        (new("/administration/policy", "Policy"), Permission.ManagePolicy),
        (new("/administration/calendar", "Calendar"), Permission.ManagePolicy),
        (new("/administration/channels", "Channels"), Permission.ManagePolicy),
    ];

    public static IServiceCollection AddAdministrationPages(this IServiceCollection services)
    {
        services.AddSingleton(provider => new StaffList(SourcePagesRegistration.Setup(provider)));
        services.AddSingleton(provider => new StaffRegister(SourcePagesRegistration.Setup(provider), new PupilNames(provider.GetRequiredService<SchoolSeals>)));
        services.AddSingleton<StaffMemberPages>();
        services.AddSingleton(provider => new PolicyRegister(SourcePagesRegistration.Setup(provider), SourcePagesRegistration.Time(provider)));
        services.AddSingleton<PolicyPages>();
        services.AddSingleton(provider => new ClockForecast(provider.GetRequiredKeyedService<Database>(DatabaseRole.Console), provider.GetRequiredService<PolicyDirectory>()));
        services.AddSingleton<CalendarPages>();
        services.AddSingleton(provider => new ChannelRegister(SourcePagesRegistration.Setup(provider), SourcePagesRegistration.Time(provider)));
        services.AddSingleton(provider => new ChannelPages(
            provider.GetRequiredService<ChannelRegister>(), provider.GetService<MasterKeys>(), provider.GetService<ChannelSender>(),
            provider.GetService<IOptions<ChannelOptions>>()?.Value ?? new ChannelOptions(), provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    public static void MapAdministration(this IEndpointRouteBuilder routes)
    {
        // Whoever may do none of it is not told that it exists; the filter asks before.
        routes.MapGet("/administration", Start).RequiresSignIn();
        routes.MapStaff();
        routes.MapPolicy();
        routes.MapCalendar();
        routes.MapChannels();
    }

    /// <summary>The tabs of this person.</summary>
    public static IReadOnlyList<AdministrationTab> For(SignedInStaff who) => [.. Tabs.Where(tab => who.May(tab.Permission)).Select(tab => tab.Tab)];

    private static IResult Start(HttpContext http) => For(http.SignedIn()) is [var first, ..] ? TypedResults.Redirect(first.Address) : Missing.Page();
}
