using System.Collections.Concurrent;
using System.Net;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake;

/// <summary>The open connections of a listener: so many in all, so many of one peer. Admitted by one, ended by themselves.</summary>
internal sealed class Connections<TConnection>(Door door, int most, int mostPerPeer)
    where TConnection : class
{
    private readonly ConcurrentDictionary<TConnection, Task> _open = new();
    private readonly OpenCounts<UInt128> _perPeer = new(mostPerPeer);

    public ICollection<TConnection> Open => _open.Keys;

    /// <summary>Complete when those that are open now have ended.</summary>
    public Task Ended => Task.WhenAll(_open.Values);

    /// <summary>Which limit keeps it out; null: it runs.</summary>
    /// <param name="connection">It is closed by <paramref name="run"/> alone, once it runs.</param>
    /// <param name="peer">Who made it.</param>
    /// <param name="run">Its whole life. Throws nothing.</param>
    public IntakeReason? Admit(TConnection connection, IPAddress peer, Func<TConnection, Task> run)
    {
        if (_open.Count >= most)
        {
            return IntakeReason.ConnectionLimit;
        }

        var counted = PeerAddress.LimitKey(peer);
        if (!_perPeer.TryEnter(counted))
        {
            return IntakeReason.PeerConnectionLimit;
        }

        IntakeMetrics.OnConnection(door, 1);
        _open[connection] = Task.CompletedTask;
        var running = RunAsync(connection, counted, run);

        // Replaces the placeholder unless it has already ended and left.
        _open.TryUpdate(connection, running, Task.CompletedTask);
        return null;
    }

    private async Task RunAsync(TConnection connection, UInt128 counted, Func<TConnection, Task> run)
    {
        await Task.Yield();
        try
        {
            await run(connection);
        }
        finally
        {
            _perPeer.Leave(counted);
            _open.TryRemove(connection, out _);
            IntakeMetrics.OnConnection(door, -1);
        }
    }
}
