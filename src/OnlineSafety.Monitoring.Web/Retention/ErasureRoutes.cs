using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Retention;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web.Retention;

/// <summary>Erasure of a person: tried first, confirmed by typing the account once more, kept as a proof that names nobody.</summary>
internal static class ErasureRoutes
{
    public const string Address = RetentionRoutes.Address + "/erasures";

    public static void MapErasures(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Address, (HttpContext http, RetentionPages pages, CancellationToken cancellationToken) =>
            PageAsync(http, pages, new ErasureForm(), foreseen: null, "", cancellationToken)).Requires(Permission.RunRetention);
        routes.MapPost(Address + "/try", TryAsync).Requires(Permission.RunRetention);
        routes.MapPost(Address, EraseAsync).Requires(Permission.RunRetention);
        routes.MapGet(Address + "/{erasure:guid}", ShowAsync).Requires(Permission.RunRetention);
    }

    private static async Task<IResult> TryAsync(HttpContext http, RetentionPages pages, CancellationToken cancellationToken)
    {
        var form = await FormAsync(http, cancellationToken);
        try
        {
            return await PageAsync(http, pages, form, await pages.TryErasureAsync(http.SignedIn(), form, cancellationToken), "", cancellationToken);
        }
        catch (Exception error) when (error is RetentionException or SetupException)
        {
            return await PageAsync(http, pages, form, foreseen: null, RetentionWords.Said(error), cancellationToken);
        }
    }

    private static async Task<IResult> EraseAsync(HttpContext http, RetentionPages pages, IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        var form = await FormAsync(http, cancellationToken);
        try
        {
            RetentionPages.Check(form);
            if (!string.Equals(form.Confirmation, form.Person, StringComparison.OrdinalIgnoreCase))
            {
                // What would go is shown once more, and nothing has gone.
                var foreseen = await pages.TryErasureAsync(http.SignedIn(), form, cancellationToken);
                return await PageAsync(http, pages, form, foreseen, "The account was not typed as above. Nothing was erased.", cancellationToken);
            }

            // To its end, also when the browser is closed meanwhile: half an erasure would have to be run again.
            var proof = await pages.EraseAsync(http.SignedIn(), form, lifetime.ApplicationStopping);
            return TypedResults.Redirect($"{Address}/{proof.Erasure}");
        }
        catch (Exception error) when (error is RetentionException or SetupException)
        {
            return await PageAsync(http, pages, form, foreseen: null, RetentionWords.Said(error), cancellationToken);
        }
    }

    private static async Task<IResult> ShowAsync(Guid erasure, HttpContext http, RetentionPages pages, CancellationToken cancellationToken) =>
        await pages.ErasureAsync(http.SignedIn(), erasure, cancellationToken) is { Proof: not null } row
            ? new RazorComponentResult<ErasurePage>(new { Erasure = row })
            : Missing.Page();

    private static async Task<ErasureForm> FormAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var sent = await http.Request.ReadFormAsync(cancellationToken);
        return new ErasureForm(sent["person"].ToString().Trim(), sent["also"].ToString(), sent["reason"].ToString(), sent["confirmation"].ToString().Trim(), sent["nothing-known"] == "yes");
    }

    private static async Task<IResult> PageAsync(HttpContext http, RetentionPages pages, ErasureForm form, ErasureProof? foreseen, string problem, CancellationToken cancellationToken) =>
        new RazorComponentResult<ErasuresPage>(new { Erasures = await pages.ErasuresAsync(http.SignedIn(), cancellationToken), Form = form, Foreseen = foreseen, Problem = problem })
        {
            StatusCode = problem.Length > 0 ? StatusCodes.Status400BadRequest : null,
        };
}
