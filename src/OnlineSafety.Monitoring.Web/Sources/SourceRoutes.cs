using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Web.Sources;

/// <summary>Whether everything that should be heard is heard: for IT, and for whoever must know that somebody watches.</summary>
internal static class SourceRoutes
{
    public static void MapSources(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sources/schools", SchoolsAsync).Requires(Permission.SeeHealth);
        routes.MapGet("/sources", ListAsync).Requires(Permission.SeeHealth);

        var one = routes.MapGroup("/sources/{source:guid}").AddEndpointFilter<OwnSourceFilter>();
        one.MapGet("", ShowAsync).Requires(Permission.SeeHealth);
        one.MapSourceSetup();
        one.MapCanaries();
        one.MapOnboarding();
        routes.MapSourceAdding();
    }

    private static async Task<RazorComponentResult<SchoolsPage>> SchoolsAsync(HttpContext http, SourceReader reader, ContractorSchools schools, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        var rows = new List<SchoolRow>();
        foreach (var (school, actor) in await schools.OfAsync(who, cancellationToken))
        {
            rows.Add(await reader.SummaryAsync(school, school == who.School, actor, cancellationToken));
        }

        return new RazorComponentResult<SchoolsPage>(new
        {
            View = new SchoolsView([.. rows.OrderByDescending(row => row.Tone).ThenByDescending(row => row.Troubled).ThenByDescending(row => row.Noted).ThenBy(row => row.Name, StringComparer.OrdinalIgnoreCase)]),
        });
    }

    private static async Task<RazorComponentResult<SourcesPage>> ListAsync(HttpContext http, SourceReader reader, ContractorSchools schools, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        var view = await reader.ListAsync(who.School, who.Actor, cancellationToken);
        return new RazorComponentResult<SourcesPage>(new
        {
            View = view with { MayManage = who.May(Permission.ManageSources), Schools = await schools.CountAsync(who, cancellationToken) },
        });
    }

    private static async Task<IResult> ShowAsync(Guid source, HttpContext http, SourceReader reader, CancellationToken cancellationToken) =>
        await PageAsync(source, http, reader, problem: "", cancellationToken);

    /// <summary>The page of a source, with what was wrong in what was just asked for, beside the field where it has one.</summary>
    /// <param name="field">Id of the field; empty: it has none.</param>
    /// <param name="typed">What was typed, shown again in the form of that field.</param>
    public static async Task<IResult> PageAsync(Guid source, HttpContext http, SourceReader reader, string problem, CancellationToken cancellationToken, string field = "", IFormCollection? typed = null)
    {
        var who = http.SignedIn();
        var view = await reader.ShowAsync(who.School, source, who.Actor, cancellationToken);
        return view is null ? Missing.Page() : new RazorComponentResult<SourcePage>(new
        {
            View = view with { MayManage = who.May(Permission.ManageSources) },
            Problem = problem,
            Field = field,
            Typed = typed,
            Done = problem.Length > 0 ? "" : http.Request.Query["done"].ToString(),
        }) { StatusCode = problem.Length > 0 ? StatusCodes.Status400BadRequest : null };
    }
}
