using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace OnlineSafety.Monitoring.Storage.Embedded;

/// <summary>
/// The private database cluster of one data directory. The process that holds the owner's lock starts it, watches it, restarts
/// it when it dies, and stops it; other processes are guests. If the host is killed the server lives on, and the next owner takes it over.
/// </summary>
internal sealed class EmbeddedPostgres : IAsyncDisposable
{
    /// <summary>The superuser, for migrations alone; it has no password because only the socket's owner gets to the socket.</summary>
    public const string Superuser = "postgres";

    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    private readonly EmbeddedPostgresOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ClusterLocks _locks;
    private readonly Postmaster? _postmaster;
    private readonly CancellationTokenSource _stopping = new();
    private Task _watch = Task.CompletedTask;
    private volatile PostmasterFile? _server;
    private int _unexpectedExits;
    private bool _disposed;

    private EmbeddedPostgres(
        EmbeddedPostgresOptions options, ILogger logger, TimeProvider time, ClusterLocks locks, Postmaster? postmaster, PostmasterFile server)
    {
        _options = options;
        _logger = logger;
        _time = time;
        _locks = locks;
        _postmaster = postmaster;
        _server = server;
        SocketDirectory = server.SocketDirectory;
    }

    /// <summary>Raised, from the watching task, each time the server ended without being told to. Connections of a pool are then dead: clear it. Must not throw.</summary>
    public event Action? ExitedUnexpectedly;

    /// <summary>Whether this process starts and stops the server.</summary>
    public bool Owner => _postmaster is not null;

    /// <summary>How often the server ended without being told to since this process owns it.</summary>
    public int UnexpectedExits => Volatile.Read(ref _unexpectedExits);

    /// <summary>The server's process id, or null while it is being restarted.</summary>
    public int? ProcessId => _server?.ProcessId;

    public string SocketDirectory { get; }

    /// <summary>Opens the cluster, creating and starting it if need be, and returns when it accepts connections.</summary>
    /// <exception cref="EmbeddedPostgresException">It cannot be used, or another process held it longer than the patience given.</exception>
    public static async Task<EmbeddedPostgres> OpenAsync(
        EmbeddedPostgresOptions options, ILogger logger, TimeProvider time, CancellationToken cancellationToken)
    {
        options = options with { DataDirectory = Path.GetFullPath(options.DataDirectory) };
        CreateDataDirectory(options.DataDirectory);
        var locks = new ClusterLocks(options.DataDirectory);
        try
        {
            var begun = time.GetTimestamp();
            for (var waited = false; ; waited = true)
            {
                if (locks.TryOwn())
                {
                    return await OwnAsync(options, logger, time, locks, cancellationToken);
                }

                if (options.Use == ClusterUse.Command && Join(options, logger, time, locks) is { } guest)
                {
                    return guest;
                }

                if (time.GetElapsedTime(begun) > options.Patience)
                {
                    throw new EmbeddedPostgresException(
                        $"The database in {options.DataDirectory} is held by another process and was not free or ready within {options.Patience.TotalSeconds:0} s. Is the service already running there? See: fuser {locks.OwnerPath}");
                }

                if (!waited)
                {
                    logger.WaitingForOwner(locks.OwnerPath);
                }

                await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken);
            }
        }
        catch
        {
            locks.Dispose();
            throw;
        }
    }

    /// <summary>A connection string for the cluster's socket; the role needs no password.</summary>
    public string ConnectionString(string user, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = SocketDirectory,
        Port = ClusterDirectory.Port,
        Username = user,
        Database = database,
    }.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _stopping.CancelAsync();
        await _watch;
        if (_postmaster is not null && _server is { } server)
        {
            await LetGuestsFinishAsync();
            await _postmaster.StopAsync(server.ProcessId);
        }

        _locks.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Leaves as a killed host would: the watch ends, the lock goes, the server lives on. For tests.</summary>
    internal async Task AbandonAsync()
    {
        _disposed = true;
        await _stopping.CancelAsync();
        await _watch;
        _locks.Dispose();
        _stopping.Dispose();
    }

    private static async Task<EmbeddedPostgres> OwnAsync(
        EmbeddedPostgresOptions options, ILogger logger, TimeProvider time, ClusterLocks locks, CancellationToken cancellationToken)
    {
        var postmaster = new Postmaster(ClusterDirectory.Prepare(options), options, logger, time);
        var server = await postmaster.FindOrStartAsync(cancellationToken);
        var opened = new EmbeddedPostgres(options, logger, time, locks, postmaster, server);
        opened._watch = opened.WatchAsync(postmaster, server);
        return opened;
    }

    private static EmbeddedPostgres? Join(EmbeddedPostgresOptions options, ILogger logger, TimeProvider time, ClusterLocks locks)
    {
        if (!locks.TryJoin())
        {
            return null;
        }

        if (ClusterDirectory.Find(options)?.ReadPostmaster() is { Ready: true } server)
        {
            logger.UsingAsGuest(server.SocketDirectory);
            return new EmbeddedPostgres(options, logger, time, locks, postmaster: null, server);
        }

        locks.Leave();
        return null;
    }

    // Closed to others, but for passing through when root starts it: then the account that runs Postgres lives inside.
    private static void CreateDataDirectory(string path) => Directory.CreateDirectory(
        path,
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | (Environment.IsPrivilegedProcess ? UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : UnixFileMode.None));

    private async Task WatchAsync(Postmaster postmaster, PostmasterFile server)
    {
        try
        {
            for (var attempt = 0; ; attempt++)
            {
                var ready = _time.GetTimestamp();
                await postmaster.WaitForEndAsync(server.ProcessId, _stopping.Token);
                _server = null;
                Interlocked.Increment(ref _unexpectedExits);
                _logger.DatabaseEnded(server.ProcessId);
                ExitedUnexpectedly?.Invoke();

                // One that dies as soon as it is ready is started with growing pauses; one that had settled, at once.
                attempt = _time.GetElapsedTime(ready) > Settled ? 0 : attempt;
                if (attempt > 0)
                {
                    await Task.Delay(BackOff(attempt), _time, _stopping.Token);
                }

                server = await RestartAsync(postmaster);
                _server = server;
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The host stops; DisposeAsync stops the server if there is one.
        }
    }

    // Goes on for as long as the host lives: a full disk or a missing binary may be mended under it. The pauses are bounded.
    private async Task<PostmasterFile> RestartAsync(Postmaster postmaster)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await postmaster.StartAsync(_stopping.Token);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                _logger.RestartFailed(error, attempt, (long)BackOff(attempt).TotalMilliseconds);
            }

            await Task.Delay(BackOff(attempt), _time, _stopping.Token);
        }
    }

    internal static TimeSpan BackOff(int attempt)
    {
        var pause = TimeSpan.FromMilliseconds(100) * Math.Pow(2, Math.Clamp(attempt - 1, 0, 10));
        return pause < LongestBackOff ? pause : LongestBackOff;
    }

    // A short command that came first may have guests: it waits for them. A stopping service does not, it has seconds itself.
    private async Task LetGuestsFinishAsync()
    {
        var begun = _time.GetTimestamp();
        while (!_locks.TryCloseToGuests() && _options.Use == ClusterUse.Command && _time.GetElapsedTime(begun) < _options.Patience)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), _time);
        }
    }
}
