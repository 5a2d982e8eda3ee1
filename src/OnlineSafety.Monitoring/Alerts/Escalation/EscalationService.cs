using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Alerts.Escalation;

/// <summary>Lets escalation pass every ten seconds.</summary>
internal sealed class EscalationService(EscalationPass pass, TimeProvider time, ILogger<EscalationService> logger) : BackgroundService
{
    private static readonly TimeSpan _every = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await pass.RunAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // A database that is away is the usual cause; what is due then is due still.
                EscalationLog.PassFailed(logger, ErrorWords.Of(e));
            }

            await Task.Delay(_every, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
