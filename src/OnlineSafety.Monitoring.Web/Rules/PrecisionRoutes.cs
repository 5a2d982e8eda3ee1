using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Web.Alerts;
using OnlineSafety.Monitoring.Web.Pages;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web.Rules;

/// <summary>How often alerts were right, as far as they are on the reader's desk: the figures of <c>onlinesafety alerts precision</c>.</summary>
internal static class PrecisionRoutes
{
    private const string Address = "/rules/precision";
    private const int MostRules = 50;

    /// <summary>Place of the span of whoever chose none.</summary>
    private const int Usual = 1;

    private static readonly (string Word, string Label, int Days)[] s_spans = [("month", "in the last 30 days", 30), ("quarter", "in the last 90 days", 90), ("year", "in the last year", 365)];

    public static void MapPrecision(this IEndpointRouteBuilder routes) => routes.MapGet(Address, ShowAsync).Requires(Permission.ManageRules);

    private static async Task<RazorComponentResult<PrecisionPage>> ShowAsync(HttpContext http, AlertQueue queue, ThemeGuide guide, TimeProvider time, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        var asked = Array.FindIndex(s_spans, known => known.Word == http.Request.Query["in"].ToString());
        var span = asked < 0 ? Usual : asked;
        var now = time.GetUtcNow();
        var view = await queue.PrecisionAsync(who.School, who.Actor, now.AddDays(-s_spans[span].Days), now.AddDays(1), cancellationToken);
        return new RazorComponentResult<PrecisionPage>(new
        {
            View = new PrecisionPageView(
                [.. s_spans.Select((known, place) => new SpanLink(known.Label, place == Usual ? Address : $"{Address}?in={known.Word}", place == span))],
                view.Resolved, PrecisionLine.Of(view.All, "all"),
                [.. view.Outcomes.Where(outcome => outcome.Count > 0).Select(outcome => new OutcomeLine(OutcomeWords.Of(outcome.Outcome), outcome.Count))],
                [.. view.Themes.Select(row => PrecisionLine.Of(row, guide.LabelOf(row.Name)))],
                [.. view.Vendors.Select(row => PrecisionLine.Of(row, AlertSummary.Product(row.Name)))],
                [.. view.Rules.Take(MostRules).Select(row => PrecisionLine.Of(row, row.Name))]),
        });
    }
}

/// <summary>What people made of alerts.</summary>
public sealed record PrecisionPageView(
    IReadOnlyList<SpanLink> Spans, int Resolved, PrecisionLine All, IReadOnlyList<OutcomeLine> Outcomes, IReadOnlyList<PrecisionLine> Themes, IReadOnlyList<PrecisionLine> Products,
    IReadOnlyList<PrecisionLine> Rules);

public sealed record SpanLink(string Label, string Address, bool Chosen);

public sealed record OutcomeLine(string Label, int Count);

/// <param name="Percent">Of right and wrong; null: too few were judged.</param>
public sealed record PrecisionLine(string Name, int Right, int Wrong, int Neither, int? Percent)
{
    /// <summary>Below it one person's judgement is the whole figure.</summary>
    private const int FewestJudged = 5;

    public string Share => Percent is { } percent ? $"{percent}%" : Right + Wrong == 0 ? "none judged" : $"too few to say ({Right + Wrong} judged)";

    internal static PrecisionLine Of(PrecisionRow row, string name) => new(name, row.Right, row.Wrong, row.NotCounted, row.Precision is { } share && row.Right + row.Wrong >= FewestJudged ? (int)Math.Round(share * 100) : null);
}
