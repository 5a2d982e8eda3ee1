using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Retention;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Processing.Replay;

/// <summary>What became of a chunk.</summary>
/// <param name="Stale">Nothing was written: a hold was placed or lifted, or somebody erased, since the chunk was read.</param>
internal readonly record struct ReplayedChunk(IReadOnlyList<WrittenNotification> Notifications, Unreached NobodyToTell, bool Stale = false);

/// <summary>What stands in the database as a chunk is written.</summary>
/// <param name="Erased">Who was erased, as <see cref="ErasedHere.Version"/> says it.</param>
/// <param name="HoldsErased">Somebody was erased in one of its records.</param>
internal readonly record struct ReplayFence(DateTimeOffset Now, long Erased, bool HoldsErased);

/// <summary>
/// Replaces what was recorded of a chunk by what it is read as now, in one transaction with the job's progress: after a kill it is either as before and comes
/// again, or done. First the lock under which holds are placed and people erased; then in the order of Record: digest, mapping, alerts; then the job's rows, which nobody holds who waits for those. Live recording writes
/// ranges only from the checkpoint on, and this only below. Where they meet is at alerts, under their lock, and at the source's health and words, in
/// that order and last: a Record without concerns takes nothing else, so neither ever waits for the other in a circle.
/// </summary>
internal sealed class ReplayWriter(Database database, RuleSet rules, PolicyDirectory policies)
{
    private static readonly Actor Actor = Actor.Service("replay");

    /// <exception cref="JobEndedException">Cancelled, superseded by another mapping, or another worker has it. Nothing was written.</exception>
    public async Task<ReplayedChunk> WriteAsync(
        SourceJobContext job, ReplayChunk chunk, ReplayPlanner planner, StreamContext context, ReplayTally tally, CancellationToken cancellationToken)
    {
        // The first plan is made before any lock is taken; there are further ones only where a single block became more events than memory should hold.
        using var plans = planner.Plans(chunk, context).GetEnumerator();
        var planned = chunk.IsReadable && plans.MoveNext();
        await using var session = await database.OpenUnstatedAsync(Actor, cancellationToken);
        var fence = await FenceAsync(session, job, chunk, cancellationToken);
        if (planned && await IsStaleAsync(session, fence, chunk, context, cancellationToken))
        {
            return new ReplayedChunk([], new Unreached(), Stale: true);
        }

        var now = fence.Now;
        var (notifications, nobody) = (new List<WrittenNotification>(), new Unreached());
        if (planned)
        {
            var changes = await ReplayChanges.TakeBackAsync(session, chunk, cancellationToken);
            tally[Tallied.EventsBefore] += chunk.Old.Count;
            changes.Tally(tally);
            do
            {
                var alerts = await WriteAsync(session, chunk, plans.Current, planner, context, now, cancellationToken);
                notifications.AddRange(await TellAsync(session, alerts, context, cancellationToken));
                await alerts.QuoteWhatRemainsAsync(cancellationToken);
                nobody.Add(alerts.Writer.NobodyToTell);
                changes.Give(context.Seal, plans.Current);
                Count(tally, plans.Current, planner, alerts);
            }
            while (plans.MoveNext());
            await changes.WriteAsync(session, context.Seal, chunk.Range, now, cancellationToken);
        }

        tally[planned ? Tallied.Records : Tallied.NotRead] += chunk.Records;
        await using var batch = session.Batch();
        batch.BatchCommands.Add(ReplaySql.MoveOnCommand(job, chunk.Range, chunk.Last + 1, tally));
        batch.BatchCommands.Add(ReplaySql.ProgressCommand(job, chunk.Records));
        if (notifications.Count > 0)
        {
            batch.BatchCommands.Add(Channels.NotifyCommand(Channels.Notifications));
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
        await session.CommitAsync(cancellationToken);
        return new ReplayedChunk(notifications, nobody);
    }

    /// <summary>
    /// Takes the locks and the time. The time is read with the digest lock held and is never before the last window's end, so all that the chunk
    /// writes is in the next digest, once.
    /// </summary>
    private static async Task<ReplayFence> FenceAsync(Session session, SourceJobContext job, ReplayChunk chunk, CancellationToken cancellationToken)
    {
        var target = chunk.Range.Target;
        await using var batch = session.Batch();
        batch.Timeout = SchoolTurn.Patience;
        batch.BatchCommands.Add(Session.StateCommand(target.School, Actor));
        // First of all: nothing live may wait behind this while it waits for an erasure.
        batch.BatchCommands.Add(SchoolTurn.ShareCommand(target.School));
        batch.BatchCommands.Add(RecordSql.LockCommand(target.School));
        batch.BatchCommands.Add(RecordSql.MappingLockCommand(target.Source));
        // Always: which alerts a chunk changes is known only from its old rows.
        batch.BatchCommands.Add(AlertWriter.LockCommand(target.School));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(ReplaySql.Fence)
        {
            Parameters = { ReplaySql.Of(target.School), ReplaySql.Of(job.Job.Id), ReplaySql.Of(chunk.Range.Stream), ReplaySql.Of(chunk.First), ReplaySql.Of(chunk.Last) },
        });
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        for (var results = 5; results > 0; results--)
        {
            await rows.NextResultAsync(cancellationToken);
        }

        if (!await rows.ReadAsync(cancellationToken) || rows.GetString(0) != JobState.Running || rows.GetGuid(1) != job.Worker || rows.GetInt64(2) != chunk.First)
        {
            throw new JobEndedException("The job was cancelled, or another worker has it.");
        }

        return rows.GetInt32(3) == job.Job.MappingVersion && !rows.GetBoolean(4)
            ? new ReplayFence(rows.GetFieldValue<DateTimeOffset>(5), rows.GetInt64(6), rows.GetBoolean(7))
            : throw new JobEndedException("The source has another mapping by now.");
    }

