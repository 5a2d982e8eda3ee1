using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Reading;
using OnlineSafety.Monitoring.Web.Live;
using OnlineSafety.Monitoring.Web.Pages;
using OnlineSafety.Monitoring.Web.Queue;

namespace OnlineSafety.Monitoring.Web.Alerts;

/// <summary>An alert's page and the steps on it. The number is the school's own; the school is who signed in, never the address.</summary>
internal static class AlertRoutes
{
    private const int ShortestReason = 3;
    private const int LongestReason = 500;

    // Half a term.
    private const int OfferedDays = 42;
    private const int MostTogether = QueueReader.PageSize;

    /// <summary>Word in the address, step, word of the notice.</summary>
    private static readonly (string Address, AlertStep Step, string Done)[] s_steps =
    [
        ("acknowledge", AlertStep.Acknowledge, "acknowledged"),
        ("put-back", AlertStep.PutBack, "put-back"),
        ("review", AlertStep.Review, "reviewed"),
        ("assign", AlertStep.Assign, "assigned"),
        ("note", AlertStep.Note, "noted"),
        ("escalate", AlertStep.Escalate, "escalated"),
        ("hand-over", AlertStep.HandOver, "handed-over"),
        ("resolve", AlertStep.Resolve, "resolved"),
        ("reopen", AlertStep.Reopen, "reopened"),
    ];

