using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Silences;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web.Silences;

/// <summary>Silences: about which alerts no message is sent for a while. Each stays on the queue.</summary>
internal static class SilenceRoutes
{
    private const string Address = "/alerts/silences";

    public static void MapSilences(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Address, ShowAsync).Requires(Permission.SilenceAlerts);
        routes.MapPost(Address, AddAsync).Requires(Permission.SilenceAlerts);
        routes.MapPost(Address + "/preview", PreviewAsync).Requires(Permission.SilenceAlerts);
        routes.MapPost(Address + "/{silence:guid}/approve", ApproveAsync).Requires(Permission.SilenceAlerts);
        routes.MapPost(Address + "/{silence:guid}/end", EndAsync).Requires(Permission.SilenceAlerts);
    }

    // An alert's page leads here with its theme: a code of the taxonomy, nothing of a person.
    private static Task<IResult> ShowAsync(HttpContext http, SilencePages silences, CancellationToken cancellationToken) => PageAsync(
        http, silences, new SilenceForm { Theme = http.Request.Query["theme"].ToString() }, preview: null, DoneOf(http.Request.Query["done"].ToString()), "", cancellationToken);

    private static async Task<IResult> PreviewAsync(HttpContext http, SilencePages silences, CancellationToken cancellationToken)
    {
        var form = FormOf(await http.Request.ReadFormAsync(cancellationToken));
        return await TryAsync(http, silences, form, async () =>
            await PageAsync(http, silences, form, await silences.PreviewAsync(http.SignedIn(), form, cancellationToken), "", "", cancellationToken), cancellationToken);
    }

    private static async Task<IResult> AddAsync(HttpContext http, SilencePages silences, CancellationToken cancellationToken)
    {
        var form = FormOf(await http.Request.ReadFormAsync(cancellationToken));
        return await TryAsync(http, silences, form, async () =>
        {
            await silences.AddAsync(http.SignedIn(), form, cancellationToken);
            return TypedResults.Redirect($"{Address}?done={(form.UpTo == "high" ? "waits" : "begun")}");
        }, cancellationToken);
    }

    private static Task<IResult> ApproveAsync(Guid silence, HttpContext http, SilencePages silences, CancellationToken cancellationToken) => TryAsync(http, silences, new SilenceForm(), async () =>
    {
        await silences.ApproveAsync(http.SignedIn(), silence, cancellationToken);
        return TypedResults.Redirect($"{Address}?done=approved");
    }, cancellationToken);

    private static Task<IResult> EndAsync(Guid silence, HttpContext http, SilencePages silences, CancellationToken cancellationToken) => TryAsync(http, silences, new SilenceForm(), async () =>
    {
        await silences.EndAsync(http.SignedIn(), silence, cancellationToken);
        return TypedResults.Redirect($"{Address}?done=ended");
    }, cancellationToken);

    private static async Task<IResult> TryAsync(HttpContext http, SilencePages silences, SilenceForm form, Func<Task<IResult>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work();
        }
        catch (SetupException error)
        {
            return await PageAsync(http, silences, form, preview: null, "", SourceSetupRoutes.Said(error), cancellationToken);
        }
    }

    private static async Task<IResult> PageAsync(
        HttpContext http, SilencePages silences, SilenceForm form, SilencePreview? preview, string done, string problem, CancellationToken cancellationToken) =>
        new RazorComponentResult<SilencesPage>(new
        {
            View = await silences.ReadAsync(http.SignedIn(), cancellationToken), Form = form, Preview = preview, Done = done, Problem = problem,
        }) { StatusCode = problem.Length > 0 ? StatusCodes.Status400BadRequest : null };

    private static SilenceForm FormOf(IFormCollection sent) => new(
        sent["source"].ToString(), sent["theme"].ToString(), sent["up-to"].ToString(),
        int.TryParse(sent["days"], NumberStyles.None, CultureInfo.InvariantCulture, out var days) ? days : 0, sent["reason"].ToString());

    private static string DoneOf(string word) => word switch
    {
        "begun" => "The silence has begun.",
        "waits" => "The silence waits for a second person. Until then messages go out as before.",
        "approved" => "The silence has begun, with your word.",
        "ended" => "The silence is over: messages go out again.",
        _ => "",
    };
}
