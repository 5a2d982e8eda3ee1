namespace OnlineSafety.Monitoring.Intake.Mail;

/// <summary>How many mails each source may send, over all connections. Over it the sender is asked to come again, which every mail server does by itself.</summary>
/// <param name="perMinute">Mails a minute, one minute's worth at once; 0: no limit.</param>
/// <param name="time">The clock.</param>
internal sealed class MailRates(int perMinute, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, long> _paidUntil = [];

    /// <summary>False when it is over its rate; then it is charged nothing.</summary>
    public bool TryTake(Guid source)
    {
        if (perMinute == 0)
        {
            return true;
        }

        var now = time.GetTimestamp();
        var minute = time.TimestampFrequency * 60;
        lock (_gate)
        {
            // Registered sources only: the table is bounded by them.
            var paid = Math.Max(_paidUntil.GetValueOrDefault(source, long.MinValue), now - minute) + (minute / perMinute);
            if (paid > now)
            {
                return false;
            }

            _paidUntil[source] = paid;
            return true;
        }
    }
}
