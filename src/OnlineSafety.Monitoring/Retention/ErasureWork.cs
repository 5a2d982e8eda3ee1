using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.People;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>One erasure in one transaction: what it finds, what it does, what it counts.</summary>
internal sealed class ErasureWork(Session session, Guid school, NamedPerson person, CaseContent content)
{
    private readonly ErasureScan _scan = new(session, school, person, content);
    private readonly NameMask _mask = new(person.Names, NameMask.Erased);
    private readonly SortedDictionary<string, long> _deleted = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _rewritten = new(StringComparer.Ordinal);
    private readonly List<string> _stays = [];
    private string? _ofOthers;
    private List<FoundAlert> _alerts = [];
    private List<FoundAlert> _keeping = [];
    private List<(FoundEvent Event, bool Stays)> _events = [];
    private List<FoundEvent> _naming = [];
    private List<FoundEvent> _context = [];
    private List<FoundAlertText> _texts = [];
    private List<FoundText> _steps = [];
    private List<FoundHold> _holds = [];
    private List<FoundWord> _words = [];
    private List<string> _counted = [];
    private HashSet<(Guid Stream, long Sequence)> _records = [];

    /// <summary>Entries of the access records that named the person.</summary>
    public List<long> ErasedLooks { get; private set; } = [];

    /// <summary>Reads what is about the person, and nothing of others.</summary>
    public async Task LookAtOwnAsync(CancellationToken cancellationToken)
    {
        _ofOthers = ErasureProof.OthersNotLookedAt;
        _alerts = await _scan.AlertsAsync(cancellationToken);
        _events = await _scan.EventsAsync(cancellationToken);
        _stays.AddRange(_alerts.Where(alert => alert.Held).Select(alert => $"alert {alert.Number}: a legal hold stands on it"));
        _stays.AddRange(_alerts.Where(alert => !alert.Held && alert.State != "resolved").Select(alert => $"alert {alert.Number}: it is open, and nothing deletes an open alert"));
    }

    /// <summary>Reads; changes nothing.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        await LookAtOwnAsync(cancellationToken);
        _ofOthers = null;
        var raw = (await _scan.EvidenceNamingAsync(_mask, cancellationToken)).ToHashSet();
        _naming = await _scan.EventsNamingAsync(_mask, raw, cancellationToken);
        // A record that somebody else's event names, or that holds the person beside others, or whose bytes name the person in any way.
        _records = [.. raw, .. _events.Select(found => (found.Event.Stream, found.Event.Sequence)), .. _naming.Select(found => (found.Stream, found.Sequence))];
        (_texts, _steps) = (await _scan.AlertTextsNamingAsync(_mask, cancellationToken), await _scan.StepsNamingAsync(_mask, cancellationToken));
        _context = await _scan.ContextNamingAsync(_mask, cancellationToken);
        (_holds, _words) = (await _scan.HoldsNamingAsync(_mask, cancellationToken), await _scan.WordsNamingAsync(_mask, cancellationToken));
        _counted = await _scan.CountedNamingAsync(_mask, cancellationToken);
        var looks = await LooksAsync(cancellationToken);
        Guid[] naming =
        [
            .. _texts.Select(text => text.Alert), .. _steps.Select(step => step.Alert), .. _context.Select(found => found.Alert!.Value), .. looks.Select(look => look.Keeps).OfType<Guid>(),
        ];
        _keeping = await _scan.AlertsThatKeepAsync(naming, _records, cancellationToken);
        if (_keeping.Count > 0)
        {
            // Neither which nor how many: whoever reads the proof is not to learn of whom else it is said.
            _stays.Add("alerts about somebody else: they are open or held, and keep what they say of this person; when they are closed, the DSL decides");
        }

