using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>One erasure in one transaction: what it finds, what it does, what it counts.</summary>
internal sealed class ErasureWork(Session session, Guid school, NamedPerson person, CaseContent content)
{
    private readonly ErasureScan _scan = new(session, school, person, content);
    private readonly NameMask _mask = new(person.Names, NameMask.Erased);
    private readonly SortedDictionary<string, long> _deleted = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _rewritten = new(StringComparer.Ordinal);
    private readonly List<string> _stays = [];
    private List<FoundAlert> _alerts = [];
    private List<(FoundEvent Event, bool Held, Guid? Alert)> _events = [];
    private List<FoundEvent> _naming = [];
    private HashSet<(Guid Stream, long Sequence)> _records = [];

    /// <summary>Entries of the access records that named the person.</summary>
    public List<long> ErasedLooks { get; private set; } = [];

    /// <summary>Reads; changes nothing.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        _alerts = await _scan.AlertsAsync(cancellationToken);
        _events = await _scan.EventsAsync(cancellationToken);
        _naming = await _scan.EventsNamingAsync(_mask, cancellationToken);
        // A record that somebody else's event names, or that holds the person beside others, or whose bytes name the person in any way.
        _records = [.. await _scan.EvidenceNamingAsync(_mask, cancellationToken), .. _events.Select(found => (found.Event.Stream, found.Event.Sequence)), .. _naming.Select(found => (found.Stream, found.Sequence))];
        _stays.AddRange(_alerts.Where(alert => alert.Held).Select(alert => $"alert {alert.Number}: a legal hold stands on it"));
        _stays.AddRange(_alerts.Where(alert => !alert.Held && alert.State != "resolved").Select(alert => $"alert {alert.Number}: it is open, and nothing deletes an open alert"));
        ErasedLooks = await LooksAsync(cancellationToken);
    }

    /// <summary>Does it. Held rows are left by the functions themselves.</summary>
    public async Task EraseAsync(CancellationToken cancellationToken)
    {
        _deleted["alert"] = await NumberAsync(ErasureSql.EraseAlerts, [person.Keys.ToArray()], cancellationToken);
        var (events, evidences) = (await session.RowsAsync(
            ErasureSql.EraseEvents, [person.Keys.ToArray()], row => (row.GetInt32(0), row.GetInt32(1)), cancellationToken))[0];
        (_deleted["event"], _deleted["evidence"]) = (events, evidences);
        await RewriteAsync(cancellationToken);
        if (_stays.Count == 0)
        {
            var (people, aliases) = (await session.RowsAsync(
                ErasureSql.ErasePerson, [person.People.Select(one => one.PersonId).ToArray()], row => (row.GetInt32(0), row.GetInt32(1)), cancellationToken))[0];
            (_deleted["person"], _deleted["person_alias"]) = (people, aliases);
        }

        _rewritten["access_record"] = ErasedLooks.Count == 0 ? 0 : await NumberAsync(ErasureSql.EraseLooks, [ErasedLooks.ToArray()], cancellationToken);
    }

    public ErasureProof Foreseen(DateTimeOffset now, DateOnly falls)
    {
        var kept = _alerts.Where(alert => alert.Held || alert.State != "resolved").Select(alert => (Guid?)alert.Id).ToHashSet();
        _deleted["alert"] = _alerts.Count - kept.Count;
        _deleted["event"] = _events.Count(found => !found.Held && (found.Alert is null || !kept.Contains(found.Alert)));
        _deleted["person"] = kept.Count == 0 ? person.People.Count : 0;
        (_rewritten["event"], _rewritten["access_record"]) = (_naming.Count, ErasedLooks.Count);
        return Proof(Guid.Empty, now, falls, dryRun: true);
    }

    /// <param name="before">Of the same erasure, when it was killed and goes on.</param>
    public ErasureProof Done(Guid erasure, DateTimeOffset now, DateOnly falls, ErasureProof? before)
    {
        foreach (var (counts, old) in new[] { (_deleted, before?.Deleted), (_rewritten, before?.Rewritten) })
        {
            foreach (var (table, count) in old ?? new Dictionary<string, long>(StringComparer.Ordinal))
            {
                counts[table] = counts.GetValueOrDefault(table) + count;
            }
        }

        return Proof(erasure, now, falls, dryRun: false);
    }

    private ErasureProof Proof(Guid erasure, DateTimeOffset now, DateOnly falls, bool dryRun) => new()
    {
        Erasure = erasure, At = now, DryRun = dryRun, Deleted = _deleted, Rewritten = _rewritten, Stays = _stays, HiddenKeys = person.Keys.Count, RawFallsOn = falls,
    };

    private async Task RewriteAsync(CancellationToken cancellationToken)
    {
        foreach (var found in _naming)
        {
            await CountAsync("event", ErasureSql.RewriteEvent, [found.Stream, found.Sequence, found.Part, content.SealDetail(found.Detail)], cancellationToken);
        }

        foreach (var (stream, sequence) in _records)
        {
            if (await _scan.KeptOfAsync(stream, sequence, _mask, cancellationToken) is { } kept)
            {
                await CountAsync("evidence", ErasureSql.RewriteEvidence, [stream, sequence, CaseContent.KeptType, content.SealRaw(kept)], cancellationToken);
            }
        }

        await RewriteAlertsAsync(cancellationToken);
        foreach (var (alert, stream, sequence, part, detail) in await session.RowsAsync(
            ErasureSql.OtherContext, [school, person.Keys.ToArray()],
            row => (row.GetGuid(0), row.GetGuid(1), row.GetInt64(2), row.GetInt32(3), content.OpenContext(row.GetFieldValue<byte[]>(4))), cancellationToken))
        {
            if (_mask.OfJson(detail) is var masked && !ReferenceEquals(masked, detail))
            {
                await CountAsync("kept_context", ErasureSql.RewriteContext, [alert, stream, sequence, part, content.SealContext(masked)], cancellationToken);
            }
        }
    }

    private async Task RewriteAlertsAsync(CancellationToken cancellationToken)
    {
        var seal = content.Seal;
        foreach (var (alert, reasons, note, reference) in await session.RowsAsync(
            ErasureSql.OtherAlerts, [school, person.Keys.ToArray()],
            row => (
                row.GetGuid(0), content.OpenReasons(row.GetFieldValue<byte[]>(1)), row.IsDBNull(2) ? null : seal.OpenText(row.GetFieldValue<byte[]>(2), SealedField.AlertNote),
                row.IsDBNull(3) ? null : seal.OpenText(row.GetFieldValue<byte[]>(3), SealedField.AlertReference)), cancellationToken))
        {
            var masked = _mask.OfJson(reasons);
            if (!ReferenceEquals(masked, reasons) || _mask.IsIn(note) || _mask.IsIn(reference))
            {
                await CountAsync(
                    "alert", ErasureSql.RewriteAlert, [alert, content.SealReasons(masked), Sealed(note, SealedField.AlertNote), Sealed(reference, SealedField.AlertReference)], cancellationToken);
            }
        }

        foreach (var step in await session.RowsAsync(
            ErasureSql.OtherSteps, [school, person.Keys.ToArray()],
            row => new FoundText(
                row.GetGuid(0), row.GetInt64(1), seal.OpenText(row.GetFieldValue<byte[]>(2), SealedField.StepNote), row.GetString(3), seal.OpenWords(row.GetString(3), SealedField.StepDetail)),
            cancellationToken))
        {
            if (_mask.IsIn(step.Note) || _mask.IsIn(step.Detail))
            {
                // Only the words of a person are sealed: ids and outcomes in this column stay as they are.
                var detail = _mask.IsIn(step.Detail) ? seal.SealWords(_mask.Of(step.Detail), SealedField.StepDetail) : step.StoredDetail;
                await CountAsync("alert_step", ErasureSql.RewriteStep, [step.Alert, step.Step, seal.SealText(_mask.Of(step.Note), SealedField.StepNote), detail], cancellationToken);
            }
        }
    }

    private object Sealed(string? text, SealedField field) => text is null ? DBNull.Value : content.Seal.SealText(_mask.Of(text), field);

    private async Task<List<long>> LooksAsync(CancellationToken cancellationToken)
    {
        var looks = await session.RowsAsync(
            ErasureSql.Looks, [school], row => (Sequence: row.GetInt64(0), Object: row.GetString(1), Reason: content.OpenReason(row.IsDBNull(2) ? null : row.GetString(2))), cancellationToken);
        return [.. looks.Where(look => _mask.IsIn(look.Object) || _mask.IsIn(look.Reason)).Select(look => look.Sequence)];
    }

    private async Task CountAsync(string table, string sql, object[] values, CancellationToken cancellationToken) =>
        _rewritten[table] = _rewritten.GetValueOrDefault(table) + await NumberAsync(sql, values, cancellationToken);

    private async Task<int> NumberAsync(string sql, object[] values, CancellationToken cancellationToken) =>
        (await session.RowsAsync(sql, values, row => row.GetInt32(0), cancellationToken))[0];
}
