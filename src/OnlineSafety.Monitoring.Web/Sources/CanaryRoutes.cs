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
        one.MapPost("/canaries/{canary:guid}/remove", RemoveAsync).Requires(Permission.ManageSources);
    }

    private static async Task<IResult> AddAsync(Guid source, HttpContext http, CanaryRegister canaries, SourceReader reader, IInstallationGuide guide, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        try
        {
            var every = int.TryParse(form["every"], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) ? TimeSpan.FromMinutes(minutes) : throw new SetupException("How often is a number of minutes, from 5 to 1440.");
            var host = form["host"].ToString().Trim();
            var added = await canaries.AddAsync(source, form["name"].ToString(), every, host.Length > 0 ? host : null, http.SignedIn().Actor, cancellationToken);
            return new RazorComponentResult<CanaryPage>(new
            {
                Source = source,
                added.SourceName,
                added.Canary.Name,
                added.Canary.Search,
                added.Canary.Url,
                Lines = guide.CanaryLines(added.Canary, added.SourceName),
            });
        }
        catch (SetupException error)
        {
            return await SourceRoutes.PageAsync(source, http, reader, SourceSetupRoutes.Said(error), cancellationToken);
        }
    }

    private static async Task<IResult> RemoveAsync(Guid source, Guid canary, HttpContext http, CanaryRegister canaries, SourceReader reader, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        try
        {
            await canaries.RemoveAsync(who.School, canary, who.Actor, cancellationToken);
            return TypedResults.Redirect($"/sources/{source}#canaries");
        }
        catch (SetupException error)
        {
            return await SourceRoutes.PageAsync(source, http, reader, SourceSetupRoutes.Said(error), cancellationToken);
        }
    }
}