        _stays.AddRange(_holds.Where(hold => hold.WhyLifted is null).Select(hold => $"hold {hold.Hold}: it stands, and says whom it is about"));
        ErasedLooks = [.. looks.Where(look => look.Keeps is null).Select(look => look.Sequence)];
    }

    /// <summary>Whether anything stored is about the person.</summary>
    public async Task<bool> FindsOwnAsync(CancellationToken cancellationToken) =>
        (await _scan.AlertsAsync(cancellationToken)).Count > 0 || (await _scan.EventsAsync(cancellationToken)).Count > 0;

    /// <summary>Whether anything stored about others names the person. The quick ways of knowing first.</summary>
    public async Task<bool> FindsNamesAsync(CancellationToken cancellationToken) =>
        (await _scan.AlertTextsNamingAsync(_mask, cancellationToken)).Count > 0
        || (await _scan.StepsNamingAsync(_mask, cancellationToken)).Count > 0
        || (await _scan.HoldsNamingAsync(_mask, cancellationToken)).Count > 0
        || (await _scan.WordsNamingAsync(_mask, cancellationToken)).Count > 0
        || (await _scan.CountedNamingAsync(_mask, cancellationToken)).Count > 0
        || (await LooksAsync(cancellationToken)).Count > 0
        || (await _scan.ContextNamingAsync(_mask, cancellationToken)).Count > 0
        || (await _scan.EvidenceNamingAsync(_mask, cancellationToken)).Count > 0
        || (await _scan.EventsNamingAsync(_mask, new HashSet<(Guid, long)>(), cancellationToken)).Count > 0;

    /// <summary>A legal hold was placed on the person since: nothing goes.</summary>
    public void LeaveAll()
    {
        _stays.Add("everything: a legal hold was placed on this person while the erasure ran; run it again when the hold is lifted");
        ErasedLooks = [];
    }

    /// <summary>Does it. Rows that are held, or that an open alert holds, are left by the functions themselves.</summary>
    public async Task EraseAsync(CancellationToken cancellationToken)
    {
        // Before their alerts, which would take them along uncounted.
        var (events, evidences) = (await session.RowsAsync(
            ErasureSql.EraseEvents, [person.Keys.ToArray()], row => (row.GetInt32(0), row.GetInt32(1)), cancellationToken))[0];
        (_deleted["event"], _deleted["evidence"]) = (events, evidences);
        _deleted["alert"] = await NumberAsync(ErasureSql.EraseAlerts, [person.Keys.ToArray()], cancellationToken);
        await RewriteAsync(cancellationToken);
        if (_stays.Count == 0)
        {
            var (people, aliases) = (await session.RowsAsync(
                ErasureSql.ErasePerson, [person.People.Select(one => one.PersonId).ToArray()], row => (row.GetInt32(0), row.GetInt32(1)), cancellationToken))[0];
            var apart = await NumberAsync(ErasureSql.EraseNamesApart, [person.Names.SelectMany(name => NameRegister.KeysOf(content.Seal, name)).ToArray()], cancellationToken);
            (_deleted["person"], _deleted["person_alias"]) = (people, aliases + apart);
        }

        _rewritten["access_record"] = ErasedLooks.Count == 0 ? 0 : await NumberAsync(ErasureSql.EraseLooks, [ErasedLooks.ToArray()], cancellationToken);
    }

    public ErasureProof Foreseen(DateTimeOffset now, DateOnly falls)
    {
        var own = _alerts.FindAll(alert => alert.Held || alert.State != "resolved");
        var kept = own.Concat(_keeping).Select(alert => (Guid?)alert.Id).ToHashSet();
        _deleted["alert"] = _alerts.Count - own.Count;
        _deleted["event"] = _events.Count(found => !found.Stays);
        _deleted["person"] = _stays.Count == 0 ? person.People.Count : 0;
        (_rewritten["event"], _rewritten["access_record"]) = (_naming.Count(found => !kept.Contains(found.Alert)), ErasedLooks.Count);
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
        OfOthers = _ofOthers,
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
        await RewriteHoldsAsync(cancellationToken);
        foreach (var word in _words)
        {
            await CountAsync("unmapped", ErasureSql.RewriteUnmapped, [word.Source, word.Kind, word.Stored, content.Seal.SealText(_mask.Of(word.Word), SealedField.UnmappedWord)], cancellationToken);
        }

        foreach (var counted in _counted)
        {
            await CountAsync("counter_block", ErasureSql.RewriteCounted, [counted, _mask.Of(counted)], cancellationToken);
        }

        foreach (var found in _context)
        {
            await CountAsync("kept_context", ErasureSql.RewriteContext, [found.Alert!.Value, found.Stream, found.Sequence, found.Part, content.SealContext(found.Detail)], cancellationToken);
        }
    }

    private async Task RewriteAlertsAsync(CancellationToken cancellationToken)
    {
        foreach (var text in _texts)
        {
            await CountAsync(
                "alert", ErasureSql.RewriteAlert,
                [
                    text.Alert, content.SealReasons(_mask.OfJson(text.Reasons)), Sealed(text.Note, SealedField.AlertNote), Sealed(text.Reference, SealedField.AlertReference),
                    text.Subject is null ? DBNull.Value : content.Seal.SealText(text.Subject, SealedField.AlertSubject),
                ],
                cancellationToken);
        }

        var seal = content.Seal;
        foreach (var step in _steps)
        {
            var detail = step.IsTyped && _mask.IsIn(step.Detail) ? seal.SealWords(_mask.Of(step.Detail), SealedField.StepDetail) : step.StoredDetail;
            await CountAsync("alert_step", ErasureSql.RewriteStep, [step.Alert, step.Step, seal.SealText(_mask.Of(step.Note), SealedField.StepNote), detail], cancellationToken);
        }
    }

    private async Task RewriteHoldsAsync(CancellationToken cancellationToken)
    {
        foreach (var hold in _holds.Where(hold => hold.WhyLifted is not null))
        {
            await CountAsync(
                "legal_hold", ErasureSql.RewriteHold,
                [hold.Hold, Sealed(hold.About, SealedField.HoldAbout), Sealed(hold.Reason, SealedField.HoldReason), Sealed(hold.WhyLifted, SealedField.HoldWhyLifted)], cancellationToken);
        }
    }

    private object Sealed(string? text, SealedField field) => text is null ? DBNull.Value : content.Seal.SealText(_mask.Of(text), field);

    // Keeps: the alert that the look was at, when that stays; the look then stays with it.
    private async Task<List<(long Sequence, Guid? Keeps)>> LooksAsync(CancellationToken cancellationToken)
    {
        var looks = await session.RowsAsync(
            ErasureSql.Looks, [school], row => (Sequence: row.GetInt64(0), Object: row.GetString(1), Reason: content.OpenReason(row.IsDBNull(2) ? null : row.GetString(2)), Keeps: row.IsDBNull(3) ? (Guid?)null : row.GetGuid(3)),
            cancellationToken);
        return [.. looks.Where(look => _mask.IsIn(look.Object) || _mask.IsIn(look.Reason)).Select(look => (look.Sequence, look.Keeps))];
    }

    private async Task CountAsync(string table, string sql, object[] values, CancellationToken cancellationToken) =>
        _rewritten[table] = _rewritten.GetValueOrDefault(table) + await NumberAsync(sql, values, cancellationToken);

    private async Task<int> NumberAsync(string sql, object[] values, CancellationToken cancellationToken) =>
        (await session.RowsAsync(sql, values, row => row.GetInt32(0), cancellationToken))[0];
}
