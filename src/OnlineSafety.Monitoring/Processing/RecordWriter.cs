using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>What a Record transaction did.</summary>
/// <param name="Moved">False when another worker was faster: nothing was written.</param>
/// <param name="NobodyToTell">Alerts that found no recipient.</param>
/// <param name="Stale">Nothing was written because the source has another mapping than the plan was made with, or somebody was erased since.</param>
internal readonly record struct RecordResult(bool Moved, IReadOnlyList<WrittenNotification> Notifications, int Alerts, Unreached? NobodyToTell = null, bool Stale = false);

/// <summary>What stands in the database as a Record transaction begins.</summary>
internal readonly record struct RecordFence(long Next, DateTimeOffset Now, int MappingVersion, bool Capture, long Erased);

/// <summary>
/// Record: everything that came of a range of one stream, in one transaction with the checkpoint. Redoing a range changes nothing,
/// because the checkpoint is read FOR UPDATE first and must stand where the range begins.
/// </summary>
internal sealed class RecordWriter(Database database, RuleSet rules, PolicyDirectory policies)
{
    private static readonly Actor Actor = Actor.Service("record");
    public static readonly TimeSpan Remembered = TimeSpan.FromDays(7);

    public async Task<RecordResult> WriteAsync(
        ClaimedStream stream, RecordPlan plan, StreamContext context, CancellationToken cancellationToken)
    {
        var school = stream.Target.School;
        var concerns = plan.Events.Exists(e => e.Assessment.Severity > Severity.None);
        await using var session = await database.OpenUnstatedAsync(Actor, cancellationToken);
        if (await FenceAsync(session, stream, concerns, cancellationToken) is not { } fence || fence.Next != plan.First)
        {
            return new RecordResult(Moved: false, [], 0);
        }

        if (fence.MappingVersion != context.MappingVersion || fence.Capture != context.Capture || fence.Erased != context.Erased.Version)
        {
            return new RecordResult(Moved: false, [], 0, Stale: true);
        }

        var now = fence.Now;
        var alertOf = new Dictionary<PlannedEvent, Guid>();
        AlertWriter? alerts = null;
        if (concerns)
        {
            await CorrelateAsync(session, context.Seal, plan, cancellationToken);
            alerts = await RaiseAsync(session, context.Seal, plan, context.GroupingWindow, now, alertOf, cancellationToken);
        }

        await using var batch = session.Batch();
        if (plan.Events.Count > 0)
        {
            batch.BatchCommands.Add(RecordSql.EventsCommand(context.Seal, stream, plan.Events, alertOf, now));
        }

        if (plan.Evidence.Count > 0)
        {
            batch.BatchCommands.Add(RecordSql.EvidenceCommand(context.Seal, stream, plan.Evidence));
        }

        batch.BatchCommands.Add(RecordSql.CountersCommand(context.Seal, stream, plan, now));
        batch.BatchCommands.Add(RecordSql.HealthCommand(stream, plan));
        ActivitySql.AddTo(batch, stream.Target, plan);
        foreach (var (key, count) in plan.Unmapped)
        {
            batch.BatchCommands.Add(RecordSql.UnmappedCommand(context.Seal, stream, key, count, now));
        }

        var written = alerts is null ? [] : await alerts.AddToAsync(batch, context.People.Staff, policies, cancellationToken);
        batch.BatchCommands.Add(RecordSql.MoveCommand(stream, plan.Last + 1));
        if (written.Count > 0)
        {
            batch.BatchCommands.Add(Channels.NotifyCommand(Channels.Notifications));
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
        await session.CommitAsync(cancellationToken);
        return new RecordResult(Moved: true, written, alertOf.Count, alerts?.NobodyToTell);
    }

    /// <summary>Takes the locks, then reads what the plan is held against.</summary>
    private static async Task<RecordFence?> FenceAsync(Session session, ClaimedStream stream, bool concerns, CancellationToken cancellationToken)
    {
        await using var batch = session.Batch();
        batch.BatchCommands.Add(Session.StateCommand(stream.Target.School, Actor));
        batch.BatchCommands.Add(RecordSql.WaitForLocksCommand());
        batch.BatchCommands.Add(RecordSql.LockCommand(stream.Target.School));
        batch.BatchCommands.Add(RecordSql.MappingLockCommand(stream.Target.Source));
        if (concerns)
        {
            batch.BatchCommands.Add(AlertWriter.LockCommand(stream.Target.School));
        }

        batch.BatchCommands.Add(RecordSql.FenceCommand(stream));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        for (var results = concerns ? 4 : 3; results > 0; results--)
        {
            await rows.NextResultAsync(cancellationToken);
        }

        return await rows.ReadAsync(cancellationToken)
            ? new RecordFence(rows.GetInt64(0), rows.GetFieldValue<DateTimeOffset>(1), rows.GetInt32(2), rows.GetBoolean(3), rows.GetInt64(4))
            : null;
    }

    private async Task CorrelateAsync(Session session, SchoolSeal seal, RecordPlan plan, CancellationToken cancellationToken)
    {
        var concerns = plan.Events.Where(e => e.SubjectKey is not null && e.Assessment.Severity > Severity.None).ToList();
        var seen = await HistoryAsync(session, seal, concerns, cancellationToken);
        Recollection.Correlate(concerns, seen, rules);
        await CorrelateAlikeAsync(session, seal.School, Guid.Empty, plan.First, concerns, rules, cancellationToken);
    }

    /// <summary>Shows the concerns what others did: what was received up to them, and of their own stream only what stands before the plan.</summary>
    public static async Task CorrelateAlikeAsync(
        Session session, Guid school, Guid stream, long first, List<PlannedEvent> concerns, RuleSet rules, CancellationToken cancellationToken)
    {
        var seen = new SeenAlike();
        var asked = new Dictionary<long, DateTimeOffset>();
        foreach (var concern in concerns.Where(Cohorts.Asks))
        {
            if (seen.TryAdd(concern.Signature!.Value, []))
            {
                asked[concern.Signature.Value] = concern.Event.ReceivedAt;
            }
        }

        if (seen.Count == 0)
        {
            return;
        }

        object[] values = [school, asked.Keys.ToArray(), asked.Values.ToArray(), Cohorts.Window, stream, first, Cohorts.Most];
        foreach (var (signature, subject, at) in await session.RowsAsync(
            RecordSql.Alike, values, row => (row.GetInt64(0), row.GetString(1), row.GetFieldValue<DateTimeOffset>(2)), cancellationToken))
        {
            seen[signature].Add((subject, at));
        }

        Cohorts.Correlate(concerns, seen, rules);
    }

    private async Task<Dictionary<string, List<HistoryEntry>>> HistoryAsync(
        Session session, SchoolSeal seal, List<PlannedEvent> concerns, CancellationToken cancellationToken)
    {
        var seen = new Dictionary<string, List<HistoryEntry>>(StringComparer.Ordinal);
        foreach (var concern in concerns)
        {
            if (Correlator.Weighs(concern.Assessment, rules))
            {
                seen.TryAdd(concern.SubjectKey!, []);
            }
        }

        if (seen.Count == 0)
        {
            return seen;
        }

        await using var select = session.Command(seal.MayBePlain ? RecordSql.HistoryOfBoth : RecordSql.History);
        select.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = seal.School });
        select.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. seen.Keys] });
        select.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = concerns.Min(c => c.Event.ReceivedAt) - Remembered });
        select.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Recollection.Most });
        if (seal.MayBePlain)
        {
            select.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. seen.Keys.Select(key => concerns.Find(c => c.SubjectKey == key)!.SubjectName!)] });
        }

        await using var rows = await select.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var (entries, times) = (seen[rows.GetString(0)], rows.GetFieldValue<DateTimeOffset[]>(1));
            var (themes, severities, vendors) = (rows.GetFieldValue<string[]>(2), rows.GetFieldValue<short[]>(3), rows.GetFieldValue<string[]>(4));
            var vendorSays = rows.GetFieldValue<bool[]>(5);
            for (var i = times.Length - 1; i >= 0; i--)
            {
                entries.Add(new HistoryEntry(times[i], themes[i], (Severity)severities[i], vendors[i], vendorSays[i]));
            }
        }

        return seen;
    }

    private static async Task<AlertWriter?> RaiseAsync(
        Session session, SchoolSeal seal, RecordPlan plan, TimeSpan window, DateTimeOffset now, Dictionary<PlannedEvent, Guid> alertOf, CancellationToken cancellationToken)
    {
        var candidates = new List<(PlannedEvent Event, AlertCandidate Candidate)>();
        foreach (var planned in plan.Events)
        {
            if (IsQueued(planned))
            {
                candidates.Add((planned, CandidateOf(planned)));
            }
        }

        if (candidates.Count == 0)
        {
            return null;
        }

        var writer = new AlertWriter(session, seal, window, now);
        await writer.LoadAsync([.. candidates.Select(c => c.Candidate)], cancellationToken);
        foreach (var (planned, candidate) in candidates)
        {
            alertOf[planned] = writer.Take(candidate);
        }

        return writer;
    }

    /// <summary>Does it belong on the queue?</summary>
    public static bool IsQueued(PlannedEvent planned) => planned.Assessment.Severity >= AlertGrouping.QueueAt || NeedsReview(planned);

    public static AlertCandidate CandidateOf(PlannedEvent planned) => CandidateOf(planned, EventDetail.ReasonsOf(planned.Assessment));

    private static AlertCandidate CandidateOf(PlannedEvent planned, byte[] reasons) => new()
    {
        ReceivedAt = planned.Event.ReceivedAt,
        Severity = planned.Assessment.Severity,
        Risk = planned.Assessment.Risk,
        Theme = planned.Assessment.Theme,
        ParentTheme = planned.Assessment.ParentTheme,
        Audience = planned.Assessment.Audience,
        Route = planned.Route,
        SubjectKey = planned.SubjectKey,
        Subject = planned.SubjectName,
        Cohort = planned.Cohort,
        SubjectRole = planned.Subject.Role,
        SubjectStaff = planned.Subject.Staff,
        Groups = planned.Subject.Groups,
        SubjectYear = planned.Subject.YearGroup,
        Source = planned.Event.Source,
        Vendor = planned.Event.Vendor,
        NeedsReview = NeedsReview(planned),
        Reasons = reasons,
        Rules = AlertRules.Of(planned.Assessment.Reasons),
        Unproven = LowTrust.Marks(reasons),
    };

    private static bool NeedsReview(PlannedEvent planned) => planned.Review.Length > 0 && planned.Assessment.Severity > Severity.None;
}
