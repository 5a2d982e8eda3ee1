using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web.Administration;

/// <summary>What a school decided about its alerts: clocks, out of hours, escalation, routing. A change is shown before it holds.</summary>
internal static class PolicyRoutes
{
    private const string Address = "/administration/policy";

    public static void MapPolicy(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Address, ShowAsync).Requires(Permission.ManagePolicy);
        routes.MapPost(Address + "/try", TryFormAsync).Requires(Permission.ManagePolicy);
        routes.MapPost(Address + "/try-file", TryFileAsync).Requires(Permission.ManagePolicy);
        routes.MapPost(Address, SetAsync).Requires(Permission.ManagePolicy);
    }

    private static Task<IResult> ShowAsync(HttpContext http, PolicyPages pages, CancellationToken cancellationToken) => PageAsync(
        http, pages, form: null, file: null, [], http.Request.Query["done"] == "set" ? "The policy holds now, also for alerts that are open; no clock that runs was given longer." : "", cancellationToken);

    private static async Task<IResult> TryFormAsync(HttpContext http, PolicyPages pages, CancellationToken cancellationToken)
    {
        var form = PolicyForms.Read(await http.Request.ReadFormAsync(cancellationToken));
        return await TryAsync(http, pages, await pages.WithAsync(http.SignedIn(), form, cancellationToken), form, file: null, cancellationToken);
    }

    private static async Task<IResult> TryFileAsync(HttpContext http, PolicyPages pages, CancellationToken cancellationToken)
    {
        var file = (await http.Request.ReadFormAsync(cancellationToken))["policy"].ToString();
        return await TryAsync(http, pages, file, form: null, file, cancellationToken);
    }

    private static async Task<IResult> TryAsync(HttpContext http, PolicyPages pages, string json, PolicyForm? form, string? file, CancellationToken cancellationToken)
    {
        try
        {
            var change = await pages.TryAsync(http.SignedIn(), json, cancellationToken);
            return new RazorComponentResult<PolicyChangePage>(new { Tabs = AdministrationRoutes.For(http.SignedIn()), View = change });
        }
        catch (PolicyException error)
        {
            return await PageAsync(http, pages, form, file, [.. error.Errors.Select(wrong => file is null ? PolicyErrors.Said(wrong) : wrong)], "", cancellationToken);
        }
    }

    private static async Task<IResult> SetAsync(HttpContext http, PolicyPages pages, CancellationToken cancellationToken)
    {
        var sent = await http.Request.ReadFormAsync(cancellationToken);
        var (json, revision) = (sent["policy"].ToString(), int.TryParse(sent["revision"], NumberStyles.None, CultureInfo.InvariantCulture, out var known) ? known : -1);
        try
        {
            await pages.SetAsync(http.SignedIn(), json, revision, cancellationToken);
            return TypedResults.Redirect(Address + "?done=set");
        }
        catch (PolicyException error)
        {
            return await PageAsync(http, pages, form: null, json, [.. error.Errors.Select(PolicyErrors.Said)], "", cancellationToken);
        }
        catch (SetupException)
        {
            return await PageAsync(http, pages, form: null, file: null, ["Somebody else changed the policy in the meantime. This is how it stands now: make your change again."], "", cancellationToken);
        }
    }

    private static async Task<IResult> PageAsync(
        HttpContext http, PolicyPages pages, PolicyForm? form, string? file, IReadOnlyList<string> problems, string done, CancellationToken cancellationToken) =>
        new RazorComponentResult<PolicyPage>(new
        {
            Tabs = AdministrationRoutes.For(http.SignedIn()),
            View = await pages.ReadAsync(http.SignedIn(), form, file, cancellationToken),
            Problems = problems,
            Part = problems.Count == 0 ? "" : file is null ? "form" : "file",
            Done = done,
        }) { StatusCode = problems.Count > 0 ? StatusCodes.Status400BadRequest : null };
}