    public static void MapAlertPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/alerts/{number:int}", ShowAsync).Requires(Permission.SeeAlerts);
        routes.MapGet("/alerts/{alert:guid}", FromMailAsync).Requires(Permission.SeeAlerts);
        routes.MapPost("/alerts/acknowledge", AcknowledgeTogetherAsync).Requires(Permission.ActOnAlerts);
        routes.MapPost("/alerts/{number:int}/hour", HourAsync).Requires(Permission.ExportEvidence);
        routes.MapPost("/alerts/{number:int}/alike", AlikeAsync).Requires(Permission.ManageRules);
        foreach (var (address, step, done) in s_steps)
        {
            routes.MapPost("/alerts/{number:int}/" + address, (HttpContext http, int number, AlertQueue queue, AlertPages pages, LiveSignal signal, CancellationToken cancellationToken) =>
                StepAsync(http, number, step, done, queue, pages, signal, cancellationToken)).Requires(AlertSteps.Needs(step));
        }
    }

    private static async Task<IResult> ShowAsync(HttpContext http, int number, AlertPages pages, QueueReader queue, CancellationToken cancellationToken)
    {
        var view = await pages.OfAsync(Who(http), number, cancellationToken);
        // What a notice says of another alert than the page's own is not known here.
        var done = view is not null && StepNotice.NumberOf(http.Request.Query) == number
            ? StepNotice.Of(http.Request.Query, view.NoMail, new AlertStanding(view.Alert.State, view.Alert.AcknowledgedBy == Who(http).Actor.Name, view.Alert.AssignedTo is not null))
            : null;
        // Whoever has just dealt with one, or looks at one that is over, goes on to the next.
        var isDealtWith = view is not null && (done is not null || view.Alert.State == AlertState.Resolved);
        return Page(isDealtWith ? view! with { Next = await queue.NextAsync(Who(http), number, cancellationToken) } : view, done);
    }

    // A mail names an alert past doubt: a number alone could be another school's, where somebody works at two.
    private static async Task<IResult> FromMailAsync(HttpContext http, Guid alert, QueueReader queue, CancellationToken cancellationToken) =>
        await queue.NumberOfAsync(Who(http), alert, cancellationToken) is { } number
            ? TypedResults.LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"/alerts/{number}"))
            : Page(view: null);

    private static async Task<IResult> HourAsync(HttpContext http, int number, AlertPages pages, [FromServices] LogHourReader? log, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var (who, reason) = (Who(http), form["note"].ToString().Trim());
        if (reason.Length is < ShortestReason or > LongestReason || reason.Any(char.IsControl))
        {
            return Page(await pages.OfAsync(who, number, cancellationToken) is { } asked
                ? asked with { Draft = new StepDraft("hour", $"Say why you need the hour around it, in {ShortestReason} to {LongestReason} characters.") }
                : null);
        }

        if (await pages.WithHourAsync(who, number, reason, cancellationToken) is not var (view, stored))
        {
            return Page(view: null);
        }

        var read = log is null ? null : await log.ReadAsync(
            who, view.Alert, reason, view.FirstReceivedAt - SurroundingsReader.HalfHour, view.Alert.LastReceivedAt + SurroundingsReader.HalfHour, form["device"] == "yes", cancellationToken);
        return Page(pages.WithHour(view, HourView.Of(stored, read)));
    }

    // The form names a place in the list and not the words: what may be asked for is what the alert itself holds.
    private static async Task<IResult> AlikeAsync(HttpContext http, int number, AlertPages pages, SurroundingsReader surroundings, TimeProvider time, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        if (await pages.OfAsync(Who(http), number, cancellationToken) is not { MayExclude: true } view)
        {
            return Page(view: null);
        }

        var words = AlertPages.Excludable(view.Alert);
        if (!int.TryParse(form["words"], NumberStyles.None, CultureInfo.InvariantCulture, out var chosen) || chosen >= words.Count)
        {
            return Page(view);
        }

        var alike = await surroundings.AlikeAsync(Who(http), words[chosen], cancellationToken);
        var until = time.GetUtcNow().AddDays(OfferedDays).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return Page(view with { Exclusion = new ExclusionView(words[chosen], alike, until) });
    }

    private static async Task<IResult> StepAsync(
        HttpContext http, int number, AlertStep step, string done, AlertQueue queue, AlertPages pages, LiveSignal signal, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        // Of a duplicate the number comes first, where whoever reads the history looks for it.
        var same = step == AlertStep.Resolve && form["outcome"] == AlertOutcome.Duplicate ? form["same"].ToString().Trim().TrimStart('#') : "";
        var input = new MoveInput(same.Length > 0 ? $"{same}: {form["note"]}" : form["note"].ToString(), form["outcome"], form["reference"], Guid.TryParse(form["staff"], out var staff) ? staff : null);
        var who = Who(http);
        var move = AlertMove.TryCreate(step, input, out var error);
        if (move is not null)
        {
            var result = await queue.StepAsync(who.School, who.Actor, new AlertReference(Id: null, number), move, cancellationToken);
            if (result.Alert is null)
            {
                return Page(view: null);
            }

            signal.Hint();
            if (result.Done || step is AlertStep.Acknowledge or AlertStep.PutBack)
            {
                // From the list back to the list, from the alert's page back to that.
                var back = form.ContainsKey("back") ? QueueAddress.Checked(form["back"]) : string.Create(CultureInfo.InvariantCulture, $"/alerts/{number}");
                return TypedResults.Redirect(StepNotice.On(back, !result.Done ? Refused(step, result) : move is AlertMove.Assign own && own.Staff == who.Actor.Staff ? "kept" : done, number));
            }

            error = result.Refusal ?? error;
        }

        // The list of words in the service's own message is for programs: a page offers them to choose from.
        error = step != AlertStep.Resolve || move is not null ? error
            : string.IsNullOrEmpty(input.Outcome) ? "Choose what it was."
            : "Write what was found and done, in at most 4,000 characters.";
        return await pages.OfAsync(who, number, cancellationToken) is { } view
            ? Page(view with { Draft = new StepDraft(AlertSteps.Word(step), error, form["note"].ToString(), input.Outcome ?? "", input.Reference ?? "", same) })
            : Page(view: null);
    }

    private static string Refused(AlertStep step, StepResult result) => step == AlertStep.PutBack && result.Alert!.State == AlertState.Acknowledged ? "late" : "refused";

    // Low ones alone, whatever was sent: what is graver is opened and read.
    private static async Task<RedirectHttpResult> AcknowledgeTogetherAsync(
        HttpContext http, AlertQueue queue, QueueReader reader, LiveSignal signal, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var numbers = form["alert"].Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).Where(number => number > 0);
        var who = Who(http);
        var taken = 0;
        foreach (var row in (await reader.TheseAsync(who, [.. numbers.Take(MostTogether)], cancellationToken)).Where(row => row is { IsWaiting: true, Severity: "low" }))
        {
            var result = await queue.StepAsync(who.School, who.Actor, new AlertReference(Id: null, row.Number), new AlertMove.Acknowledge(), cancellationToken);
            taken += result.Done ? 1 : 0;
        }

        signal.Hint();
        return TypedResults.Redirect(StepNotice.On(QueueAddress.Checked(form["back"]), StepNotice.Together, taken));
    }

    private static RazorComponentResult Page(AlertPageView? view, StepNotice? done = null) => view is null
        ? new RazorComponentResult<NotFoundPage>(new
        {
            Heading = "There is no such alert",
            Words = "The number may be mistyped, or another desk looks after it.",
            Address = QueueAddress.Queue,
            Way = "Go to the queue",
        })
        { StatusCode = StatusCodes.Status404NotFound }
        : new RazorComponentResult<AlertPage>(new { View = view, Done = done }) { StatusCode = view.Draft is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity };

    private static SignedInStaff Who(HttpContext http) => http.Features.GetRequiredFeature<SignedInStaff>();
}
