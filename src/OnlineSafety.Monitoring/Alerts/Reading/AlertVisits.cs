using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts.Silences;

namespace OnlineSafety.Monitoring.Alerts.Reading;

/// <summary>An alert with all that its page shows, read at one moment.</summary>
/// <param name="Silenced">It waits, and no message is sent about it, because somebody silenced what is like it.</param>
internal sealed record AlertVisit(AlertDetailView Alert, Surroundings Around, IReadOnlyList<StepView> History, IReadOnlyList<ToldView> Told, bool Silenced)
{
    /// <summary>Names of those whom an escalation would tell now; empty: nobody is there, or the reader may not escalate.</summary>
    public IReadOnlyList<string> NextDesk { get; init; } = [];
}

/// <summary>
/// Opens an alert's page for one named actor. A visit is one look in the access records, however much the page shows; what is opened on it later is a look of its own.
/// </summary>
internal sealed class AlertVisits(Database console, AlertQueue queue, SurroundingsReader surroundings, SchoolSeals seals)
{
    private const string MarkSql = $"SELECT {SilenceSql.Marked} FROM alert a WHERE a.school_id = $1 AND a.alert_id = $2";

    /// <summary>Null when there is no such alert that this person may see.</summary>
    public async Task<AlertVisit?> OpenAsync(SignedInStaff who, AlertReference reference, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(who.School, cancellationToken);
        await using var session = await console.OpenAsync(who.School, who.Actor, cancellationToken);
        if (await ReadAsync(session, who, seal, reference, cancellationToken) is not { } visit)
        {
            return null;
        }

        session.RecordAccess(who.School, AuditTrail.OpenAction, AuditTrail.AroundObject(visit.Alert.Alert, Earlier(visit)));
        await session.CommitAsync(cancellationToken);
        return visit;
    }

    /// <summary>The same with what is stored of the hour around it, for a reason that is recorded with the look.</summary>
    public async Task<(AlertVisit Visit, StoredHour Hour)?> OpenHourAsync(SignedInStaff who, AlertReference reference, string reason, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(who.School, cancellationToken);
        await using var session = await console.OpenAsync(who.School, who.Actor, cancellationToken);
        if (await ReadAsync(session, who, seal, reference, cancellationToken) is not { } visit
            || await surroundings.HourAsync(session, seal, visit.Alert.Alert, cancellationToken) is not { } hour)
        {
            return null;
        }

        session.RecordAccess(
            who.School, AuditTrail.HourAction, AuditTrail.AroundObject(visit.Alert.Alert, Earlier(visit).Union(hour.Alerts)), seal.SealWords(reason, SealedField.AccessReason));
        await session.CommitAsync(cancellationToken);
        return (visit, hour);
    }

    private async Task<AlertVisit?> ReadAsync(Session session, SignedInStaff who, SchoolSeal seal, AlertReference reference, CancellationToken cancellationToken)
    {
        if (await queue.DetailAsync(session, seal, reference, cancellationToken) is not var (row, view)
            || await surroundings.OfAsync(session, seal, view.Alert, cancellationToken) is not { } around)
        {
            return null;
        }

        var silenced = await session.RowsAsync(MarkSql, [seal.School, view.Alert], mark => mark.GetBoolean(0), cancellationToken);
        return new AlertVisit(
            view, around, await AlertHistory.StepsAsync(session, seal, row, cancellationToken), await AlertHistory.ToldAsync(session, seal.School, view.Alert, cancellationToken), silenced is [true])
        {
            NextDesk = who.May(Permission.ActOnAlerts) && AlertLifecycle.After(row.State, AlertStep.Escalate) is not null ? await queue.NextDeskAsync(session, seal, row, cancellationToken) : [],
        };
    }

    private static IEnumerable<int> Earlier(AlertVisit visit) => visit.Around.Earlier.Select(other => other.Number);
}
