using Microsoft.Extensions.Logging;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Alerts.Policy;

/// <summary>The policy of a school and the calendar by which its clocks run.</summary>
/// <param name="Revision">0: the school set none, the default holds.</param>
internal sealed record PolicyInForce(SchoolPolicy Policy, SchoolCalendar Calendar, int Revision);

/// <summary>Reads what holds in a school now, in a scope that is open already.</summary>
internal sealed class PolicyDirectory(BankHolidays holidays, ILogger logger)
{
    private const string Sql = """
        SELECT s.time_zone, p.policy::text, p.named::text, COALESCE(p.revision, 0), c.content::text
        FROM school s
        LEFT JOIN school_policy p ON p.school_id = s.school_id
        LEFT JOIN school_calendar c ON c.school_id = s.school_id
        WHERE s.school_id = $1
        """;

    public async Task<PolicyInForce> OfAsync(Session session, Guid school, CancellationToken cancellationToken)
    {
        var rows = await session.RowsAsync(
            Sql, [school], row => (Zone: row.GetString(0), Policy: Text(row, 1), Named: Text(row, 2), Revision: row.GetInt32(3), Calendar: Text(row, 4)), cancellationToken);
        var stored = rows.Count > 0 ? rows[0] : (Zone: "", Policy: null, Named: null, Revision: 0, Calendar: null);
        var policy = stored.Policy is null ? null : PolicyFile.TryReadStored(stored.Policy, stored.Named);
        if (policy is null && stored.Policy is not null)
        {
            // It was checked when it was stored, by an installation that read it otherwise. The default tells whole desks, so nobody is left out.
            PolicyLog.Unreadable(logger, school, stored.Revision);
        }

        return new PolicyInForce(policy ?? SchoolPolicy.Default, SchoolCalendar.ForAnswers(CalendarOf(stored.Calendar), holidays, SchoolZone.Of(stored.Zone)), stored.Revision);
    }

    /// <summary>What would hold with another policy or another calendar, each checked before.</summary>
    /// <param name="policy">Null: the one that holds.</param>
    /// <param name="calendar">Null: the one that holds.</param>
    public PolicyInForce Instead(PolicyInForce held, SchoolPolicy? policy, CalendarFile? calendar) => held with
    {
        Policy = policy ?? held.Policy,
        Calendar = calendar is null ? held.Calendar : SchoolCalendar.ForAnswers(calendar, holidays, held.Calendar.Zone),
    };

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    // It was checked when it was stored: an installation that reads it otherwise must still tell people, so weekdays are taken for school days.
    private static CalendarFile? CalendarOf(string? json)
    {
        try
        {
            return json is null ? null : CalendarFile.Parse(json);
        }
        catch (SetupException)
        {
            return null;
        }
    }
}
