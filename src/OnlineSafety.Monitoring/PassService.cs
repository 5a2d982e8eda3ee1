using Microsoft.Extensions.Hosting;

namespace OnlineSafety.Monitoring;

/// <summary>When the next pass is.</summary>
internal enum NextPass : byte
{
    /// <summary>After the usual time.</summary>
    Later,

    /// <summary>There may be more to do.</summary>
    AtOnce,

    /// <summary>Nothing is left to do.</summary>
    Never,
}

/// <summary>Looks again and again whether there is something to do. A pass that fails comes again: what was to be done still is.</summary>
internal abstract class PassService(TimeSpan every, TimeProvider time) : BackgroundService
{
    protected abstract Task<NextPass> PassAsync(CancellationToken stoppingToken);

    /// <summary>Says it in the log. A database that is away is the usual cause.</summary>
    protected abstract void Failed(Exception error);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var next = NextPass.Later;
            try
            {
                next = await PassAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Failed(e);
            }

            if (next == NextPass.Never)
            {
                return;
            }

            if (next == NextPass.Later)
            {
                await Task.Delay(every, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
