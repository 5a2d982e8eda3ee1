using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>The safety net: finds due rows and rows of dead workers, whether or not anybody said so.</summary>
internal sealed class NotificationSweeper(
    Dispatcher dispatcher,
    [FromKeyedServices(DatabaseRole.Notify)] Database database,
    TimeProvider time,
    ILogger<NotificationSweeper> logger) : BackgroundService
{
    private static readonly TimeSpan _every = TimeSpan.FromSeconds(1);

    private NpgsqlConnection? _listener;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await SweepAsync(stoppingToken);
                await WaitAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        finally
        {
            await CloseAsync();
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await dispatcher.DispatchOnceAsync(cancellationToken) > 0)
            {
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            NotificationsLog.PassFailed(logger, e.GetType().Name);
        }
    }

    /// <summary>Until a hint or the next poll.</summary>
    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            _listener ??= await database.OpenListenerAsync(Channels.Notifications, cancellationToken);
            await _listener.WaitAsync(_every, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            NotificationsLog.ListenFailed(logger, e.GetType().Name);
            await CloseAsync();
            await Task.Delay(_every, time, cancellationToken);
        }
    }

    private async Task CloseAsync()
    {
        if (_listener is { } listener)
        {
            _listener = null;
            await listener.DisposeAsync();
        }
    }
}
