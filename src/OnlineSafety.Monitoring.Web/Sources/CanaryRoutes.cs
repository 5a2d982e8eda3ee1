using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Web.Sources;

/// <summary>Canaries of a source: proof that what a device does reaches us.</summary>
internal static class CanaryRoutes
{
    public static void MapCanaries(this IEndpointRouteBuilder one)
    {
        one.MapPost("/canaries", AddAsync).Requires(Permission.ManageSources);
        one.MapGet("/canaries/{canary:guid}", ShowAsync).Requires(Permission.ManageSources);
        one.MapPost("/canaries/{canary:guid}/remove", RemoveAsync).Requires(Permission.ManageSources);
    }

    private static async Task<IResult> AddAsync(Guid source, HttpContext http, CanaryRegister canaries, SourceReader reader, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        try
        {
            var every = int.TryParse(form["every"].ToString().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && minutes is >= 5 and <= 1440
                ? TimeSpan.FromMinutes(minutes) : throw new SetupException("The minutes between are a whole number from 5 to 1440.");
            var host = form["host"].ToString().Trim();
            var added = await canaries.AddAsync(source, form["name"].ToString(), every, host.Length > 0 ? host : null, http.SignedIn().Actor, cancellationToken);
            // A page of its own: loading it again adds no second one.
            return TypedResults.Redirect($"/sources/{source}/canaries/{added.Canary.CanaryId}");
        }
        catch (SetupException error)
        {
            return await SourceRoutes.PageAsync(source, http, reader, SourceSetupRoutes.Said(error), cancellationToken, "canary-name", form);
        }
    }

    private static async Task<IResult> ShowAsync(Guid source, Guid canary, HttpContext http, CanaryRegister canaries, IInstallationGuide guide, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        var listed = await canaries.ListAsync(who.School, who.Actor, cancellationToken);
        return listed.FirstOrDefault(one => one.Canary.CanaryId == canary && one.Canary.SourceId == source) is not { } found ? Missing.Page() : new RazorComponentResult<CanaryPage>(new
        {
            Source = source,
            found.SourceName,
            found.Canary.Name,
            found.Canary.Search,
            found.Canary.Url,
            Steps = guide.CanarySteps(found.Canary),
        });
    }

    private static async Task<IResult> RemoveAsync(Guid source, Guid canary, HttpContext http, CanaryRegister canaries, SourceReader reader, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        try
        {
            await canaries.RemoveAsync(who.School, canary, who.Actor, cancellationToken);
            return TypedResults.Redirect($"/sources/{source}?done=canary#canaries");
        }
        catch (SetupException error)
        {
            return await SourceRoutes.PageAsync(source, http, reader, SourceSetupRoutes.Said(error), cancellationToken);
        }
    }
}
