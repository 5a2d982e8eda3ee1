using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Alerts.Escalation;

/// <summary>Lets escalation pass every ten seconds.</summary>
internal sealed class EscalationService(EscalationPass pass, TimeProvider time, ILogger<EscalationService> logger) : PassService(TimeSpan.FromSeconds(10), time)
{
    protected override async Task<NextPass> PassAsync(CancellationToken stoppingToken)
    {
        await pass.RunAsync(stoppingToken);
        return NextPass.Later;
    }

    protected override void Failed(Exception error) => EscalationLog.PassFailed(logger, ErrorWords.Of(error));
}
