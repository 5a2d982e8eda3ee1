using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.Notifications.Outgoing;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>
/// Tells people what the ledger says is due: claim, read anew, send, mark. No transaction is open while the network is used.
/// A row is marked after the relay took its mail, never before: a crash in between sends that mail once more with the same Message-ID and loses nothing.
/// </summary>
internal sealed class Dispatcher(Ledger ledger, MailComposer composer, MailDelivery delivery, ChannelSender channels, IOptions<MailOptions> options, TimeProvider time, ILogger<Dispatcher> logger)
    : IDisposable
{
    // A mail that has left must be marked even when the process is asked to stop; this is how long that may take.
    private static readonly TimeSpan _markWithin = TimeSpan.FromSeconds(5);

    // In a flood each further alert would ask again for what must wait for its turn in seconds.
    private static readonly TimeSpan _quiet = TimeSpan.FromMilliseconds(250);

    /// <summary>Of one school at a time, so that its mails leave places for the others'.</summary>
    private const int MailsPerPass = 4;

    /// <summary>One for each mail under way: nothing is claimed that cannot be worked on at once, so that no lease runs out in a queue.</summary>
    private readonly SemaphoreSlim _places = new(options.Value.Concurrency);

    private readonly HandoverTurns _turns = new(TimeSpan.FromSeconds(options.Value.HandoverSeconds), time);

    private readonly ConcurrentDictionary<Guid, long> _pacedSince = new();
    private readonly ConcurrentDictionary<Guid, bool> _asked = new();

    /// <summary>One pass over every school at which something is due. Returns how many mails were worked on.</summary>
    public async Task<int> DispatchOnceAsync(CancellationToken cancellationToken)
    {
        var schools = await ledger.DueSchoolsAsync(cancellationToken);
        var worked = await Task.WhenAll(schools.Where(MayHaveSomething).Select(school => PassAsync(school, cancellationToken)));
        return worked.Sum();
    }

    /// <summary>After a hint: what is due at that school. Hints that come while one waits to be followed are followed with it.</summary>
    public async Task<int> DispatchAsync(Guid school, CancellationToken cancellationToken) =>
        MayHaveSomething(school) && _asked.TryAdd(school, true) ? await PassAsync(school, cancellationToken) : 0;

    private bool MayHaveSomething(Guid school) =>
        !_pacedSince.TryGetValue(school, out var since) || time.GetElapsedTime(since) >= _quiet;

    private async Task<int> PassAsync(Guid school, CancellationToken cancellationToken)
    {
        var places = 0;
        IReadOnlyList<MailClaim> mails;
        try
        {
            await _places.WaitAsync(cancellationToken);
            places = 1;
            while (places < MailsPerPass && _places.Wait(0, cancellationToken))
            {
                places++;
            }

            // From here on a hint speaks of what this claim may not see.
            _asked.TryRemove(school, out _);
            mails = await ClaimAsync(school, places, cancellationToken);
        }
        catch
        {
            _asked.TryRemove(school, out _);
            Leave(places);
            throw;
        }

        Leave(places - mails.Count);
        await Task.WhenAll(mails.Select(mail => InPlaceAsync(mail, cancellationToken)));
        return mails.Count;
    }

    private async Task<IReadOnlyList<MailClaim>> ClaimAsync(Guid school, int room, CancellationToken cancellationToken)
    {
        var claimed = await ledger.ClaimAsync(school, room, cancellationToken);
        if (claimed is { Paced: true, Mails.Count: 0 })
        {
            _pacedSince[school] = time.GetTimestamp();
        }
        else
        {
            _pacedSince.TryRemove(school, out _);
        }

        return claimed.Mails;
    }

    private void Leave(int places)
    {
        if (places > 0)
        {
            _places.Release(places);
        }
    }

    private async Task InPlaceAsync(MailClaim claim, CancellationToken cancellationToken)
    {
        if (claim.Channel != ChannelKind.Email)
        {
            // Where it leads is the school's own: one that hangs must not hold a place of everybody's mail. Its pace bounds how many it can hold up.
            Leave(1);
            await WorkAsync(claim, cancellationToken);
            return;
        }

        try
        {
            await WorkAsync(claim, cancellationToken);
        }
        finally
        {
            Leave(1);
        }
    }

    private async Task WorkAsync(MailClaim claim, CancellationToken cancellationToken)
    {
        using var activity = Instruments.Activities.StartActivity("notify");
        activity?.SetTag("mail", claim.Mail);
        var started = time.GetTimestamp();
        try
        {
            using var turn = _turns.Next();
            var outcomes = await BoundedOutcomeAsync(claim, turn, cancellationToken);
            using var limit = new CancellationTokenSource(_markWithin);
            if (await ledger.CompleteAsync(claim, outcomes, limit.Token))
            {
                Report(claim, outcomes, time.GetElapsedTime(started));
            }
            else
            {
                NotificationMetrics.LateWrites.Add(1);
                NotificationsLog.LateWrite(logger, claim.Mail, claim.Entries[0].Attempts);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped before anything was handed over: the lease runs out and the rows are found again.
        }
        catch (Exception e)
        {
            // Not marked: the lease runs out and the rows are found again. One mail's trouble must not end the pass for the others.
            activity?.SetStatus(ActivityStatusCode.Error);
            NotificationsLog.LeftToLease(logger, claim.Mail, claim.Entries[0].Attempts, ErrorWords.Of(e));
        }
    }

    /// <summary>
    /// A mail that trips over a defect of ours is tried again and given up like any other, so that it can neither block nor loop for ever.
    /// Trouble with the database is no fault of the mail: that is left to the lease.
    /// </summary>
    private async Task<IReadOnlyList<Outcome>> BoundedOutcomeAsync(MailClaim claim, HandoverTurns.HandoverTurn turn, CancellationToken cancellationToken)
    {
        try
        {
            return await OutcomeAsync(claim, turn, cancellationToken);
        }
        catch (Exception e) when (e is not (DbException or OperationCanceledException or ClaimLostException))
        {
            NotificationsLog.Defect(logger, claim.Mail, claim.Entries[0].Attempts, ErrorWords.Of(e));
            return RetryPlan.After(e is MailException known ? known.Fault : MailFault.Internal, claim.Entries);
        }
    }

    private async Task<IReadOnlyList<Outcome>> OutcomeAsync(MailClaim claim, HandoverTurns.HandoverTurn turn, CancellationToken cancellationToken)
    {
        if (claim.Channel != ChannelKind.Email)
        {
            return await channels.SendAsync(claim, cancellationToken);
        }

        var (mail, outcomes) = await composer.ComposeAsync(claim, cancellationToken);
        if (mail is null)
        {
            return [.. outcomes.Select(outcome => outcome!)];
        }

        var fault = await delivery.TryAsync(mail with { Turn = token => TakeTurnAsync(claim, turn, token) }, cancellationToken);
        var after = fault is { } known ? RetryPlan.After(known, claim.Entries) : [.. claim.Entries.Select(_ => delivery.Taken)];
        return [.. outcomes.Zip(after, (instead, then) => instead ?? then)];
    }

    private async Task TakeTurnAsync(MailClaim claim, HandoverTurns.HandoverTurn turn, CancellationToken cancellationToken)
    {
        await turn.TakeAsync(cancellationToken);
        if (!await ledger.HoldsAsync(claim, cancellationToken))
        {
            throw new ClaimLostException();
        }
    }

    private void Report(MailClaim claim, IReadOnlyList<Outcome> outcomes, TimeSpan took)
    {
        var kind = new KeyValuePair<string, object?>("kind", claim.Kind);
        var attempt = claim.Entries[0].Attempts;
        foreach (var (entry, _) in claim.Entries.Zip(outcomes).Where(pair => pair.Second is Outcome.Sent))
        {
            NotificationMetrics.Delay.Record((entry.Age + took).TotalSeconds, kind);
        }

        foreach (var group in outcomes.GroupBy(outcome => outcome))
        {
            var rows = group.Count();
            switch (group.Key)
            {
                case Outcome.Sent:
                    NotificationMetrics.Sent.Add(rows, kind);
                    NotificationMetrics.Mails.Add(1, kind);
                    NotificationsLog.Sent(logger, claim.Mail, claim.Kind, attempt, rows);
                    break;
                case Outcome.Retry retry:
                    NotificationMetrics.Retried.Add(rows, kind, new("error", retry.Code));
                    NotificationsLog.Retried(logger, claim.Mail, rows, attempt, retry.Code, retry.After);
                    break;
                case Outcome.Failed failed:
                    NotificationMetrics.Failed.Add(rows, kind, new("error", failed.Code));
                    NotificationsLog.Failed(logger, claim.Mail, rows, attempt, failed.Code);
                    break;
                case Outcome.Dropped dropped:
                    NotificationMetrics.Dropped.Add(rows, kind, new("reason", dropped.Code));
                    NotificationsLog.Dropped(logger, claim.Mail, rows, dropped.Code);
                    break;
            }
        }
    }

    public void Dispose() => _places.Dispose();
}
