using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web.People;

/// <summary>One person across all products, for those who have alerts on their desk.</summary>
internal static class PeopleRoutes
{
    private const int LongestAccount = 256;

    public static IServiceCollection AddPeoplePages(this IServiceCollection services)
    {
        services.AddSingleton(provider => new NameRegister(SourcePagesRegistration.Setup(provider), provider.GetRequiredService<SchoolSeals>()));
        services.AddSingleton<PersonReader>();
        return services;
    }

    public static void MapPeople(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/people", ListAsync).Requires(Permission.SeeAlerts);
        routes.MapPost("/people", FindAsync).Requires(Permission.SeeAlerts);
        routes.MapGet("/people/{alert:guid}", ShowAsync).Requires(Permission.SeeAlerts);
        if (routes.ServiceProvider.GetRequiredService<OpenRooms>().SetUp)
        {
            routes.MapPost("/people/{alert:guid}/names", TellApartAsync).Requires(Permission.ManagePeople);
        }
    }

    private static Task<RazorComponentResult<PeoplePage>> ListAsync(HttpContext http, PersonReader reader, OpenRooms rooms, CancellationToken cancellationToken) => PageAsync(http, reader, rooms, "", cancellationToken);

    // Posted: a name must not stand in an address.
    private static async Task<IResult> FindAsync(HttpContext http, PersonReader reader, OpenRooms rooms, CancellationToken cancellationToken)
    {
        var account = (await http.Request.ReadFormAsync(cancellationToken))["account"].ToString().Trim();
        return await PageAsync(http, reader, rooms, account.Length > LongestAccount ? "" : account, cancellationToken);
    }

    private static async Task<RazorComponentResult<PeoplePage>> PageAsync(HttpContext http, PersonReader reader, OpenRooms rooms, string account, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        // Only whoever sees an alert about a person is shown that person: the list adds names to look by, and nobody.
        var list = account.Length > 0 && rooms.SetUp ? await http.RequestServices.GetRequiredService<NameRegister>().AllAsync(who.School, who.Actor, cancellationToken)
            : Enumerable.Empty<string>().ToLookup(name => name, StringComparer.Ordinal);
        var found = await reader.ListAsync(who.School, account, list, who.Actor, cancellationToken);
        return new RazorComponentResult<PeoplePage>(new { found.People, found.Near, Account = account });
    }

    private static async Task<IResult> ShowAsync(Guid alert, HttpContext http, PersonReader reader, OpenRooms rooms, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        if (await reader.ShowAsync(who.School, alert, who.Actor, cancellationToken) is not { } view)
        {
            return Missing.Page();
        }

        // The people list is read as set-up does it: a console without a login for that shows names and why, and nothing can be told apart on it.
        return new RazorComponentResult<PersonPage>(new
        {
            View = rooms.SetUp ? await WithListAsync(view, who, http.RequestServices.GetRequiredService<NameRegister>(), cancellationToken) : view,
            Done = DoneOf(http.Request.Query["done"].ToString()),
        });
    }

    private static async Task<PersonView> WithListAsync(PersonView view, SignedInStaff who, NameRegister register, CancellationToken cancellationToken)
    {
        var listed = view.Account.Length == 0 ? new Dictionary<string, DateTimeOffset?>(StringComparer.Ordinal)
            : await register.OfAsync(who.School, view.Account, [.. view.Names.Select(name => name.Name)], who.Actor, cancellationToken);
        return view with
        {
            MayTellApart = who.May(Permission.ManagePeople),
            Names = [.. view.Names.Select(name => listed.TryGetValue(name.Name, out var since) ? name with { IsListed = true, ApartSince = since } : name)],
        };
    }

    // What may be told apart is what the person's own events name: the reader must see the person, and the form can name no other.
    private static async Task<IResult> TellApartAsync(Guid alert, HttpContext http, PersonReader reader, NameRegister register, CancellationToken cancellationToken)
    {
        var (who, form) = (http.SignedIn(), await http.Request.ReadFormAsync(cancellationToken));
        var (name, apart) = (form["name"].ToString(), form["do"] == "apart");
        return await reader.ShowAsync(who.School, alert, who.Actor, cancellationToken) is { Account.Length: > 0 } view && view.Names.Any(known => known.Name == name)
            && await register.SetAsync(who.School, view.Account, name, apart, alert, who.Actor, cancellationToken)
            ? TypedResults.Redirect($"/people/{alert}?done={(apart ? "apart" : "back")}")
            : Missing.Page();
    }

    private static string DoneOf(string word) => word switch
    {
        "apart" => "Told apart. What is received under that name from now on is another person's; what was recorded before stays here.",
        "back" => "Given back. What is received under that name from now on is this person's again.",
        _ => "",
    };
}
