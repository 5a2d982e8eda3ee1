using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Storage;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.IntakeLog;

/// <summary>
/// One writer: one commit in flight, so that in each of its streams sequence order is commit order.
/// A commit whose outcome is unknown is tried again with the same stream and sequences: if it had gone through, the segment's own key
/// says so, because the unique index makes the second try wait for the first and then refuses it.
/// </summary>
internal sealed class SegmentWriter(
    Database database, DataKeyRing keys, IntakeSignal signal, IntakeLogOptions options, TimeProvider time, ILogger logger)
{
    private static readonly Actor Actor = Actor.Service("intake-log");
    private static readonly TimeSpan NotifyEvery = TimeSpan.FromMilliseconds(20);
    private readonly Guid _writer = Guid.NewGuid();
    private readonly SegmentPlanner _planner = new(database, keys, time);
    private readonly ConditionalWeakTable<object, StrongBox<AppendResult>> _settled = [];
    private IReadOnlyList<SealedSegment> _unsettled = [];
    private bool _sent;
    private long _lastNotify;

    /// <summary>Commits all of <paramref name="appends"/> in one transaction and completes each, whatever happens.</summary>
    public async Task CommitAsync(IReadOnlyList<PendingAppend> appends, CancellationToken cancellationToken)
    {
        try
        {
            await TryCommitAsync(appends, cancellationToken);
        }
        catch (CryptographicException) when (appends.Any(a => a.Target.School != appends[0].Target.School))
        {
            // Keys are looked up before anything is written. One school's that cannot be used is no reason to turn the others away.
            foreach (var school in appends.GroupBy(a => a.Target.School))
            {
                await CommitAsync([.. school], cancellationToken);
            }
        }
        catch (Exception e)
        {
            if (_sent)
            {
                // Whatever this was, sequences in memory may no longer be those in the log: new streams start clean.
                _planner.Forget();
            }

            if (e is not IntakeUnavailableException)
            {
                IntakeLogLog.CommitFailed(logger, appends.Count, ErrorWords.Of(e));
            }

            var told = e as IntakeUnavailableException ?? new IntakeUnavailableException("The intake log could not commit.", TimeSpan.FromSeconds(2), e);
            foreach (var append in appends)
            {
                append.Fail(told);
            }
        }
    }

    private async Task TryCommitAsync(IReadOnlyList<PendingAppend> appends, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        _sent = false;
        for (var attempt = 0; ; attempt++)
        {
            SegmentPlan? plan = null;
            try
            {
                await SettleAsync(started, cancellationToken);
                var open = Unanswered(appends);
                var claims = await ClaimedBeforeAsync(open, cancellationToken);
                plan = await _planner.PlanAsync(open, claims, Actor, cancellationToken);
                await InsertOrLeaveUnsettledAsync(plan, started, cancellationToken);
                _planner.Complete(plan);
                signal.Pulse();
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation && attempt < 5)
            {
                // Another process claimed one of these delivery ids since we looked. Nothing was committed: look again.
                _planner.Forget();
            }
            catch (Exception e) when (plan is null && Transient(e) && time.GetElapsedTime(started) < options.Patience)
            {
                await PauseAsync(attempt, cancellationToken);
            }
        }
    }

    /// <summary>
    /// Inserts the plan. When patience ends with nobody knowing whether it will go through yet (a server that hangs may do it much later), what comes from doors that keep
    /// their records is left to be settled; the others' senders are told to try again.
    /// </summary>
    private async Task InsertOrLeaveUnsettledAsync(SegmentPlan plan, long started, CancellationToken cancellationToken)
    {
        _sent = false;
        try
        {
            await InsertUntilKnownAsync(plan.Segments, started, again: false, cancellationToken);
        }
        catch (Exception e) when (_sent && Transient(e))
        {
            _unsettled = plan.Segments.FindAll(segment => segment.Appends.All(append => append.Token is not null));
            throw;
        }
    }

    /// <summary>
    /// Before anything else is written: the segments left unsettled once more, under the same keys. Either they go in, and then the commit that was given up never can, or
    /// they meet themselves, and then all of it went in. Either way whoever brings their records again is answered where they are.
    /// </summary>
    private async Task SettleAsync(long started, CancellationToken cancellationToken)
    {
        await InsertUntilKnownAsync(_unsettled, started, again: true, cancellationToken);
        foreach (var segment in _unsettled)
        {
            foreach (var append in segment.Appends)
            {
                _settled.AddOrUpdate(append.Token!, new(new AppendResult(segment.Header.Stream, append.First, append.Records.Count, Duplicate: false)));
            }

            signal.Pulse();
        }

        _unsettled = [];
    }

    private List<PendingAppend> Unanswered(IReadOnlyList<PendingAppend> appends)
    {
        var open = new List<PendingAppend>(appends.Count);
        foreach (var append in appends)
        {
            if (append.Token is { } token && _settled.TryGetValue(token, out var settled))
            {
                append.Complete(settled.Value);
            }
            else
            {
                open.Add(append);
            }
        }

        return open;
    }

    /// <summary>Inserts segments in one transaction; returns only when it is committed.</summary>
    /// <param name="segments">What to insert.</param>
    /// <param name="started">When patience began.</param>
    /// <param name="again">It was tried before.</param>
    /// <param name="cancellationToken">Gives up.</param>
    private async Task InsertUntilKnownAsync(IReadOnlyList<SealedSegment> segments, long started, bool again, CancellationToken cancellationToken)
    {
        if (segments.Count == 0)
        {
            return;
        }

        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await InsertAsync(segments, cancellationToken);
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation && (again || attempt > 0))
            {
                if (await CommittedAsync(segments[0].Header, started, cancellationToken))
                {
                    return;
                }

                throw;
            }
            catch (Exception e) when (Transient(e) && time.GetElapsedTime(started) < options.Patience)
            {
                IntakeLogLog.CommitRetried(logger, attempt + 1, e.GetType().Name);
                await PauseAsync(attempt, cancellationToken);
            }
        }
    }

    private Task InsertAsync(IReadOnlyList<SealedSegment> segments, CancellationToken cancellationToken) => database.ExecuteAsync(
        segments[0].Header.School,
        Actor,
        batch =>
        {
            // There is a connection now: from here on a failure says nothing of what became of it.
            _sent = true;
            var scope = segments[0].Header.School;
            foreach (var segment in segments)
            {
                if (scope != segment.Header.School)
                {
                    scope = segment.Header.School;
                    batch.BatchCommands.Add(Session.ScopeCommand(segment.Header.School));
                }

                SegmentSql.Add(batch, segment, _writer);
            }

            // A hint for other processes, at most every 20 ms: NOTIFY takes a server-wide lock at commit.
            if (time.GetElapsedTime(_lastNotify) >= NotifyEvery)
            {
                _lastNotify = time.GetTimestamp();
                batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT pg_notify('onlinesafety_intake', '')"));
            }
        },
        cancellationToken);

    /// <summary>After an unknown outcome: the transaction is atomic, so one of its segments speaks for all. Asked again while the database is away.</summary>
    private async Task<bool> CommittedAsync(SegmentHeader header, long started, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await using var session = await database.OpenAsync(header.School, Actor, cancellationToken);
                await using var select = session.Command("SELECT last_seq FROM intake_stream WHERE school_id = $1 AND stream_id = $2");
                select.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = header.School });
                select.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = header.Stream });
                return await select.ExecuteScalarAsync(cancellationToken) is long last && last >= header.Last;
            }
            catch (Exception e) when (Transient(e) && time.GetElapsedTime(started) < options.Patience)
            {
                await PauseAsync(attempt, cancellationToken);
            }
        }
    }

    private async Task<Dictionary<DeliveryKey, StoredClaim>> ClaimedBeforeAsync(IReadOnlyList<PendingAppend> appends, CancellationToken cancellationToken)
    {
        var claims = new Dictionary<DeliveryKey, StoredClaim>();
        Session? session = null;
        try
        {
            foreach (var school in appends.Where(a => a.Delivery is not null).GroupBy(a => a.Target.School))
            {
                session ??= await database.OpenAcrossAsync(Actor, cancellationToken);
                await session.EnterAsync(school.Key, cancellationToken);
                await ReadClaimsAsync(session, [.. school], append => append.IdHash!, claims, cancellationToken);
                var conflicts = school.Where(a => claims.TryGetValue(DeliveryKey.Of(a.Target, a.IdHash!), out var first) && !first.Fits(a)).ToList();
                if (conflicts.Count > 0)
                {
                    await ReadClaimsAsync(session, conflicts, append => append.ConflictHash(), claims, cancellationToken);
                }
            }
        }
        finally
        {
            if (session is not null)
            {
                await session.DisposeAsync();
            }
        }

        return claims;
    }

    private static Task ReadClaimsAsync(
        Session session, List<PendingAppend> appends, Func<PendingAppend, byte[]> hash, Dictionary<DeliveryKey, StoredClaim> claims, CancellationToken cancellationToken) =>
        SegmentSql.ReadClaimsAsync(
            session, appends[0].Target.School, [.. appends.Select(a => a.Target.Source).Distinct()], [.. appends.Select(hash)], claims, cancellationToken);

    private Task PauseAsync(int attempt, CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromMilliseconds(Math.Min(50 << Math.Min(attempt, 4), 500)), time, cancellationToken);

    private static bool Transient(Exception e) => e is NpgsqlException { IsTransient: true } or IOException or TimeoutException
        || (e is PostgresException p && (p.SqlState.StartsWith("57P", StringComparison.Ordinal) || p.SqlState.StartsWith("08", StringComparison.Ordinal)))
        || (e is NpgsqlException and not PostgresException);
}
