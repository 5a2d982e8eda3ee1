using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Retention;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web.Retention;

/// <summary>Legal holds: placed and lifted, each with its reason. A person's account never stands in an address.</summary>
internal static class HoldRoutes
{
    public const string Address = RetentionRoutes.Address + "/holds";

    public static void MapHolds(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Address, (HttpContext http, RetentionPages pages, CancellationToken cancellationToken) =>
            PageAsync(http, pages, new HoldForm(), http.Request.Query["done"].ToString(), "", shown: null, cancellationToken)).Requires(Permission.RunRetention);
        routes.MapPost(Address, PlaceAsync).Requires(Permission.RunRetention);
        routes.MapPost(Address + "/{hold:guid}/lift", LiftAsync).Requires(Permission.RunRetention);
        routes.MapPost(Address + "/{hold:guid}/account", ShowAsync).Requires(Permission.RunRetention);
    }

    private static async Task<IResult> PlaceAsync(HttpContext http, RetentionPages pages, CancellationToken cancellationToken)
    {
        var sent = await http.Request.ReadFormAsync(cancellationToken);
        var form = new HoldForm(sent["alert"].ToString().Trim(), sent["account"].ToString().Trim(), sent["reason"].ToString(), sent["nothing-known"] == "yes");
        return await DoAsync(http, pages, form, "placed", () => pages.PlaceAsync(http.SignedIn(), form, cancellationToken), cancellationToken);
    }

    private static async Task<IResult> LiftAsync(Guid hold, HttpContext http, RetentionPages pages, CancellationToken cancellationToken)
    {
        // One of another school is not there.
        if (!await pages.StandsAsync(http.SignedIn(), hold, cancellationToken))
        {
            return Missing.Page();
        }

        var reason = (await http.Request.ReadFormAsync(cancellationToken))["reason"].ToString();
        return await DoAsync(http, pages, new HoldForm(), "lifted", () => pages.LiftAsync(http.SignedIn(), hold, reason, cancellationToken), cancellationToken);
    }

    // The account stands on the page that answers, and nowhere else.
    private static async Task<IResult> ShowAsync(Guid hold, HttpContext http, RetentionPages pages, CancellationToken cancellationToken)
    {
        var reason = (await http.Request.ReadFormAsync(cancellationToken))["reason"].ToString();
        try
        {
            return await PageAsync(http, pages, new HoldForm(), "", "", new ShownHold(hold, await pages.HeldAsync(http.SignedIn(), hold, reason, cancellationToken)), cancellationToken);
        }
        catch (RetentionException)
        {
            return Missing.Page();
        }
        catch (SetupException error)
        {
            return await PageAsync(http, pages, new HoldForm(), "", RetentionWords.Said(error), shown: null, cancellationToken);
        }
    }

    private static async Task<IResult> DoAsync(HttpContext http, RetentionPages pages, HoldForm form, string done, Func<Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work();
            return TypedResults.Redirect($"{Address}?done={done}");
        }
        catch (Exception error) when (error is RetentionException or SetupException)
        {
            return await PageAsync(http, pages, form, "", RetentionWords.Said(error), shown: null, cancellationToken);
        }
    }

    private static async Task<RazorComponentResult<HoldsPage>> PageAsync(HttpContext http, RetentionPages pages, HoldForm form, string done, string problem, ShownHold? shown, CancellationToken cancellationToken) =>
        new(new { Holds = await pages.HoldsAsync(http.SignedIn(), cancellationToken), Shown = shown, Form = form, Done = DoneOf(done), Problem = problem })
        {
            StatusCode = problem.Length > 0 ? StatusCodes.Status400BadRequest : null,
        };

    private static string DoneOf(string word) => word switch
    {
        "placed" => "The hold stands. The service copies the hour around its alerts within a minute, while the log has it.",
        "lifted" => "The hold is lifted: clocks and erasures count again from now on.",
        _ => "",
    };
}
