using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Notifications.Email;

namespace OnlineSafety.Monitoring.TestKit.Faults;

/// <summary>The mistake that a database in trouble must show: says "stored" when the log said that it could not.</summary>
internal sealed class AcknowledgingFailures(IIntakeLog log) : IIntakeLog
{
    public static void Decorate(IServiceCollection services) => services.Decorate<IIntakeLog>(log => new AcknowledgingFailures(log));

    public async Task<AppendResult> AppendAsync(SourceKey target, RecordBatch records, DeliveryClaim? delivery, CancellationToken cancellationToken)
    {
        try
        {
            return await log.AppendAsync(target, records, delivery, cancellationToken);
        }
        catch (IntakeUnavailableException)
        {
            return new AppendResult(Guid.NewGuid(), 1, records.Count, Duplicate: false);
        }
    }
}

/// <summary>The mistake that a lost answer must show: does not know a delivery again.</summary>
internal sealed class ForgettingDeliveries(IIntakeLog log) : IIntakeLog
{
    public static void Decorate(IServiceCollection services) => services.Decorate<IIntakeLog>(log => new ForgettingDeliveries(log));

    public Task<AppendResult> AppendAsync(SourceKey target, RecordBatch records, DeliveryClaim? delivery, CancellationToken cancellationToken) =>
        log.AppendAsync(target, records, delivery: null, cancellationToken);
}

/// <summary>The mistake that loses alerts: the row is marked as sent, and the mail follows a moment later.</summary>
internal sealed class MarkingBeforeSending(IMailTransport transport) : IMailTransport
{
    // So long that a kill meets it, although a flood of alerts is few mails.
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(5);

    public static void Decorate(IServiceCollection services) => services.Decorate<IMailTransport>(transport => new MarkingBeforeSending(transport));

    public Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        _ = SendLaterAsync(mail);
        return Task.CompletedTask;
    }

    private async Task SendLaterAsync(OutgoingMail mail)
    {
        await Task.Delay(Moment);
        await transport.SendAsync(mail, CancellationToken.None);
    }
}
