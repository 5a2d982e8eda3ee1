using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>The safety net: finds due rows and rows of dead workers, whether or not anybody said so.</summary>
internal sealed class NotificationSweeper(
    Dispatcher dispatcher,
    [FromKeyedServices(DatabaseRole.Notify)] Database database,
    TimeProvider time,
    ILogger<NotificationSweeper> logger) : BackgroundService
{
    private static readonly TimeSpan _every = TimeSpan.FromSeconds(1);

    // A relay that hangs for everything it gets holds all of them for an attempt's time; what is due then has to wait for it anyway.
    private const int MostPasses = 16;

    private NpgsqlConnection? _listener;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var passes = new List<Task<int>>();
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                passes.RemoveAll(pass => pass.IsCompleted);
                if (passes.Count < MostPasses)
                {
                    passes.Add(SweepAsync(stoppingToken));
                }

                // A pass that waits for a slow relay or channel does not keep the next from looking.
                var latest = passes[^1];
                if (await Task.WhenAny(latest, Task.Delay(_every, time, stoppingToken)) == latest && await latest == 0)
                {
                    await WaitAsync(stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        finally
        {
            await Task.WhenAll(passes.Cast<Task>()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await CloseAsync();
        }
    }

    private async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await dispatcher.DispatchOnceAsync(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            NotificationsLog.PassFailed(logger, ErrorWords.Of(e));
            return 0;
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
            NotificationsLog.ListenFailed(logger, ErrorWords.Of(e));
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
