using System.Collections.Concurrent;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>Reads whether people of a school are told. Kept for some seconds: every page asks.</summary>
/// <param name="transport">Null: another process sends, and what became of its newest mail says whether there is a relay.</param>
internal sealed class TellingReader(Database console, PolicyDirectory policies, IMailTransport? transport, TimeProvider time)
{
    private const string Sql = $"""
        SELECT t.wrote_to_folder, t.waits_since,
               (SELECT count(*)::int FROM staff s WHERE s.school_id = $1 AND s.enabled AND s.roles && ARRAY['{StaffRole.Dsl}', '{StaffRole.Deputy}']), t.channels
        FROM telling_state() AS t
        """;

    private const string SourcesSql =
        $"SELECT {SourceAttention.Columns} FROM source s LEFT JOIN source_health h USING (school_id, source_id) LEFT JOIN source_state t USING (school_id, source_id) WHERE s.school_id = $1";

    private static readonly TimeSpan s_kept = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<Guid, (TellingState State, long ReadAt)> _states = new();

    public async Task<TellingState> OfAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        if (_states.TryGetValue(school, out var known) && time.GetElapsedTime(known.ReadAt) < s_kept)
        {
            return known.State;
        }

        var (readAt, now) = (time.GetTimestamp(), time.GetUtcNow());
        await using var session = await console.OpenAsync(school, actor, cancellationToken);
        var inForce = await policies.OfAsync(session, school, cancellationToken);
        var sources = await session.RowsAsync(SourcesSql, [school], row => SourceAttention.Read(row, 0).Attention, cancellationToken);
        var state = (await session.RowsAsync(
            Sql, [school],
            row => new TellingState(
                transport is null ? !row.IsDBNull(0) && row.GetBoolean(0) : !transport.ReachesPeople, row.IsDBNull(1) ? null : row.GetFieldValue<DateTimeOffset>(1),
                row.GetInt32(2), row.GetInt32(3), sources.Count(attention => attention == Attention.Needed), Unwatched(inForce, now)),
            cancellationToken))[0];
        _states[school] = (state, readAt);
        return state;
    }

    /// <summary>Outside of school hours nobody is expected to answer, unless somebody is on call. Pure.</summary>
    internal static UnwatchedHours? Unwatched(PolicyInForce inForce, DateTimeOffset now)
    {
        if (inForce.Policy.OutOfHours.Choice == OutOfHoursChoice.OnCall)
        {
            return null;
        }

        var calendar = inForce.Calendar;
        var from = calendar.IsOpen(now) ? calendar.Open(calendar.DayOf(now))!.Value.To : now;
        return calendar.NextOpening(from) is { } until ? new UnwatchedHours(from, until) : null;
    }
}