    /// <summary>
    /// Whether what the plan was made with stands no more. Its old rows too: an erasure takes some away, and a hold is asked for in the transaction that deletes.
    /// </summary>
    private static async Task<bool> IsStaleAsync(Session session, ReplayFence fence, ReplayChunk chunk, StreamContext context, CancellationToken cancellationToken) =>
        fence.Erased != context.Erased.Version || fence.HoldsErased
        || !chunk.Old.SequenceEqual(await ReplayReader.OldEventsAsync(session, chunk.Range, chunk.First, chunk.Last, cancellationToken));

    private async Task<ReplayAlerts> WriteAsync(
        Session session, ReplayChunk chunk, RecordPlan plan, ReplayPlanner planner, StreamContext context, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var range = chunk.Range;
        var stream = new ClaimedStream(range.Target, range.Stream, range.Day, plan.First, plan.Last);
        await using (var delete = session.Batch())
        {
            delete.BatchCommands.Add(ReplaySql.DeleteEventsCommand(range, plan.First, plan.Last, planner.Kept));
            delete.BatchCommands.Add(ReplaySql.DeleteEvidenceCommand(range, plan.First, plan.Last, [.. planner.KeptEvidence]));
            await delete.ExecuteNonQueryAsync(cancellationToken);
        }

        await ReplayHistory.CorrelateAsync(session, range.Target.School, range.Stream, plan, rules, cancellationToken);
        var alerts = new ReplayAlerts(session, context, now);
        await alerts.DecideAsync(plan, range.Stream, planner.Heirs, planner.Kept, cancellationToken);
        await using (var insert = session.Batch())
        {
            if (plan.Events.Count > 0)
            {
                insert.BatchCommands.Add(RecordSql.EventsCommand(context.Seal, stream, plan.Events, alerts.AlertOf, now));
            }

            if (plan.Evidence.Count > 0)
            {
                insert.BatchCommands.Add(RecordSql.EvidenceCommand(context.Seal, stream, plan.Evidence));
            }

            insert.BatchCommands.Add(RecordSql.CountersCommand(context.Seal, stream, plan, now));
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        return alerts;
    }

    private async Task<List<WrittenNotification>> TellAsync(Session session, ReplayAlerts alerts, StreamContext context, CancellationToken cancellationToken)
    {
        await using var batch = session.Batch();
        var written = await alerts.Writer.AddToAsync(batch, context.People.Staff, policies, cancellationToken);
        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        return written;
    }

    internal static void Count(ReplayTally tally, RecordPlan plan, ReplayPlanner planner, ReplayAlerts alerts)
    {
        tally[Tallied.EventsAfter] += plan.Events.Count + planner.Kept.Count;
        tally[Tallied.EventsHeld] += planner.Kept.Count(row => row.Held);
        tally[Tallied.ConcernAfter] += plan.Count(Disposition.Concern);
        tally[Tallied.CountedAfter] += plan.Count(Disposition.Counted);
        tally[Tallied.ReviewAfter] += plan.Count(Disposition.Review);
        tally[Tallied.ControlAfter] += plan.Count(Disposition.Control);
        tally[Tallied.AlertsRaised] += alerts.Writer.Raised.Count;
        tally[Tallied.AlertsGrown] += alerts.Grown;
        tally[Tallied.AlertsMoved] += alerts.Moved;
        // Columns that a mapping does not speak of are listed as fields left over.
        foreach (var (key, count) in plan.Unmapped.Where(entry => entry.Key.Kind != UnmappedKey.Column))
        {
            tally[key.Kind switch
            {
                UnmappedKey.Category => Tallied.UnmappedCategories,
                UnmappedKey.Action => Tallied.UnmappedActions,
                UnmappedKey.Severity => Tallied.UnmappedSeverities,
                _ => Tallied.UnreadRecords,
            }] += count;
        }
    }
}
