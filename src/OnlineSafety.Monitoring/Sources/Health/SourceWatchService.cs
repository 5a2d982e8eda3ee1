using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>Lets the watch pass every half minute.</summary>
internal sealed class SourceWatchService(SourceWatch watch, TimeProvider time, ILogger<SourceWatchService> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await watch.PassAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // A database that is away is the usual cause; whoever watches the watch reads judged_at.
                HealthLog.PassFailed(logger, ErrorWords.Of(e));
            }

            await Task.Delay(SourceWatch.Every, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
