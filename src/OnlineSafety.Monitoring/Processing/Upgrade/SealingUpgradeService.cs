using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Processing.Upgrade;

/// <summary>Runs the upgrade after the start, until nothing is left to seal. Whole batches stand when one fails.</summary>
internal sealed class SealingUpgradeService(SealingUpgrade upgrade, TimeProvider time, ILogger<SealingUpgradeService> logger) : PassService(TimeSpan.FromSeconds(5), time)
{
    protected override async Task<NextPass> PassAsync(CancellationToken stoppingToken) =>
        await upgrade.PassAsync(stoppingToken) == 0 ? NextPass.Never : NextPass.Later;

    protected override void Failed(Exception error) => ProcessingLog.SealingFailed(logger, ErrorWords.Of(error));
}
