using System.Globalization;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Processing.WhatIf;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web.Rules;

/// <summary>The answer of a what-if in words. Pure.</summary>
internal static class WhatIfText
{
    private const int MostShown = 40;

    /// <param name="title">Of a theme.</param>
    public static WhatIfAnswer Of(WhatIfReport report, Func<string, string> title)
    {
        var (alerts, concerns) = (report.Alerts, report.TrueConcerns);
        return new WhatIfAnswer(
            $"{report.Rules.Before} against {report.Rules.After}",
            [.. Seen(report.Saw)],
            new WhatIfLine("All alerts", alerts.Before, alerts.After, alerts.Appear, alerts.Vanish),
            $"{alerts.Graver} graver, {alerts.LessGrave} less grave, {alerts.OtherTheme} of another theme.",
            string.Create(CultureInfo.InvariantCulture, $"assuming {report.Dsl.MinutesPerAlert:0.##} minutes an alert"),
            report.Dsl.MinutesPerWeekBefore,
            report.Dsl.MinutesPerWeekAfter,
            $"Of {Counted.Of(concerns.Resolved, "alert")} that {Counted.Word(concerns.Resolved, "was", "were")} resolved as a true concern, handed over or escalated, {concerns.Missed.Count} would have been missed{Listed(concerns.Missed, int.MaxValue)}, {concerns.Untold.Count} not been told of at once{Listed(concerns.Untold, int.MaxValue)} and {concerns.Weaker.Count} been less grave{Listed(concerns.Weaker, MostShown)}.",
            VerdictOf(report.Fit, concerns.Resolved),
            report.Vanished.Count == 0 ? "" : $"Would not be there{Listed(report.Vanished, MostShown)}.",
            [.. report.BySeverity.Select(line => Line(line, char.ToUpperInvariant(line.Name[0]) + line.Name[1..]))],
            [.. report.ByTheme.Select(line => Line(line, title(line.Name)))]);
    }

    /// <param name="concerns">Alerts that were true concerns.</param>
    public static WhatIfVerdict VerdictOf(bool fit, int concerns) => !fit ? WhatIfVerdict.Unfit : concerns < WhatIfReport.FewestConcerns ? WhatIfVerdict.TooFew : WhatIfVerdict.Fit;

    private static IEnumerable<string> Seen(WhatIfReport.Sight saw)
    {
        yield return $"Read again: {Counted.Of(saw.Log.Records, "record")} from the kept log, {British.Number(saw.Evidence.Records)} from evidence.";
        if (saw.Unreadable > 0)
        {
            yield return $"{Counted.Of(saw.Unreadable, "record")} can no longer be read.";
        }

        if (saw.NotCompared > 0)
        {
            yield return $"{Counted.Of(saw.NotCompared, "alert is", "alerts are")} not compared, because nothing of {Counted.Word(saw.NotCompared, "it", "them")} could be read again.";
        }
    }

    private static WhatIfLine Line(WhatIfReport.Line line, string name) => new(name, line.Before, line.After, line.Appear, line.Vanish);

    private static string Listed(IReadOnlyList<int> numbers, int most) => numbers.Count == 0 ? "" : ": "
        + string.Join(", ", numbers.Take(most).Select(number => "#" + number.ToString(CultureInfo.InvariantCulture))) + (numbers.Count > most ? $" and {numbers.Count - most} more" : "");
}
