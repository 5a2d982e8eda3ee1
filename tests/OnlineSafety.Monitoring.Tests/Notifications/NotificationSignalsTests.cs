using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Tests.Notifications;

public sealed class NotificationSignalsTests
{
    [Fact]
    public void AFullQueueRefusesTheHintAndDoesNotWait()
    {
        var signals = new NotificationSignals();
        var written = 0;
        while (written < 1_000_000 && signals.TryWrite(Guid.NewGuid(), Guid.NewGuid()))
        {
            written++;
        }

        Assert.InRange(written, 1, 999_999);
        Assert.True(signals.Reader.TryRead(out _));
        Assert.True(signals.TryWrite(Guid.NewGuid(), Guid.NewGuid()));
    }
}
