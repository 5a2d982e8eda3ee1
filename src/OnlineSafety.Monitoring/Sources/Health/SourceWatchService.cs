using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>Lets the watch pass every half minute; whoever watches the watch reads judged_at.</summary>
internal sealed class SourceWatchService(SourceWatch watch, TimeProvider time, ILogger<SourceWatchService> logger) : PassService(SourceWatch.Every, time)
{
    protected override async Task<NextPass> PassAsync(CancellationToken stoppingToken)
    {
        await watch.PassAsync(stoppingToken);
        return NextPass.Later;
    }

    protected override void Failed(Exception error) => HealthLog.PassFailed(logger, ErrorWords.Of(error));
}
