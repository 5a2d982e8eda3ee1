using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web.Administration;

/// <summary>Where a school has its alerts told beside e-mail.</summary>
internal static class ChannelRoutes
{
    public static void MapChannels(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/administration/channels", ListAsync).Requires(Permission.ManagePolicy);
        routes.MapPost("/administration/channels", AddAsync).Requires(Permission.ManagePolicy);
        routes.MapPost("/administration/channels/{channel:guid}/test", TestAsync).Requires(Permission.ManagePolicy);
        routes.MapPost("/administration/channels/{channel:guid}/remove", RemoveAsync).Requires(Permission.ManagePolicy);
    }

    private static Task<IResult> ListAsync(HttpContext http, ChannelPages channels, CancellationToken cancellationToken) => PageAsync(http, channels, "", "", "", cancellationToken);

    private static async Task<IResult> AddAsync(HttpContext http, ChannelPages channels, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        return await TryAsync(http, channels, async () =>
        {
            var secret = await channels.AddAsync(http.SignedIn(), form["kind"].ToString(), form["name"].ToString(), form["address"].ToString(), form["least"].ToString(), cancellationToken);
            return await PageAsync(http, channels, secret, secret.Length == 0 ? "The channel is added." : "", "", cancellationToken);
        }, cancellationToken);
    }

    private static Task<IResult> TestAsync(Guid channel, HttpContext http, ChannelPages channels, CancellationToken cancellationToken) => TryAsync(http, channels, async () =>
    {
        var fault = await channels.TestAsync(http.SignedIn(), channel, cancellationToken);
        return await PageAsync(http, channels, "", fault is null ? "The other side took the test." : "", fault ?? "", cancellationToken);
    }, cancellationToken);

    private static Task<IResult> RemoveAsync(Guid channel, HttpContext http, ChannelPages channels, CancellationToken cancellationToken) => TryAsync(http, channels, async () =>
    {
        await channels.RemoveAsync(http.SignedIn(), channel, cancellationToken);
        return TypedResults.Redirect("/administration/channels");
    }, cancellationToken);

    private static async Task<IResult> TryAsync(HttpContext http, ChannelPages channels, Func<Task<IResult>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work();
        }
        catch (SetupException error)
        {
            return await PageAsync(http, channels, "", "", SourceSetupRoutes.Said(error), cancellationToken);
        }
    }

    private static async Task<IResult> PageAsync(HttpContext http, ChannelPages channels, string secret, string done, string problem, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        return new RazorComponentResult<ChannelsPage>(new
        {
            Tabs = AdministrationRoutes.For(who), View = await channels.ReadAsync(who, cancellationToken), Secret = secret, Done = done, Problem = problem,
        }) { StatusCode = problem.Length > 0 ? StatusCodes.Status400BadRequest : null };
    }
}
