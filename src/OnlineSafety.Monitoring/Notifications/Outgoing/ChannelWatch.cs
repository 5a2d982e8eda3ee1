using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications.Email;

namespace OnlineSafety.Monitoring.Notifications.Outgoing;

/// <summary>A channel through which nothing gets.</summary>
/// <param name="Error">The ledger's code.</param>
internal sealed record ChannelTrouble(Guid Channel, string Kind, string Name, DateTimeOffset Since, string Error)
{
    public string Words(TimeZoneInfo zone) =>
        $"Channel {Name} ({Kind}): nothing has got through since {TimeZoneInfo.ConvertTime(Since, zone).ToString("d MMM HH:mm", British.Culture)}. {MailWords.OfChannel(MailFaults.Of(Error))}";

    /// <summary>Those that whoever looks after the systems was told of. By the set-up role.</summary>
    public static async Task<IReadOnlyList<ChannelTrouble>> StandingAsync(Database setup, Guid school, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        return await StandingAsync(session, school, cancellationToken);
    }

    private static Task<List<ChannelTrouble>> StandingAsync(Session session, Guid school, CancellationToken cancellationToken) => session.RowsAsync(
        ChannelTroubleSql.Standing, [school],
        row => new ChannelTrouble(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetFieldValue<DateTimeOffset>(3), row.GetString(4)), cancellationToken);
}

/// <summary>Tells whoever looks after the school's systems that a channel does not work, once, and when it works again.</summary>
internal sealed class ChannelWatch([FromKeyedServices(DatabaseRole.Notify)] Database database, NotificationSignals signals, ILogger<ChannelWatch> logger)
{
    private static readonly Actor _actor = Actor.Service("notify");

    /// <summary>Returns of how many channels something was told.</summary>
    public async Task<int> TellAsync(Guid school, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(school, _actor, cancellationToken);
        var broken = await session.RowsAsync(ChannelTroubleSql.TakeBroken, [school], row => row.GetGuid(0), cancellationToken);
        var mended = await session.RowsAsync(ChannelTroubleSql.TakeMended, [school], row => row.GetGuid(0), cancellationToken);
        if (broken.Count + mended.Count == 0)
        {
            return 0;
        }

        var staff = await StaffMember.AllAsync(session, school, cancellationToken);
        var whom = Recipients.ForSources(staff).ToArray();
        var written = new List<Guid>();
        foreach (var (channel, cause) in broken.Select(id => (id, NotifyCause.ChannelBroken)).Concat(mended.Select(id => (id, NotifyCause.ChannelMended))))
        {
            written.AddRange(await session.RowsAsync(ChannelTroubleSql.Tell, [school, channel, whom, cause], row => row.GetGuid(0), cancellationToken));
        }

        await session.CommitAsync(cancellationToken);
        foreach (var row in written)
        {
            signals.TryWrite(school, row);
        }

        NotificationsLog.Channels(logger, school, broken.Count, mended.Count, written.Count);
        return broken.Count + mended.Count;
    }
}
