using Npgsql;
using NpgsqlTypes;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>A ledger row that this transaction writes, for the hint after its commit.</summary>
internal readonly record struct WrittenNotification(Guid School, Guid Notification);

/// <summary>
/// Raises and grows alerts inside a Record transaction. One transaction at a time for each school (an advisory lock), or two streams
/// would raise two alerts for one person.
/// </summary>
/// <param name="late">What it raises was received long before: a replay found it.</param>
internal sealed class AlertWriter(Session session, SchoolSeal seal, TimeSpan window, DateTimeOffset now, bool late = false)
{
    // By person; alerts about nobody in particular are joined by none.
    private readonly Dictionary<string, List<Alert>> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, Alert> _changed = [];
    private readonly Dictionary<Guid, Alert> _raised = [];
    private readonly List<(Alert Alert, string Cause)> _tell = [];
    private readonly List<GrownAlert> _grown = [];
    private readonly HashSet<Guid> _told = [];

    /// <summary>Alerts for which no recipient was found.</summary>
    public Unreached NobodyToTell { get; } = new();

    /// <summary>Alerts that its candidates raised.</summary>
    public IReadOnlyCollection<Alert> Raised => _raised.Values;

    /// <summary>Alerts, raised before, that its candidates joined.</summary>
    public int Grown => _changed.Count;

    public static NpgsqlBatchCommand LockCommand(Guid school) =>
        new("SELECT pg_advisory_xact_lock(hashtextextended('alerts:' || $1::text, 0))") { Parameters = { Of(school) } };

    /// <summary>Reads the open alerts that these candidates may join.</summary>
    public Task LoadAsync(IReadOnlyCollection<AlertCandidate> candidates, CancellationToken cancellationToken) =>
        LoadAsync(candidates, AlertSql.SelectOpen, cancellationToken);

    /// <summary>The same for whoever only wants to know what would be: nothing is locked, and nothing may be written of it.</summary>
    /// <param name="imagined">Further alerts that would be there by then.</param>
    public Task SeeAsync(IReadOnlyCollection<AlertCandidate> candidates, IEnumerable<Alert> imagined, CancellationToken cancellationToken)
    {
        foreach (var alert in imagined)
        {
            Know(alert);
        }

        return LoadAsync(candidates, AlertSql.SeeOpen, cancellationToken);
    }

