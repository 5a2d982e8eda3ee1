using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Processing.Jobs;

/// <summary>Looks for jobs, beside the workers that read live records: one at a time in a process.</summary>
internal sealed class JobService(JobRunner runner, TimeProvider time, ILogger<JobService> logger) : PassService(TimeSpan.FromSeconds(1), time)
{
    protected override async Task<NextPass> PassAsync(CancellationToken stoppingToken) =>
        await runner.RunNextAsync(stoppingToken) ? NextPass.AtOnce : NextPass.Later;

    protected override void Failed(Exception error) => ProcessingLog.JobsUnreachable(logger, ErrorWords.Of(error));
}
