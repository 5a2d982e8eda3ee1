using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Sources.Categories;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web.Rules;

/// <summary>What a product's category means at this school, where no map knows it.</summary>
internal static class CategoryRoutes
{
    private const string Address = "/rules/categories";

    public static void MapCategories(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Address, ShowAsync).Requires(Permission.ManageRules);
        routes.MapPost(Address, ChooseAsync).Requires(Permission.ManageRules);
    }

    private static async Task<RazorComponentResult<CategoriesPage>> ShowAsync(HttpContext http, CategoryReader reader, CancellationToken cancellationToken) =>
        Page(await reader.ReadAsync(http.SignedIn().School, http.SignedIn().Actor, cancellationToken), "");

    // Only what the page offers counts: the form may hold anything, another school's source too.
    private static async Task<IResult> ChooseAsync(HttpContext http, CategoryReader reader, CategoryRegister register, CancellationToken cancellationToken)
    {
        var (who, form) = (http.SignedIn(), await http.Request.ReadFormAsync(cancellationToken));
        var listed = await reader.ReadAsync(who.School, who.Actor, cancellationToken);
        var (word, means) = (form["word"].ToString(), form["means"].ToString());
        if (!Guid.TryParse(form["source"], out var id) || listed.FirstOrDefault(one => one.Source == id) is not { } source)
        {
            return Missing.Page();
        }

        var removes = form["remove"] == "yes";
        var known = removes ? source.Chosen.Any(one => one.Word == word) : source.Unknown.Any(one => one.Word == word) && source.Offered.Any(one => one.Name == means);
        if (!known)
        {
            return Page(listed, "Choose a category, and what it means.");
        }

        await register.ChooseAsync(id, word, removes ? null : means, who.Actor, cancellationToken);
        return TypedResults.Redirect(Address);
    }

    private static RazorComponentResult<CategoriesPage> Page(IReadOnlyList<SourceCategories> sources, string problem) =>
        new(new { Sources = sources, Problem = problem }) { StatusCode = problem.Length > 0 ? StatusCodes.Status400BadRequest : null };
}
