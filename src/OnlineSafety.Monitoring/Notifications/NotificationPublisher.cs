using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>
/// Carries hints to the bus, away from whoever recorded the alert: a publish waits as long as a broker is away, and nobody on that path may.
/// </summary>
internal sealed class NotificationPublisher(NotificationSignals signals, IBus bus, ILogger<NotificationPublisher> logger) : BackgroundService
{
    private static readonly TimeSpan _worthFor = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan _publishWithin = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var due in signals.Reader.ReadAllAsync(stoppingToken))
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            limit.CancelAfter(_publishWithin);
            try
            {
                await bus.Publish(
                    due,
                    context =>
                    {
                        // Worth nothing once the sweeper has been by: a broker need not keep it, let alone on its disk.
                        context.TimeToLive = _worthFor;
                        context.Durable = false;
                    },
                    limit.Token);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // The hint is lost and the row is not.
                NotificationsLog.PublishFailed(logger, ErrorWords.Of(e));
            }
        }
    }
}

/// <summary>Receives hints from the bus. Each speaks of its school: the claim decides whether there is anything to do, so a hint that comes twice does nothing.</summary>
internal sealed class NotificationDueConsumer(Dispatcher dispatcher) : IConsumer<NotificationDue>
{
    public Task Consume(ConsumeContext<NotificationDue> context) =>
        dispatcher.DispatchAsync(context.Message.School, context.CancellationToken);
}
