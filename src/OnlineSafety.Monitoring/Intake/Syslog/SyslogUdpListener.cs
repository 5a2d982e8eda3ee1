using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Syslog;

/// <summary>Receives the datagrams of one listener. Receiving never waits for the log; what is lost for want of room is counted and reported.</summary>
internal sealed class SyslogUdpListener(
    string name, Socket socket, ListenerSources sources, SyslogAppends appends, LimitsMet met, SyslogDoorOptions options, TimeProvider time, ILogger logger)
{
    private const int LargestDatagram = DatagramBuffer.BlockBytes;
    private const int MostPeersKnown = 4096;
    private const int MostReadAtStop = 100_000;

    private static readonly TimeSpan LookForStopEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReportEvery = TimeSpan.FromMinutes(1);

    private readonly DatagramQueue _queue = new(options.UdpQueueBytes);
    private readonly Dictionary<UInt128, Peer> _peers = [];
    private readonly SourceBatches _batches = new(Door.SyslogUdp);
    private readonly ParkedSources _parked = new(name, options, met, time, logger);
    private SourceMatcher? _peersMatcher;
    private Task _refresh = Task.CompletedTask;
    private long _dropped;
    private long _kernelDropped;

    /// <summary>Datagrams lost because the queue was full.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Datagrams lost in the kernel, as last sampled.</summary>
    public long KernelDropped => Volatile.Read(ref _kernelDropped);

    /// <summary>Receives until <paramref name="stop"/>, then waits until what has come is durable.</summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken giveUp)
    {
        var append = Task.Run(() => AppendLoopAsync(stop, giveUp), CancellationToken.None);
        // A thread of its own: the kernel's buffer lasts a tenth of a second at full rate, and the pool may be busy with records for longer.
        try
        {
            await Task.Factory.StartNew(() => ReceiveLoop(stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        finally
        {
            _queue.Complete();
            await append;
            await _refresh;
            await _parked.EndAsync();
        }
    }

    /// <summary>Lets go of the port.</summary>
    public void Finish() => socket.Dispose();

    private void ReceiveLoop(CancellationToken stop)
    {
        var memory = GC.AllocateUninitializedArray<byte>(LargestDatagram, pinned: true);
        var from = new SocketAddress(socket.AddressFamily);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                // Waits for the next one only when none is there; an empty one counts as none and ends the wait.
                if (socket.Available > 0 || socket.Poll(LookForStopEvery, SelectMode.SelectRead))
                {
                    var length = socket.ReceiveFrom(memory, SocketFlags.None, from);
                    Keep(from, memory.AsSpan(0, length));
                }
            }
            catch (SocketException exception)
            {
                DoorLog.SocketFailed(logger, name, exception.SocketErrorCode);
                stop.WaitHandle.WaitOne(PauseAfterFault);
            }
        }

        ReadWhatIsWaiting(memory, from);
    }

    /// <summary>A planned stop loses nothing that has already arrived.</summary>
    private void ReadWhatIsWaiting(byte[] memory, SocketAddress from)
    {
        try
        {
            // Not by what is available: an empty datagram before others would say that there is nothing.
            for (var read = 0; read < MostReadAtStop && socket.Poll(TimeSpan.Zero, SelectMode.SelectRead); read++)
            {
                var length = socket.ReceiveFrom(memory, SocketFlags.None, from);
                Keep(from, memory.AsSpan(0, length));
            }
        }
        catch (SocketException exception)
        {
            DoorLog.SocketFailed(logger, name, exception.SocketErrorCode);
        }
    }

    private void Keep(SocketAddress from, ReadOnlySpan<byte> datagram)
    {
        var message = SyslogFramer.Trim(datagram);
        if (!message.IsEmpty && !_queue.TryAdd(from, time.GetUtcNow(), message))
        {
            Volatile.Write(ref _dropped, _dropped + 1);
            met.Note();
            IntakeMetrics.OnDropped(Door.SyslogUdp, IntakeReason.QueueFull, 1);
        }
    }

    private async Task AppendLoopAsync(CancellationToken stop, CancellationToken giveUp)
    {
        while (await _queue.TakeAsync() is { } arrived)
        {
            try
            {
                await AppendAsync(arrived, stop, giveUp);
            }
            catch (Exception exception)
            {
                // Appends do not throw; whatever this is, the next datagrams are still wanted.
                // Left in the batches, they would be appended again with the next and make those too large.
                _batches.Clear();
                IntakeMetrics.OnDropped(Door.SyslogUdp, IntakeReason.LogUnavailable, arrived.Count);
                DoorLog.DatagramsFailed(logger, name, ErrorWords.Of(exception));
            }
        }
    }

    private async Task AppendAsync(DatagramBuffer arrived, CancellationToken stop, CancellationToken giveUp)
    {
        var cost = 0;
        for (var index = 0; index < arrived.Count; index++)
        {
            var datagram = arrived[index];
            var peer = KnownPeer(datagram.Peer) ?? LearnPeer(datagram.Peer, stop);

            // A datagram is one message, whatever it holds.
            var message = datagram.Payload.Span;
            _batches.Add(peer.Sources.Find(message, datagram.ReceivedAt), peer.Envelope, datagram.ReceivedAt, RecordFlags.None, message);
            cost += DatagramBuffer.Cost(message);
            if (cost >= options.UdpBatchBytes || index == arrived.Count - 1)
            {
                // A datagram cannot be held back: what is over the rate is counted.
                appends.Take(_batches);
                await appends.AppendAsync(_batches, _parked, giveUp);
                _batches.Clear();
                cost = 0;
            }
        }
    }

    private Peer? KnownPeer(UInt128 key)
    {
        if (!ReferenceEquals(_peersMatcher, sources.Matcher) || _peers.Count >= MostPeersKnown)
        {
            _peersMatcher = sources.Matcher;
            _peers.Clear();
        }

        return _peers.GetValueOrDefault(key);
    }

    private Peer LearnPeer(UInt128 key, CancellationToken stop)
    {
        var address = PeerKey.ToAddress(key);
        var found = sources.Matcher.For(address);
        if (!found.Any && _refresh.IsCompleted)
        {
            // Not awaited, and one for all strangers: they, whose addresses anybody can make up, must not hold up who is known. News make all peers be looked up again.
            _refresh = sources.RefreshAsync(stop);
        }

        var envelope = RecordEnvelope.Of(Door.SyslogUdp, RecordEnvelope.Syslog, address.ToString());
        return _peers[key] = new Peer(envelope, found);
    }

    /// <summary>Counts and tells what was lost, until <paramref name="stop"/>.</summary>
    public async Task WatchLossesAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(SampleEvery, time);
        var reportedAt = time.GetTimestamp() - (long)(ReportEvery.TotalSeconds * time.TimestampFrequency);
        var (reported, reportedKernel) = (0L, 0L);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                SampleKernelDrops();
                if ((Dropped > reported || KernelDropped > reportedKernel) && time.GetElapsedTime(reportedAt) >= ReportEvery)
                {
                    DoorLog.DatagramsLost(logger, name, Dropped - reported, KernelDropped - reportedKernel);
                    (reported, reportedKernel, reportedAt) = (Dropped, KernelDropped, time.GetTimestamp());
                }
            }
        }
        catch (OperationCanceledException)
        {
            SampleKernelDrops();
        }
    }

    private void SampleKernelDrops()
    {
        var drops = UdpSocket.KernelDrops(socket);
        if (drops > _kernelDropped)
        {
            met.Note();
            IntakeMetrics.OnDropped(Door.SyslogUdp, IntakeReason.Kernel, drops - _kernelDropped);
            Volatile.Write(ref _kernelDropped, drops);
        }
    }

    private sealed record Peer(RecordEnvelope Envelope, PeerSources Sources);
}
