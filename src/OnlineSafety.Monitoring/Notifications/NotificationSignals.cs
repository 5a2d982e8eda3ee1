using System.Threading.Channels;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>
/// Hints that a ledger row is due, from the transaction's writer to the bus. Never waits: a hint that does not fit is
/// dropped, which costs at most one pass of the sweeper.
/// </summary>
internal sealed class NotificationSignals
{
    /// <summary>About a minute of the worst flood; 32 bytes each.</summary>
    private const int Capacity = 8192;

    private readonly Channel<NotificationDue> _channel = Channel.CreateBounded<NotificationDue>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    public ChannelReader<NotificationDue> Reader => _channel.Reader;

    /// <summary>Call after the commit. False when the hint was dropped.</summary>
    public bool TryWrite(Guid school, Guid notification)
    {
        var written = _channel.Writer.TryWrite(new NotificationDue(school, notification));
        if (!written)
        {
            NotificationMetrics.SignalsDropped.Add(1);
        }

        return written;
    }
}

/// <summary>The message on the bus: ids only. Losing it loses nothing; the row is the truth.</summary>
internal sealed record NotificationDue(Guid School, Guid Notification);
