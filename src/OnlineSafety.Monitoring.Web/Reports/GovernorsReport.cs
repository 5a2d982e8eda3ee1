using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Web.Reports;

/// <summary>Figures of one term. The database counts and suppresses (governors_report, see the migration): nothing of fewer than five people arrives here, and a finished term stays as it was counted.</summary>
internal sealed class GovernorsReport([FromKeyedServices(DatabaseRole.Console)] Database console, IThemeWords themes, TimeProvider time)
{
    private const int TermsOffered = 6;

    private static readonly Dictionary<Risk, string> RiskWords = new()
    {
        [Risk.Content] = "Content: what is read and seen",
        [Risk.Contact] = "Contact: with whom",
        [Risk.Conduct] = "Conduct: what is done to others",
        [Risk.Commerce] = "Commerce: gambling, scams, advertising",
    };

    /// <param name="begins">Of the term; null: the newest that is finished.</param>
    /// <returns>Null: no term begins then, or it has not begun.</returns>
    public async Task<GovernorsView?> ReadAsync(Guid school, DateOnly? begins, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAsync(school, actor, cancellationToken);
        var (name, zone, since) = (await session.RowsAsync(
            "SELECT name, time_zone, created_at FROM school WHERE school_id = $1", [school], row => (row.GetString(0), SchoolZone.Of(row.GetString(1)), row.GetFieldValue<DateTimeOffset>(2)), cancellationToken))[0];
        var (today, connected) = (Day(time.GetUtcNow(), zone), Day(since, zone));
        var (running, reported) = (ReportTerm.Of(today), ReportTerm.Reported(today));
        if ((begins is { } day ? ReportTerm.Beginning(day) : reported) is not { } term || term.Begins > running.Begins)
        {
            return null;
        }

        var rows = await session.RowsAsync(
            "SELECT dimension, value, about, until FROM governors_report($1)", [term.Begins],
            row => (Dimension: row.GetString(0), Value: row.GetString(1), About: row.GetInt32(2), Until: row.GetFieldValue<DateOnly>(3)), cancellationToken);
        session.RecordAccess(school, "report.governors", term.Begins.ToString("O", CultureInfo.InvariantCulture));
        await session.CommitAsync(cancellationToken);

        var figures = rows.ToLookup(row => row.Dimension, StringComparer.Ordinal);
        return new GovernorsView
        {
            School = name,
            Term = term,
            Last = figures["period"].First().Until.AddDays(-1),
            Finished = term.Begins <= reported.Begins,
            Connected = term.Ends > connected,
            Terms = [.. Terms(running).Where(one => one == term || one.Ends > connected).Select(one => new OfferedTerm(one, one.Begins <= reported.Begins))],
            All = One("all"),
            Risks = [.. RiskWords.Select(risk => new ReportLine(risk.Value, About("risk", (int)risk.Key)))],
            Themes = [.. figures["theme"].OrderByDescending(row => row.About).Select(row => new ReportLine(themes.LabelOf(row.Value), row.About))],
            Severities = [.. Enum.GetValues<Severity>().Where(severity => severity != Severity.None).OrderDescending().Select(severity => new ReportLine(British.Capital(Words.Of(severity)), About("severity", (int)severity)))],
            MinutesToAcknowledge = One("minutes"),
            WithinHour = One("within-hour"),
            TrueShare = One("true"),
        };

        int? One(string dimension) => figures[dimension].Select(row => (int?)row.About).FirstOrDefault();

        int? About(string dimension, int value) =>
            figures[dimension].Where(row => row.Value == value.ToString(CultureInfo.InvariantCulture)).Select(row => (int?)row.About).FirstOrDefault();
    }

    private static DateOnly Day(DateTimeOffset at, TimeZoneInfo zone) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime);

    private static List<ReportTerm> Terms(ReportTerm now)
    {
        var terms = new List<ReportTerm> { now };
        while (terms.Count < TermsOffered)
        {
            terms.Add(terms[^1].Before);
        }

        return terms;
    }
}
