using System.Net.Security;
using System.Net.Sockets;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Syslog;

/// <summary>
/// Reads one connection. While one half of the <see cref="ReadAhead"/> is being made durable the other may be filled, and no more: when the log
/// stalls the kernel's window closes and the sender waits. Nothing read is dropped.
/// </summary>
/// <param name="socket">The connection; what is sent in clear is read from it, with no stream between.</param>
/// <param name="tls">TLS over that socket; null in clear.</param>
/// <param name="envelope">How its messages arrive.</param>
/// <param name="sources">What its messages can belong to, at each moment.</param>
/// <param name="appends">The way to the log.</param>
/// <param name="readAhead">How much may be read at once; now the connection's.</param>
/// <param name="options">Limits.</param>
/// <param name="time">The clock.</param>
internal sealed class SyslogTcpConnection(
    Socket socket, SslStream? tls, RecordEnvelope envelope, Func<PeerSources> sources, SyslogAppends appends, ReadAhead readAhead,
    SyslogDoorOptions options, TimeProvider time)
    : IDisposable
{
    private readonly SyslogFramer _framer = new(options.MaxMessageBytes, inClear: tls is null);
    private SourceBatches _filling = new(envelope.Door);
    private SourceBatches _appending = new(envelope.Door);
    private Task _append = Task.CompletedTask;
    private long _appendStarted;
    private long _waitingSince = Waiting.ForLog;
    private TimeSpan _heldBack;

    public string Peer => envelope.Peer;

    public FramingFault Fault => _framer.Fault;

    /// <summary>How long we have been waiting for the sender; zero while it waits for us.</summary>
    public TimeSpan IdleFor => Volatile.Read(ref _waitingSince) is var since && since == Waiting.ForLog ? TimeSpan.Zero : time.GetElapsedTime(since);

    /// <summary>Says goodbye to a sender that has nothing to say: its connection then ends as if it had closed it.</summary>
    public void EndIdle()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It has ended by itself meanwhile.
        }
    }

    public void Dispose()
    {
        // Not awaited and so without a farewell (close_notify): a sender that is gone would not read it.
        tls?.Dispose();
        socket.Dispose();
        readAhead.Dispose();
    }

    /// <param name="stop">Stop reading, append what was read.</param>
    /// <param name="giveUp">Stop waiting for the log.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken giveUp)
    {
        int read;
        do
        {
            var memory = _framer.GetMemory(readAhead.Bytes);
            read = await ReceiveAsync(memory, stop);
            _framer.Advance(read);
            GatherFrames();
            if (read == 0 || Fault != FramingFault.None)
            {
                GatherRest(cut: stop.IsCancellationRequested);
            }

            await AppendGatheredAsync(filled: read == memory.Length, giveUp);
        }
        while (read > 0 && Fault == FramingFault.None);

        await _append;
    }

    /// <summary>Zero when the sender has ended, the connection broke, or we stop: in each case what was read counts.</summary>
    private async ValueTask<int> ReceiveAsync(Memory<byte> memory, CancellationToken stop)
    {
        try
        {
            await HoldBackAsync(stop);
            Volatile.Write(ref _waitingSince, time.GetTimestamp());
            return await (tls is null ? socket.ReceiveAsync(memory, SocketFlags.None, stop) : tls.ReadAsync(memory, stop));
        }
        catch (Exception exception) when (exception is SocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            return 0;
        }
        finally
        {
            Volatile.Write(ref _waitingSince, Waiting.ForLog);
        }
    }

    /// <summary>The kernel's window closes meanwhile, so that it is the sender who waits.</summary>
    private async ValueTask HoldBackAsync(CancellationToken stop)
    {
        if (_heldBack > TimeSpan.Zero)
        {
            await Task.Delay(_heldBack, time, stop);
            _heldBack = TimeSpan.Zero;
        }

        await appends.RoomAsync(envelope.Door, stop);
    }

    private void GatherFrames()
    {
        var now = time.GetUtcNow();
        var matching = sources();
        while (_framer.TryRead(out var frame))
        {
            _filling.Add(matching.Find(frame.Bytes, now), envelope, now, frame.Flags, frame.Bytes);
        }
    }

    private void GatherRest(bool cut)
    {
        var now = time.GetUtcNow();
        var matching = sources();
        while (_framer.TryComplete(cut, out var frame))
        {
            _filling.Add(matching.Find(frame.Bytes, now), envelope, now, frame.Flags, frame.Bytes);
        }
    }

    private async ValueTask AppendGatheredAsync(bool filled, CancellationToken giveUp)
    {
        if (_filling.Count == 0)
        {
            return;
        }

        _heldBack = appends.Take(_filling);

        // The earlier half first: order is kept, and no more than both halves is ever read but not durable.
        await _append;
        readAhead.Adapt(filled, time.GetElapsedTime(_appendStarted));
        _appending.Clear();
        (_filling, _appending) = (_appending, _filling);
        _appendStarted = time.GetTimestamp();
        _append = appends.AppendAsync(_appending, parked: null, giveUp);
    }

    private static class Waiting
    {
        public const long ForLog = long.MinValue;
    }
}
