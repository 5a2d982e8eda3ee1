using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Files;

/// <summary>
/// Watches the drop folder of each source that comes by file: one file of a source at a time, a few in all. Looks instead of listening: file
/// notifications miss network shares and cannot tell when a writer is done.
/// </summary>
internal sealed class DropFolders(
    ISourceDirectory directory, FileImport import, IDoorTroubles troubles, IOptions<IntakeOptions> intake, TimeProvider time, ILogger<DropFolders> logger) : BackgroundService
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    private readonly FileDoorOptions _options = intake.Value.Files;
    private readonly SemaphoreSlim _imports = new(intake.Value.Files.MaxImports);
    private readonly Dictionary<Guid, Task> _watches = [];

    public override void Dispose()
    {
        _imports.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (string.IsNullOrEmpty(_options.Drop))
        {
            return;
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            Reconcile(stoppingToken);
            await Task.Delay(_options.Poll, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(_watches.Values);
    }

    /// <summary>A watch for each source there is now. One whose source is gone ends by itself.</summary>
    private void Reconcile(CancellationToken stoppingToken)
    {
        foreach (var source in directory.Sources)
        {
            if (source.Door == SourceDoor.File && (!_watches.TryGetValue(source.Key.Source, out var watch) || watch.IsCompleted))
            {
                _watches[source.Key.Source] = Task.Run(() => WatchAsync(source.Key, stoppingToken), CancellationToken.None);
            }
        }
    }

    private async Task WatchAsync(SourceKey source, CancellationToken stoppingToken)
    {
        var folder = new DropFolder(Path.Combine(_options.Drop!, source.Source.ToString()), source, import, troubles, _options, time, logger, File.Move);
        var failures = 0;
        FileDoorLog.Watching(logger, source.Source);
        while (!stoppingToken.IsCancellationRequested && directory.Find(source.Source) is not null)
        {
            try
            {
                // One file after another; a pause only when none is ready.
                while (await PassAsync(folder, stoppingToken))
                {
                    failures = 0;
                }

                failures = 0;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // The log or the disk is away. Whatever was appended is not appended twice.
                failures++;
                IntakeMetrics.OnFile("retried");
                FileDoorLog.TriedAgain(logger, source.Source, DelayAfter(failures), error.GetType().Name);
            }

            await Task.Delay(DelayAfter(failures), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>False when no file is ready, or the one that was is gone.</summary>
    private async Task<bool> PassAsync(DropFolder folder, CancellationToken stoppingToken)
    {
        // By itself: a parent made on the way would have the mode that is usual.
        Directory.CreateDirectory(_options.Drop!, DropFolder.OwnerOnly);
        folder.Make();
        if (folder.Look() is not { } name)
        {
            return false;
        }

        await _imports.WaitAsync(stoppingToken);
        try
        {
            return await folder.TakeAsync(name, stoppingToken);
        }
        finally
        {
            _imports.Release();
        }
    }

    private TimeSpan DelayAfter(int failures)
    {
        var delay = _options.Poll * Math.Pow(2, Math.Min(failures, 10));
        return delay < LongestDelay || failures == 0 ? delay : LongestDelay;
    }
}
