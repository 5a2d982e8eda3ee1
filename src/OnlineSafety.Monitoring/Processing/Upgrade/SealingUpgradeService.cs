using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Processing.Upgrade;

/// <summary>Runs the upgrade after the start, until nothing is left to seal.</summary>
internal sealed class SealingUpgradeService(SealingUpgrade upgrade, TimeProvider time, ILogger<SealingUpgradeService> logger) : BackgroundService
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await upgrade.PassAsync(stoppingToken) == 0)
                {
                    return;
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Whole batches stand; the rest comes again.
                ProcessingLog.SealingFailed(logger, ErrorWords.Of(e));
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(Again, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
