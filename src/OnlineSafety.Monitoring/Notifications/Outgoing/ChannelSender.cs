using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications.Email;
using Polly;

namespace OnlineSafety.Monitoring.Notifications.Outgoing;

/// <summary>Tells the rows of a claim through a channel of the school. Each channel has a circuit of its own: one that is down costs the others nothing.</summary>
/// <param name="masters">The master key, where this process has it; without it no address can be opened.</param>
internal sealed class ChannelSender(
    [FromKeyedServices(DatabaseRole.Notify)] Database database, ChannelTransport transport, IOptions<ChannelOptions> options, IEnumerable<MasterKeys> masters, TimeProvider time)
{
    private static readonly Actor _actor = Actor.Service("notify");

    private readonly ConcurrentDictionary<Guid, ResiliencePipeline> _pipelines = new();

    public async Task<IReadOnlyList<Outcome>> SendAsync(MailClaim claim, CancellationToken cancellationToken)
    {
        var (channel, told, dropped) = await PrepareAsync(claim, cancellationToken);
        if (channel is null || told.Count == 0)
        {
            return [.. dropped.Select(code => new Outcome.Dropped(code ?? DropCode.ChannelGone))];
        }

        var fault = await TryAsync(channel, ThinNotice.Of(claim, told), cancellationToken);
        var after = fault is { } failed ? RetryPlan.After(failed, claim.Entries) : [.. claim.Entries.Select(_ => new Outcome.Sent())];
        return [.. dropped.Zip(after, (code, then) => code is null ? then : new Outcome.Dropped(code))];
    }

    /// <summary>Null when the other side took it.</summary>
    public async Task<MailFault?> TryAsync(OutgoingChannel channel, ThinNotice notice, CancellationToken cancellationToken)
    {
        if (masters.FirstOrDefault() is not { } known)
        {
            return MailFault.MasterKey;
        }

        ChannelAddress address;
        try
        {
            address = channel.Open(known);
        }
        catch (CryptographicException)
        {
            return MailFault.MasterKey;
        }

        var pipeline = _pipelines.GetOrAdd(channel.Id, _ => DeliveryPipeline.Build(TimeSpan.FromSeconds(options.Value.AttemptSeconds), time));
        return await DeliveryPipeline.FaultOfAsync(pipeline, token => transport.SendAsync(channel.Kind, address, notice, token), cancellationToken);
    }

    private async Task<(OutgoingChannel? Channel, IReadOnlyList<(AlertNotice, string)> Told, IReadOnlyList<string?> Dropped)> PrepareAsync(
        MailClaim claim, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(claim.School, _actor, cancellationToken);
        var channel = await ChannelRegister.FindAsync(session, claim.School, claim.Target ?? Guid.Empty, cancellationToken);
        if (channel is null)
        {
            return (null, [], [.. claim.Entries.Select(_ => DropCode.ChannelGone)]);
        }

        var notices = await AlertNotices.ReadAsync(session, claim.Entries, cancellationToken);
        var dropped = new List<string?>(claim.Entries.Count);
        var told = new Dictionary<Guid, (AlertNotice, string)>();
        foreach (var entry in claim.Entries)
        {
            var notice = notices.GetValueOrDefault(entry.Alert ?? Guid.Empty);
            var code = entry.Withdrawn ? DropCode.Withdrawn : DropFor(notice, entry);
            dropped.Add(code);
            if (code is null)
            {
                told[notice!.Alert] = (notice, entry.Cause);
            }
        }

        return (channel, [.. told.Values], dropped);
    }

    /// <summary>Asked again just before sending, as of people: an alert may have turned out to be about staff since its row was written.</summary>
    internal static string? DropFor(AlertNotice? notice, LedgerEntry row) => notice switch
    {
        null => DropCode.AlertGone,
        { State: AlertState.Resolved } => DropCode.AlertResolved,
        { Route: AlertRoute.Dsl, SubjectStaff: null, Audience: Audience.Routed } => notice.IsAnswered(row.Cause, row.CreatedAt) ? DropCode.ActedOn : notice.Silenced ? DropCode.Silenced : null,
        _ => DropCode.NotRouted,
    };
}
