using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.IntakeLog;

/// <summary>
/// The intake log in Postgres. Appends that wait together share one commit: a lone one commits at once, and while a commit is
/// under way the next batch gathers, so there is no timer to tune.
/// </summary>
internal sealed class PostgresIntakeLog : IIntakeLog, IHostedService, IAsyncDisposable
{
    private readonly Channel<PendingAppend>[] _queues;
    private readonly SegmentWriter[] _writers;
    private readonly IntakeLogOptions _options;
    private readonly CancellationTokenSource _abandon = new();
    private bool _disposed;
    private Task _running = Task.CompletedTask;

    public PostgresIntakeLog(
        [FromKeyedServices(DatabaseRole.Ingest)] Database database,
        MasterKeys masters,
        IntakeSignal signal,
        IOptions<IntakeLogOptions> options,
        TimeProvider time,
        ILogger<PostgresIntakeLog> logger)
    {
        _options = options.Value;
        _queues = new Channel<PendingAppend>[_options.Writers];
        _writers = new SegmentWriter[_options.Writers];
        var keys = new DataKeyRing(database, masters, time);
        for (var i = 0; i < _options.Writers; i++)
        {
            _queues[i] = Channel.CreateBounded<PendingAppend>(new BoundedChannelOptions(_options.Waiting) { SingleReader = true });
            _writers[i] = new SegmentWriter(database, keys, signal, _options, time, logger);
        }
    }

    public async Task<AppendResult> AppendAsync(SourceKey target, RecordBatch records, DeliveryClaim? delivery, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(records.Count);
        var pending = new PendingAppend(target, records, delivery);
        var queue = _queues[(uint)target.Source.GetHashCode() % _queues.Length].Writer;
        try
        {
            await queue.WriteAsync(pending, cancellationToken);
        }
        catch (ChannelClosedException e)
        {
            throw new IntakeUnavailableException("The intake log is stopping.", TimeSpan.FromSeconds(5), e);
        }

        // Not cancellable from here on: the batch belongs to the writer until it answers.
        return await pending.Task;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var loops = new Task[_writers.Length];
        for (var i = 0; i < loops.Length; i++)
        {
            var (queue, writer) = (_queues[i].Reader, _writers[i]);
            loops[i] = Task.Run(() => WriteAsync(queue, writer), CancellationToken.None);
        }

        _running = Task.WhenAll(loops);
        return Task.CompletedTask;
    }

    /// <summary>Takes no more, commits what waits.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var queue in _queues)
        {
            queue.Writer.TryComplete();
        }

        await using var hurry = cancellationToken.Register(_abandon.Cancel);
        await _running;
    }

    private async Task WriteAsync(ChannelReader<PendingAppend> queue, SegmentWriter writer)
    {
        var batch = new List<PendingAppend>();
        while (await queue.WaitToReadAsync(CancellationToken.None))
        {
            batch.Clear();
            var bytes = 0;
            while (bytes < _options.CommitBytes && queue.TryRead(out var pending))
            {
                batch.Add(pending);
                bytes += pending.Records.Bytes;
            }

            if (batch.Count > 0)
            {
                await writer.CommitAsync(batch, _abandon.Token);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The container disposes once for each service type that leads here.
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        await StopAsync(new CancellationToken(canceled: true));
        _abandon.Dispose();
    }
}
