using System.Data.Common;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>
/// Tells people what the ledger says is due: claim, read anew, send, mark. No transaction is open while the network is used.
/// A row is marked after the relay took the mail, never before: a crash in between sends it once more with the same Message-ID and loses nothing.
/// </summary>
internal sealed class Dispatcher(
    Ledger ledger,
    [FromKeyedServices(DatabaseRole.Notify)] Database database,
    IEnumerable<INotificationBody> bodies,
    MailDelivery delivery,
    IOptions<MailOptions> options,
    ILogger<Dispatcher> logger)
{
    private static readonly Actor _actor = Actor.Service("notify");

    // A mail that has left must be marked even when the process is asked to stop; this is how long that may take.
    private static readonly TimeSpan _markWithin = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, INotificationBody> _bodies = bodies.ToDictionary(b => b.Kind, StringComparer.Ordinal);

    /// <summary>One pass: claims no more than can be worked on at once, so that no lease runs out in a queue. Returns how many were claimed.</summary>
    public async Task<int> DispatchOnceAsync(CancellationToken cancellationToken)
    {
        var entries = await ledger.ClaimDueAsync(options.Value.Concurrency, cancellationToken);
        await Task.WhenAll(entries.Select(e => WorkAsync(e, cancellationToken)));
        return entries.Count;
    }

    /// <summary>One row, if it is due and free.</summary>
    public async Task<bool> DispatchAsync(Guid school, Guid notification, CancellationToken cancellationToken)
    {
        var entry = await ledger.ClaimAsync(school, notification, cancellationToken);
        if (entry is null)
        {
            return false;
        }

        await WorkAsync(entry, cancellationToken);
        return true;
    }

    private async Task WorkAsync(LedgerEntry entry, CancellationToken cancellationToken)
    {
        using var activity = Instruments.Activities.StartActivity("notify");
        activity?.SetTag("notification", entry.Id);
        var started = Stopwatch.GetTimestamp();
        try
        {
            var outcome = await BoundedOutcomeAsync(entry, cancellationToken);
            using var limit = new CancellationTokenSource(_markWithin);
            if (await ledger.CompleteAsync(entry, outcome, limit.Token))
            {
                Report(entry, outcome, entry.Age + Stopwatch.GetElapsedTime(started));
            }
            else
            {
                NotificationMetrics.LateWrites.Add(1);
                NotificationsLog.LateWrite(logger, entry.Id, entry.Attempts);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped before anything was handed over: the lease runs out and the row is found again.
        }
        catch (Exception e)
        {
            // Not marked: the lease runs out and the row is found again. One row's trouble must not end the pass for the others.
            activity?.SetStatus(ActivityStatusCode.Error);
            NotificationsLog.LeftToLease(logger, entry.Id, entry.Attempts, e.GetType().Name);
        }
    }

    /// <summary>
    /// A row that trips over a defect of ours is tried again and given up like any other, so that it can neither block nor loop for ever.
    /// Trouble with the database is no fault of the row: that is left to the lease.
    /// </summary>
    private async Task<Outcome> BoundedOutcomeAsync(LedgerEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            return await OutcomeAsync(entry, cancellationToken);
        }
        catch (Exception e) when (e is not (DbException or OperationCanceledException))
        {
            NotificationsLog.Defect(logger, entry.Id, entry.Attempts, e.GetType().Name);
            return RetryPlan.After(e is MailException known ? known.Fault : MailFault.Internal, entry);
        }
    }

    private async Task<Outcome> OutcomeAsync(LedgerEntry entry, CancellationToken cancellationToken)
    {
        var (mail, dropped) = await PrepareAsync(entry, cancellationToken);
        if (dropped is not null)
        {
            return dropped;
        }

        var fault = await delivery.TryAsync(mail!, cancellationToken);
        return fault is { } known ? RetryPlan.After(known, entry) : new Outcome.Sent();
    }

    /// <summary>Reads and builds within one short transaction in the school's scope, which is closed before anything is sent.</summary>
    private async Task<(OutgoingMail? Mail, Outcome? Instead)> PrepareAsync(LedgerEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Staff is null)
        {
            return (null, new Outcome.Failed(DropCode.NoRecipient));
        }

        await using var session = await database.OpenAsync(entry.School, _actor, cancellationToken);
        var to = await AddresseeAsync(session, entry, cancellationToken);
        if (to is null)
        {
            return (null, new Outcome.Dropped(DropCode.RecipientGone));
        }

        if (!to.Member.Enabled)
        {
            return (null, new Outcome.Dropped(DropCode.RecipientDisabled));
        }

        var body = _bodies[entry.Kind];
        return await body.PrepareAsync(session, entry, to, cancellationToken) switch
        {
            Preparation.Drop drop => (null, new Outcome.Dropped(drop.Code)),
            Preparation.Say say => (Compose(entry, to, say), null),
            _ => throw new InvalidOperationException("Neither said nor dropped."),
        };
    }

    private static async Task<NotificationAddressee?> AddresseeAsync(Session session, LedgerEntry entry, CancellationToken cancellationToken)
    {
        var found = await (
            from staff in session.Context.Staff
            join school in session.Context.Schools on staff.SchoolId equals school.SchoolId
            where staff.SchoolId == entry.School && staff.StaffId == entry.Staff
            select new { staff.StaffId, staff.Roles, staff.Enabled, staff.Email, school.Name, school.TimeZone }).FirstOrDefaultAsync(cancellationToken);
        return found is null
            ? null
            : new NotificationAddressee(new StaffMember(found.StaffId, found.Roles, found.Enabled), found.Email, found.Name, SchoolZone.Of(found.TimeZone));
    }

    private OutgoingMail Compose(LedgerEntry entry, NotificationAddressee to, Preparation.Say say)
    {
        var from = options.Value.From;
        var headers = new MimeMessage.Headers(entry.Id, entry.CreatedAt, from, options.Value.FromName, to.Email, say.Subject, say.Urgent);
        return new OutgoingMail(entry.Id, entry.CreatedAt, from, to.Email, MimeMessage.Write(headers, say.Body));
    }

    private void Report(LedgerEntry entry, Outcome outcome, TimeSpan delay)
    {
        var kind = new KeyValuePair<string, object?>("kind", entry.Kind);
        switch (outcome)
        {
            case Outcome.Sent:
                NotificationMetrics.Sent.Add(1, kind);
                NotificationMetrics.Delay.Record(delay.TotalSeconds, kind);
                NotificationsLog.Sent(logger, entry.Id, entry.Kind, entry.Attempts);
                break;
            case Outcome.Retry retry:
                NotificationMetrics.Retried.Add(1, kind, new("error", retry.Code));
                NotificationsLog.Retried(logger, entry.Id, entry.Attempts, retry.Code, retry.After);
                break;
            case Outcome.Failed failed:
                NotificationMetrics.Failed.Add(1, kind, new("error", failed.Code));
                NotificationsLog.Failed(logger, entry.Id, entry.Attempts, failed.Code);
                break;
            case Outcome.Dropped dropped:
                NotificationMetrics.Dropped.Add(1, kind, new("reason", dropped.Code));
                NotificationsLog.Dropped(logger, entry.Id, dropped.Code);
                break;
        }
    }
}
