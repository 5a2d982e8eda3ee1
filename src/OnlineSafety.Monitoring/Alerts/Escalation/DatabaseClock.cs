using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Alerts.Escalation;

/// <summary>The one clock of all processes: whether an alert waited too long does not depend on which host asks.</summary>
internal static class DatabaseClock
{
    public static async Task<DateTimeOffset> NowAsync(Session session, CancellationToken cancellationToken)
    {
        await using var command = session.Command("SELECT clock_timestamp()");
        return new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(cancellationToken))!);
    }
}
