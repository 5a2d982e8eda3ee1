namespace OnlineSafety.Monitoring.Storage.Embedded;

/// <summary>
/// Who may start and stop the cluster, agreed between processes by locks on two files that the kernel drops when a process dies.
/// <c>postgres.lock</c> is held by the owner alone. <c>postgres.guests</c> is shared by the guests; an owner that is about to stop
/// takes it alone, so a guest never joins a cluster that is going away.
/// </summary>
internal sealed class ClusterLocks(string dataDirectory) : IDisposable
{
    private readonly string _ownerPath = Path.Combine(dataDirectory, "postgres.lock");
    private readonly string _guestsPath = Path.Combine(dataDirectory, "postgres.guests");
    private FileStream? _owner;
    private FileStream? _guests;

    public string OwnerPath => _ownerPath;

    public bool TryOwn() => (_owner ??= TryLock(_ownerPath, FileAccess.ReadWrite, FileShare.None)) is not null;

    public bool TryJoin() => (_guests ??= TryLock(_guestsPath, FileAccess.Read, FileShare.Read)) is not null;

    public void Leave()
    {
        _guests?.Dispose();
        _guests = null;
    }

    /// <summary>For the owner, before it stops the cluster: true when no guest is left and none can join.</summary>
    public bool TryCloseToGuests() => (_guests ??= TryLock(_guestsPath, FileAccess.ReadWrite, FileShare.None)) is not null;

    public void Dispose()
    {
        Leave();
        _owner?.Dispose();
        _owner = null;
    }

    // .NET takes an exclusive flock for FileShare.None and a shared one for FileShare.Read, never waiting for it.
    // Files are opened close-on-exec, so a postmaster that outlives its host does not keep the lock.
    private static FileStream? TryLock(string path, FileAccess access, FileShare share)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = access,
                Share = share,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (IOException error) when (error is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            return null;
        }
        catch (UnauthorizedAccessException error)
        {
            throw new EmbeddedPostgresException($"{path} belongs to another account: run as the account that created the data directory.", error);
        }
    }
}
