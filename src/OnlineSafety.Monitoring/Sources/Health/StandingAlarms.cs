using Microsoft.EntityFrameworkCore;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>Which sources of a school have an alarm now, for whoever looks at the queue: what is not seen raises no alert.</summary>
internal sealed class StandingAlarms(Database console)
{
    /// <summary>Name and state in words, by name.</summary>
    public async Task<IReadOnlyList<(string Name, string Words)>> OfAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAsync(school, actor, cancellationToken);
        var rows = await session.Context.SourceAlarms.AsNoTracking().Where(a => a.SchoolId == school && a.ClearedAt == null)
            .Join(session.Context.SourceStates, a => new { a.SchoolId, a.SourceId }, t => new { t.SchoolId, t.SourceId }, (alarm, state) => new { alarm.SchoolId, alarm.SourceId, state.Words })
            .Join(session.Context.Sources, a => new { a.SchoolId, a.SourceId }, s => new { s.SchoolId, s.SourceId }, (alarm, source) => new { source.Name, alarm.Words })
            .OrderBy(a => a.Name).ToListAsync(cancellationToken);
        return rows.ConvertAll(row => (row.Name, row.Words));
    }
}
