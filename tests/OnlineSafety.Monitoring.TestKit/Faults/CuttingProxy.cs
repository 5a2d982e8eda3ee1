using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace OnlineSafety.Monitoring.TestKit.Faults;

/// <summary>Where a connection is cut.</summary>
internal enum Cut
{
    /// <summary>The commit never reaches the server.</summary>
    BeforeTheServer,

    /// <summary>The server commits, and its answer never comes back.</summary>
    AfterTheServer,
}

/// <summary>
/// A TCP address before a database server on a Unix socket, which cuts connections at the end of transactions: the client cannot know whether it committed.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private const byte Bind = (byte)'B';
    private const byte Query = (byte)'Q';
    private const byte Parse = (byte)'P';
    private const byte Sync = (byte)'S';

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly string _server;
    private readonly Task _accepting;
    private int _commits;
    private int _every;
    private int _cuts;

    public CuttingProxy(string serverSocket)
    {
        _server = serverSocket;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections cut so far.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>From now on cuts at every n-th end of a transaction, on alternate sides; 0 cuts none.</summary>
    public void CutEvery(int commits) => Volatile.Write(ref _every, commits);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
                connections.RemoveAll(c => c.IsCompleted);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        client.NoDelay = true;
        using var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await server.ConnectAsync(new UnixDomainSocketEndPoint(_server), _stop.Token);
            await using var up = new NetworkStream(server);
            await using var down = client.GetStream();
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            var muted = new Muting();
            var back = CopyBackAsync(up, down, muted, ended);
            try
            {
                await ForwardAsync(down, up, muted, ended.Token);
            }
            finally
            {
                await ended.CancelAsync();
                await back;
            }
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has gone; the other goes with it.
        }
    }

    /// <summary>Message by message: a byte of type and a length behind it, but for the first ones.</summary>
    private async Task ForwardAsync(NetworkStream from, NetworkStream to, Muting muted, CancellationToken cancellationToken)
    {
        await ForwardGreetingAsync(from, to, cancellationToken);
        var pending = new MemoryStream();
        var ends = false;
        while (true)
        {
            var head = new byte[5];
            await from.ReadExactlyAsync(head, cancellationToken);
            var body = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1)) - 4];
            await from.ReadExactlyAsync(body, cancellationToken);
            pending.Write(head);
            pending.Write(body);
            // The driver sends COMMIT as a statement; the intake log's transaction ends with the Sync behind a segment.
            ends |= head[0] switch
            {
                Query or Parse => body.AsSpan().IndexOf("COMMIT"u8) >= 0,
                Bind => body.Length > 300,
                _ => false,
            };
            if (head[0] is not (Sync or Query or (byte)'X' or (byte)'p' or (byte)'H'))
            {
                continue;
            }

            if (ends && Volatile.Read(ref _every) is > 0 and var every && Interlocked.Increment(ref _commits) % every == 0)
            {
                var cut = Interlocked.Increment(ref _cuts) % 2 == 0 ? Cut.BeforeTheServer : Cut.AfterTheServer;
                if (cut == Cut.AfterTheServer)
                {
                    muted.Begin();
                    await to.WriteAsync(pending.GetBuffer().AsMemory(0, (int)pending.Length), cancellationToken);
                    // The server has spoken: it is done, one way or the other.
                    await muted.Heard.WaitAsync(TimeSpan.FromSeconds(10), cancellationToken);
                }

                return;
            }

            await to.WriteAsync(pending.GetBuffer().AsMemory(0, (int)pending.Length), cancellationToken);
            pending.SetLength(0);
            ends = false;
        }
    }

    private static async Task ForwardGreetingAsync(NetworkStream from, NetworkStream to, CancellationToken cancellationToken)
    {
        const int encryptionRequest = 8;
        while (true)
        {
            var length = new byte[4];
            await from.ReadExactlyAsync(length, cancellationToken);
            var size = BinaryPrimitives.ReadInt32BigEndian(length);
            var rest = new byte[size - 4];
            await from.ReadExactlyAsync(rest, cancellationToken);
            await to.WriteAsync((byte[])[.. length, .. rest], cancellationToken);
            if (size != encryptionRequest)
            {
                return;
            }
        }
    }

    private static async Task CopyBackAsync(NetworkStream from, NetworkStream to, Muting muted, CancellationTokenSource ended)
    {
        var buffer = new byte[32 * 1024];
        try
        {
            while (await from.ReadAsync(buffer, ended.Token) is > 0 and var read)
            {
                if (muted.IsMuted)
                {
                    muted.Hear();
                    continue;
                }

                await to.WriteAsync(buffer.AsMemory(0, read), ended.Token);
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Told by the other direction.
        }
        finally
        {
            muted.Hear();
            await ended.CancelAsync();
        }
    }

    private sealed class Muting
    {
        private readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _muted;

        public bool IsMuted => _muted;

        public Task Heard => _heard.Task;

        public void Begin() => _muted = true;

        public void Hear()
        {
            if (_muted)
            {
                _heard.TrySetResult();
            }
        }
    }
}
