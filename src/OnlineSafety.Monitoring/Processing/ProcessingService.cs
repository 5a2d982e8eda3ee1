using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>Runs the workers: each looks for streams with unread records, reads them through, and waits for a hint or the poll.</summary>
internal sealed class ProcessingService(
    IServiceProvider services,
    [FromKeyedServices(DatabaseRole.Process)] Database database,
    IntakeSignal signal,
    ProcessingProgress progress,
    IOptions<ProcessingOptions> options,
    TimeProvider time,
    ILogger<ProcessingService> logger) : BackgroundService
{
    private static readonly TimeSpan FullLookEvery = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var loops = new List<Task> { Task.Run(() => ListenAsync(stoppingToken), stoppingToken) };
        for (var i = 0; i < options.Value.Workers; i++)
        {
            var worker = ActivatorUtilities.CreateInstance<StreamWorker>(services, Guid.NewGuid());
            loops.Add(Task.Run(() => WorkAsync(worker, stoppingToken), stoppingToken));
        }

        return Task.WhenAll(loops);
    }

    private async Task WorkAsync(StreamWorker worker, CancellationToken stoppingToken)
    {
        long? lastFullLook = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var started = time.GetTimestamp();
                var pulse = signal.Next;
                var full = lastFullLook is not { } at || time.GetElapsedTime(at) >= FullLookEvery;
                var since = full ? DateOnly.MinValue : DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime).AddDays(-1);
                var worked = await worker.PassAsync(since, stoppingToken);
                lastFullLook = full ? time.GetTimestamp() : lastFullLook;
                progress.Passed(worker, worker.Stubborn);
                if (!worked)
                {
                    // Whether it was a pulse or the poll makes no difference: the next pass looks.
                    await pulse.WaitAsync(options.Value.Poll, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }

                // After an idle wait this is past already; while busy, what arrives meanwhile shares the next transaction.
                if (options.Value.Gather - time.GetElapsedTime(started) is { Ticks: > 0 } rest)
                {
                    await Task.Delay(rest, time, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Nothing was moved; the same records come again. A database that is away is the usual cause.
                ProcessingLog.PassFailed(logger, ErrorWords.Of(e));
                await Task.Delay(TimeSpan.FromMilliseconds(500), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Hints from other processes. Losing this connection costs at most one poll per batch.</summary>
    private async Task ListenAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.OpenListenerAsync(Channels.Intake, stoppingToken);
                connection.Notification += (_, _) => signal.Pulse();
                while (!stoppingToken.IsCancellationRequested)
                {
                    await connection.WaitAsync(stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception)
            {
                // Whatever it was: without hints there is still the poll, and the next try may have them again.
                await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}

/// <summary>When a worker last finished a pass, and what cannot go on: what the readiness check looks at.</summary>
internal sealed class ProcessingProgress(TimeProvider time)
{
    private readonly ConcurrentDictionary<object, int> _stubborn = new();
    private long _passedAt = time.GetTimestamp();

    public TimeSpan SincePass => time.GetElapsedTime(Interlocked.Read(ref _passedAt));

    /// <summary>Streams that failed again and again.</summary>
    public int Stubborn => _stubborn.Values.Sum();

    public void Passed(object worker, int stubborn)
    {
        _stubborn[worker] = stubborn;
        Interlocked.Exchange(ref _passedAt, time.GetTimestamp());
    }
}