    private async Task LoadAsync(IReadOnlyCollection<AlertCandidate> candidates, string sql, CancellationToken cancellationToken)
    {
        // Alerts of before sealing began are found by the name itself.
        var subjects = candidates.SelectMany(c => new[] { c.SubjectKey, c.Cohort, seal.MayBePlain ? c.Subject : null }).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        if (subjects.Length > 0)
        {
            var since = candidates.Min(c => c.ReceivedAt) - window;
            await using var select = session.Command(sql);
            select.Parameters.Add(Of(seal.School));
            select.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = subjects });
            select.Parameters.Add(Of(since));
            await using var rows = await select.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                Know(AlertSql.Read(seal, rows));
            }
        }
    }

    /// <summary>Takes one candidate in; returns the alert that it raised or joined.</summary>
    public Guid Take(AlertCandidate candidate)
    {
        if (Join(candidate) is { } own)
        {
            return own;
        }

        // No alert of its person is open: rather one for the class than one more of the same.
        var raising = candidate.Cohort is null ? candidate : candidate with { SubjectKey = candidate.Cohort, Subject = null };
        return (candidate.Cohort is null ? null : Join(raising)) ?? Raise(raising);
    }

    private Guid? Join(AlertCandidate candidate)
    {
        // The latest first: a person may have several alerts on different desks.
        var known = candidate.SubjectKey is { } subject ? _known.GetValueOrDefault(subject, []) : [];
        for (var i = known.Count - 1; i >= 0; i--)
        {
            var alert = known[i];
            if (AlertGrouping.Joins(alert, candidate, window))
            {
                var from = alert.State;
                TellGrown(alert, from, AlertGrouping.Grow(alert, candidate));
                if (!_raised.ContainsKey(alert.AlertId))
                {
                    _changed[alert.AlertId] = alert;
                }

                return alert.AlertId;
            }
        }

        return null;
    }

    private Guid Raise(AlertCandidate candidate)
    {
        var raised = AlertGrouping.Raise(candidate, seal.School, Guid.NewGuid(), now);
        raised.Late = late;
        Know(raised);
        _raised[raised.AlertId] = raised;
        Tell(raised, AlertGrouping.CauseOf(candidate));
        return raised.AlertId;
    }

    /// <summary>Adds the writes to the transaction's last batch; returns the ledger rows among them.</summary>
    public async Task<List<WrittenNotification>> AddToAsync(NpgsqlBatch batch, IReadOnlyList<StaffMember> staff, PolicyDirectory policies, CancellationToken cancellationToken)
    {
        var number = _raised.Count > 0 ? await ReserveNumbersAsync(_raised.Count, cancellationToken) : 0;
        var raised = _raised.Values.OrderBy(a => a.FirstReceivedAt).ToArray();
        if (raised.Length > 0)
        {
            foreach (var alert in raised)
            {
                alert.Number = number++;
            }

            batch.BatchCommands.Add(AlertSql.InsertCommand(seal, raised));
        }

        if (_changed.Count > 0)
        {
            batch.BatchCommands.Add(AlertSql.UpdateCommand(seal, [.. _changed.Values], now));
            foreach (var plain in _changed.Values.Where(alert => alert.Subject is { } subject && !SchoolSeal.IsSealed(subject)))
            {
                batch.BatchCommands.Add(AlertSql.SealSubjectCommand(seal, plain));
            }
        }

        if (_grown.Count > 0)
        {
            batch.BatchCommands.Add(AlertStepSql.GrownCommand(seal.School, _grown, now));
        }

        var rows = new List<PlannedNotification>();
        if (_tell.Count > 0)
        {
            AddRows(rows, staff, await policies.OfAsync(session, seal.School, cancellationToken));
            batch.BatchCommands.Add(AlertSql.NotifyCommand(seal.School, [.. rows], now));
        }

        return [.. rows.Where(row => row.Staff is not null).Select(row => new WrittenNotification(seal.School, row.Notification))];
    }

    private void AddRows(List<PlannedNotification> rows, IReadOnlyList<StaffMember> staff, PolicyInForce inForce)
    {
        var (policy, outOfHours) = (inForce.Policy, !inForce.Calendar.IsOpen(now));
        foreach (var (alert, cause) in _tell)
        {
            var facts = AlertFacts.Of(alert) with { OutOfHours = outOfHours };
            var recipients = Recipients.For(facts, staff, policy);
            if (recipients.Count == 0)
            {
                // Nobody to tell is itself a fact that the digest and the log must show.
                NobodyToTell.Add(Recipients.MissingRole(facts, staff, policy));
                rows.Add(new PlannedNotification(Guid.NewGuid(), cause, alert.AlertId, Staff: null));
            }

            foreach (var recipient in recipients)
            {
                rows.Add(new PlannedNotification(Guid.NewGuid(), cause, alert.AlertId, recipient));
            }
        }
    }

    private async Task<int> ReserveNumbersAsync(int count, CancellationToken cancellationToken)
    {
        await using var reserve = session.Command("UPDATE school SET next_alert = next_alert + $2 WHERE school_id = $1 RETURNING next_alert - $2");
        reserve.Parameters.Add(Of(seal.School));
        reserve.Parameters.Add(Of(count));
        return (int)(await reserve.ExecuteScalarAsync(cancellationToken))!;
    }

    private void Know(Alert alert)
    {
        if (alert.SubjectKey is not { } subject)
        {
            return;
        }

        if (!_known.TryGetValue(subject, out var alerts))
        {
            _known[subject] = alerts = [];
        }

        alerts.Add(alert);
    }

    /// <summary>Has people told again of an alert that there is more to, and its history say so.</summary>
    /// <param name="from">Its state before.</param>
    /// <param name="cause">Null when there is nothing that people must be told.</param>
    public void TellGrown(Alert alert, string from, string? cause)
    {
        // A replay may have made it new again before what it queues joined it: that it was in somebody's hands is said even when people are told already.
        if (cause is not null && (Tell(alert, cause) || from != AlertState.New))
        {
            _grown.Add(new GrownAlert(alert.AlertId, from, cause));
        }
    }

    private bool Tell(Alert alert, string? cause)
    {
        // One mail for one alert of one transaction: the first cause stands, the mail is built from the alert as it is after the commit.
        if (cause is null || !_told.Add(alert.AlertId))
        {
            return false;
        }

        _tell.Add((alert, cause));
        return true;
    }

    private static NpgsqlParameter<Guid> Of(Guid value) => new() { TypedValue = value };

    private static NpgsqlParameter<int> Of(int value) => new() { TypedValue = value };

    private static NpgsqlParameter<DateTimeOffset> Of(DateTimeOffset value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.TimestampTz };
}
