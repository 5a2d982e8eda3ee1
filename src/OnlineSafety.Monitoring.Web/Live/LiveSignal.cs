using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Web.Live;

/// <summary>
/// Says to every console of this process that something may have changed: one connection listens for all of them. What changed, each reads for itself in
/// its own person's scope, so a hint tells nobody anything. A hint that is lost costs seconds: a console looks every <see cref="Patience"/> anyway.
/// </summary>
internal sealed partial class LiveSignal(
    [FromKeyedServices(DatabaseRole.Console)] Database console, TimeProvider time, ILogger<LiveSignal> logger) : BackgroundService
{
    /// <summary>Longest wait without a hint.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // A burst of hints is one: a hundred alerts in a second are read a few times and not a hundred.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(5);

    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the next hint. Taken before reading, so that a change during the reading is not missed.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Somebody at this process changed something.</summary>
    public void Hint() => Interlocked.Exchange(ref _next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var listener = await console.OpenListenerAsync(Channels.Notifications, stoppingToken);
                // Whatever was said while nobody listened.
                Hint();
                while (true)
                {
                    await listener.WaitAsync(stoppingToken);
                    Hint();
                    await Task.Delay(s_pause, time, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is NpgsqlException or IOException or TimeoutException)
            {
                Log.ListenerLost(logger, ErrorWords.Of(error));
                await Task.Delay(s_retry, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(8001, LogLevel.Warning, "Consoles get their news by looking every few seconds: the database connection that hints come over was lost ({Error})")]
        public static partial void ListenerLost(ILogger logger, string error);
    }
}
