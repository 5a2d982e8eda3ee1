using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>
/// Copies the hours around alerts that were wished for, every half minute, and asks every ten minutes whether retention is due: once a day in each school. A process
/// without a login for the retention role copies all the same, and says that it lets go of nothing.
/// </summary>
internal sealed class RetentionService(IServiceProvider services, ContextKeeper contexts, TimeProvider time, ILogger<RetentionService> logger) : BackgroundService
{
    private static readonly TimeSpan _every = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _retains = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pass = services.GetService<RetentionPass>();
        if (pass is null)
        {
            RetentionLog.NoLogin(logger);
        }

        long? retainedAt = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            await TryAsync(contexts.PassAsync, stoppingToken);
            if (pass is not null && (retainedAt is not { } at || time.GetElapsedTime(at) >= _retains))
            {
                retainedAt = time.GetTimestamp();
                await TryAsync(pass.RunAsync, stoppingToken);
            }

            await Task.Delay(_every, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Each by itself: hours that cannot be copied hold nothing back but the days that they lie in.
    private async Task TryAsync(Func<CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        try
        {
            await work(stoppingToken);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            // A database that is away is the usual cause; what is due then is due still.
            RetentionLog.PassFailed(logger, ErrorWords.Of(e));
        }
    }
}
