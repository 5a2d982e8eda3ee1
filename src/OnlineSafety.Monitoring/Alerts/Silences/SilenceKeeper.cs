using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Escalation;

namespace OnlineSafety.Monitoring.Alerts.Silences;

/// <summary>Ends silences whose time is over, and those that met nothing for a week. What is over silences nothing even before.</summary>
internal sealed class SilenceKeeper([FromKeyedServices(DatabaseRole.Notify)] Database database, ILogger<SilenceKeeper> logger)
{
    public async Task EndAsync(Guid school, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(school, EscalationDesk.Actor, cancellationToken);
        var ended = await session.RowsAsync(SilenceSql.EndOver, [school], row => row.GetGuid(0), cancellationToken);
        foreach (var silence in ended)
        {
            session.RecordAccess(school, "silence.end", silence.ToString());
        }

        await session.CommitAsync(cancellationToken);
        if (ended.Count > 0)
        {
            EscalationLog.SilencesEnded(logger, school, ended.Count);
        }
    }
}
