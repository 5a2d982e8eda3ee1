using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;

namespace OnlineSafety.Monitoring.Processing.Replay;

/// <summary>
/// What becomes of alerts when a plan's records are read again: those that hold one of them are revised, and what they did not hold is queued like new. With the
/// school's alert lock held; or, for a preview, in a transaction that writes nothing.
/// </summary>
/// <param name="imagined">For a preview: alerts that would be there by then. Null: the real thing.</param>
internal sealed class ReplayAlerts(Session session, StreamContext context, DateTimeOffset now, IReadOnlyCollection<Alert>? imagined = null)
{
    private const string Others = """
        SELECT alert_id, count(*)::int, array_agg(DISTINCT COALESCE(subject_key, '')), bool_or(review <> '')
        FROM event WHERE school_id = $1 AND alert_id = ANY ($2) AND NOT (stream_id = $3 AND seq BETWEEN $4 AND $5) GROUP BY alert_id
        """;

    private readonly Guid _school = context.Target.School;
    private readonly List<AlertRevision<PlannedEvent>> _revised = [];

    /// <summary>The alert of each event that has one.</summary>
    public Dictionary<PlannedEvent, Guid> AlertOf { get; } = [];

    public AlertWriter Writer { get; } = new(session, context.Seal, context.GroupingWindow, now, late: true);

    public int Grown => Writer.Grown + _revised.Count(revision => revision.Grown && !revision.Moved);

    public int Moved => _revised.Count(revision => revision.Moved);

    /// <param name="heirs">Events in the place of one that an alert holds.</param>
    /// <param name="kept">Old rows of the plan's range that stay.</param>
    public async Task DecideAsync(
        RecordPlan plan, Guid stream, IReadOnlyDictionary<PlannedEvent, Guid> heirs, IReadOnlyList<OldEvent> kept, CancellationToken cancellationToken)
    {
        var queued = plan.Events.Where(e => !heirs.ContainsKey(e) && RecordWriter.IsQueued(e)).ToList();
        if (heirs.Count > 0)
        {
            var others = await OthersAsync(plan, stream, heirs, cancellationToken);
            foreach (var alert in await AlertsAsync(heirs, cancellationToken))
            {
                var events = heirs.Where(heir => heir.Value == alert.AlertId).Select(heir => new Reread<PlannedEvent>(heir.Key, RecordWriter.CandidateOf(heir.Key))).ToList();
                var revision = AlertRevision<PlannedEvent>.Of(alert, events, With(others.GetValueOrDefault(alert.AlertId, OtherEvents.None), alert, kept));
                _revised.Add(revision);
                revision.Stay.ForEach(stays => AlertOf[stays] = alert.AlertId);
                queued.AddRange(revision.Leave.Select(leaves => leaves.Key).Where(RecordWriter.IsQueued));
            }

            await WriteRevisionsAsync(cancellationToken);
        }

        await QueueAsync(queued, cancellationToken);
        foreach (var revision in _revised)
        {
            Writer.TellGrown(revision.Alert, revision.From, revision.Cause);
        }
    }

    /// <inheritdoc cref="QuotedReasons.RenewAsync"/>
    public async Task QuoteWhatRemainsAsync(CancellationToken cancellationToken)
    {
        foreach (var revision in _revised.Where(revision => revision.NeedsReasons))
        {
            await QuotedReasons.RenewAsync(session, context.Seal, revision.Alert, cancellationToken);
        }
    }

    private async Task QueueAsync(List<PlannedEvent> queued, CancellationToken cancellationToken)
    {
        if (queued.Count == 0)
        {
            return;
        }

        var candidates = queued.ConvertAll(RecordWriter.CandidateOf);
        await (imagined is null ? Writer.LoadAsync(candidates, cancellationToken) : Writer.SeeAsync(candidates, imagined, cancellationToken));
        for (var i = 0; i < queued.Count; i++)
        {
            AlertOf[queued[i]] = Writer.Take(candidates[i]);
        }
    }

    // Before the queue is read: an alert that was revised here is joined as what it is now.
    private async Task WriteRevisionsAsync(CancellationToken cancellationToken)
    {
        if (imagined is not null)
        {
            return;
        }

        await using var batch = session.Batch();
        foreach (var revision in _revised)
        {
            batch.BatchCommands.Add(AlertSql.ReviseCommand(context.Seal, revision.Alert, now));
            if (revision.Moved)
            {
                batch.BatchCommands.Add(AlertSql.WithdrawCommand(revision.Alert));
            }
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private Task<List<Alert>> AlertsAsync(IReadOnlyDictionary<PlannedEvent, Guid> heirs, CancellationToken cancellationToken) => session.RowsAsync(
        AlertSql.SelectThese + (imagined is null ? " FOR UPDATE" : ""), [_school, heirs.Values.Distinct().ToArray()], row => AlertSql.Read(context.Seal, row), cancellationToken);

    private async Task<Dictionary<Guid, OtherEvents>> OthersAsync(
        RecordPlan plan, Guid stream, IReadOnlyDictionary<PlannedEvent, Guid> heirs, CancellationToken cancellationToken)
    {
        var others = await session.RowsAsync(
            Others,
            [_school, heirs.Values.Distinct().ToArray(), stream, plan.First, plan.Last],
            row => (Alert: row.GetGuid(0), Events: new OtherEvents(row.GetInt32(1), row.GetFieldValue<string[]>(2), row.GetBoolean(3))),
            cancellationToken);
        return others.ToDictionary(other => other.Alert, other => other.Events);
    }

    // Old rows that stay keep their person: as long as one is there, the alert is about who it was about.
    private static OtherEvents With(OtherEvents others, Alert alert, IReadOnlyList<OldEvent> kept)
    {
        var stay = kept.Where(row => row.Alert == alert.AlertId).ToList();
        return stay.Count == 0
            ? others
            : new OtherEvents(others.Count + stay.Count, [.. others.Subjects.Append(alert.SubjectKey ?? "").Distinct(StringComparer.Ordinal)], others.Unread || stay.Exists(row => row.Unread));
    }
}
