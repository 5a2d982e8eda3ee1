using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Syslog;

/// <summary>
/// Takes one listener's batches to the intake log and does not give up: syslog has no way to say "again", so the records wait here while the
/// sender is held back (TCP) or its datagrams queue (UDP).
/// </summary>
internal sealed class SyslogAppends(
    string listener, ISourceDirectory directory, IntakeAppender appender, IDoorTroubles troubles, SourceRates rates, LimitsMet met, int maxPendingBytes, TimeProvider time,
    ILogger logger)
{
    private static readonly TimeSpan LookForRoomEvery = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    private readonly PeriodicReport _full = new(time);
    private readonly PeriodicReport _closed = new(time);
    private long _pending;

    /// <summary>Counts what was read and is to be appended: once, before <see cref="AppendAsync(SourceBatches, ParkedSources?, CancellationToken)"/>, also while that must wait for its turn.</summary>
    /// <returns>How long the sender should be held back, because its sources send too fast.</returns>
    public TimeSpan Take(SourceBatches batches)
    {
        Interlocked.Add(ref _pending, batches.Bytes);
        return rates.Charge(batches.Door, batches.Filled);
    }

    /// <summary>Waits while the log has too much of this listener to take. What one connection may have read ahead limits itself.</summary>
    public async ValueTask RoomAsync(Door door, CancellationToken stop)
    {
        if (Volatile.Read(ref _pending) < maxPendingBytes)
        {
            return;
        }

        met.Note();
        IntakeMetrics.OnHeldBack(door, IntakeReason.MemoryLimit);
        if (_full.Add() > 0)
        {
            DoorLog.MemoryFull(logger, listener, Volatile.Read(ref _pending));
        }

        while (Volatile.Read(ref _pending) >= maxPendingBytes)
        {
            await Task.Delay(LookForRoomEvery, time, stop);
        }
    }

    /// <summary>
    /// Completes when all is durable or parked, or (only then) when <paramref name="giveUp"/> fires: what was not stored is then counted as lost.
    /// </summary>
    /// <param name="batches">What was taken.</param>
    /// <param name="parked">Where the records of schools wait whose data key cannot be opened; null: here, and the others of the sender with them.</param>
    /// <param name="giveUp">Stop waiting for the log.</param>
    public async Task AppendAsync(SourceBatches batches, ParkedSources? parked, CancellationToken giveUp)
    {
        IntakeMetrics.OnReceived(batches.Door, batches.Count);
        foreach (var batch in batches.Filled)
        {
            if (batch.Source is null)
            {
                IntakeMetrics.OnFlagged(batches.Door, "unassigned", batch.Records.Count);
            }
        }

        var bytes = batches.Bytes;
        try
        {
            if (batches.Filled.Count == 1)
            {
                await AppendAsync(batches.Door, batches.Filled[0], parked, giveUp);
            }
            else
            {
                // Sources are independent streams: together they share a commit.
                await Task.WhenAll(batches.Filled.Select(batch => AppendAsync(batches.Door, batch, parked, giveUp)));
            }
        }
        finally
        {
            Interlocked.Add(ref _pending, -bytes);
        }
    }

    private async Task AppendAsync(Door door, SourceBatch batch, ParkedSources? parked, CancellationToken giveUp)
    {
        if (parked?.TryFollow(batch) is true)
        {
            return;
        }

        var delay = FirstDelay;
        var unsure = false;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var source = batch.Source ?? await directory.UnassignedAsync(listener, giveUp);
                if (directory.FindClosed(source.Key.Source) is { } left)
                {
                    // Its school left since these were read. It gets no key any more: to wait for that would hold up every other source of this listener.
                    Refuse(door, left, batch.Records.Count);
                    return;
                }

                if (unsure)
                {
                    batch.MarkPossibleDuplicates();
                }

                unsure = true;
                await appender.AppendAsync(door, source.Key, batch.Records, delivery: null, giveUp);
                return;
            }
            catch (Exception exception) when (!giveUp.IsCancellationRequested)
            {
                IntakeMetrics.OnRetry(door);
                if (parked is not null && exception.InnerException is CryptographicException)
                {
                    // The log turned away this school alone.
                    parked.Park(batch, waiting => AppendAsync(door, waiting, parked: null, giveUp));
                    return;
                }

                if (attempt is 1 || delay == LongestDelay)
                {
                    DoorLog.AppendRetried(logger, listener, batch.Records.Count, attempt, ErrorWords.Of(exception));
                }

                await PauseAsync(exception is IntakeUnavailableException { RetryAfter: var hint } && hint > delay ? hint : delay, giveUp);
                delay = Shorter(delay * 2, LongestDelay);
            }
            catch (Exception)
            {
                IntakeMetrics.OnDropped(door, IntakeReason.Stopping, batch.Records.Count);
                DoorLog.LostAtStop(logger, listener, batch.Records.Count);
                return;
            }
        }
    }

    private void Refuse(Door door, SourceRegistration left, int records)
    {
        IntakeMetrics.OnRejected(door, IntakeReason.SchoolClosed, records);
        troubles.Report(left.Key, DoorTroubleKind.SchoolClosed, records);
        if (_closed.Add(records) is > 0 and var count)
        {
            DoorLog.SchoolClosed(logger, listener, count, left.Key.Source);
        }
    }

    /// <summary>Ends early, without an exception, when it is time to give up: the next attempt is the last.</summary>
    private async Task PauseAsync(TimeSpan delay, CancellationToken giveUp) =>
        await Task.Delay(Shorter(delay, LongestDelay), time, giveUp).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static TimeSpan Shorter(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
