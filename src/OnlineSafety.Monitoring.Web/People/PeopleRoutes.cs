using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web.People;

/// <summary>One person across all products, for those who have alerts on their desk.</summary>
internal static class PeopleRoutes
{
    private const int LongestAccount = 256;

    public static IServiceCollection AddPeoplePages(this IServiceCollection services) => services.AddSingleton<PersonReader>();

    public static void MapPeople(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/people", ListAsync).Requires(Permission.SeeAlerts);
        routes.MapPost("/people", FindAsync).Requires(Permission.SeeAlerts);
        routes.MapGet("/people/{alert:guid}", ShowAsync).Requires(Permission.SeeAlerts);
    }

    private static Task<RazorComponentResult<PeoplePage>> ListAsync(HttpContext http, PersonReader reader, CancellationToken cancellationToken) => PageAsync(http, reader, "", cancellationToken);

    // Posted: an account must not stand in an address.
    private static async Task<IResult> FindAsync(HttpContext http, PersonReader reader, CancellationToken cancellationToken)
    {
        var account = (await http.Request.ReadFormAsync(cancellationToken))["account"].ToString().Trim();
        return await PageAsync(http, reader, account.Length > LongestAccount ? "" : account, cancellationToken);
    }

    private static async Task<RazorComponentResult<PeoplePage>> PageAsync(HttpContext http, PersonReader reader, string account, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        return new RazorComponentResult<PeoplePage>(new { People = await reader.ListAsync(who.School, account, who.Actor, cancellationToken), Account = account });
    }

    private static async Task<IResult> ShowAsync(Guid alert, HttpContext http, PersonReader reader, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        return await reader.ShowAsync(who.School, alert, who.Actor, cancellationToken) is { } view
            ? new RazorComponentResult<PersonPage>(new { View = view })
            : Missing.Page();
    }
}
