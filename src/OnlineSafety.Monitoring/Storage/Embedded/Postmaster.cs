using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace OnlineSafety.Monitoring.Storage.Embedded;

/// <summary>Starts, finds and stops the one server process of a cluster. Used by the owner alone, one call at a time.</summary>
internal sealed class Postmaster(ClusterDirectory directory, EmbeddedPostgresOptions options, ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan RemnantsMayEnd = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan HeldTooLong = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FastShutdown = TimeSpan.FromSeconds(15);

    // The postmaster itself kills children that ignore an immediate shutdown for 5 s.
    private static readonly TimeSpan ImmediateShutdown = TimeSpan.FromSeconds(10);

    // A stop that was asked for by a host that is gone: nobody waits for its checkpoint.
    private static readonly TimeSpan AbandonedStop = TimeSpan.FromSeconds(3);

    // How the runtime reports the end by a signal.
    private const int SignalBase = 128;

    // Said by the new server while children of a killed one still hold its memory or its lock file.
    private static readonly string[] HeldWords = ["pre-existing shared memory block", "already exists", "is another postmaster"];

    /// <summary>The running server: one that an ended host left behind, or a new one.</summary>
    public async Task<PostmasterFile> FindOrStartAsync(CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var hurried = false;
        while (directory.ReadPostmaster() is { } found)
        {
            // Starting, recovering or stopping: either it becomes ready or it goes away.
            if (found.Ready)
            {
                logger.DatabaseAdopted(found.ProcessId);
                return found;
            }

            // One that was told to stop while it recovered would never go away by itself: see StopAsync.
            if (found.Stopping && !hurried && time.GetElapsedTime(begun) > AbandonedStop)
            {
                hurried = true;
                logger.StoppingAtOnce(found.ProcessId);
                directory.Processes.Signal(found.ProcessId, PostmasterSignal.ImmediateShutdown);
            }

            if (time.GetElapsedTime(begun) > options.StartTimeout)
            {
                throw new EmbeddedPostgresException($"The database process {found.ProcessId} that was found running does not become ready ({found.Status}).");
            }

            await Task.Delay(Look, time, cancellationToken);
        }

        return await StartAsync(cancellationToken);
    }

    public async Task<PostmasterFile> StartAsync(CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var binaries = PostgresBinaries.Find(options.BinaryDirectory, directory.ReadMajor());
        if (!directory.HasCluster)
        {
            CreateCluster(binaries);
        }

        var socket = directory.PrepareSocketDirectory();
        var arguments = ServerSettings.Arguments(directory, socket, CompressesWithLz4(binaries), options.Settings);
        while (true)
        {
            await EndRemnantsAsync(cancellationToken);
            RemoveStaleLockFiles(socket);
            var (ready, exit, refusal) = await LaunchAsync(binaries, arguments, cancellationToken);
            if (ready is not null)
            {
                logger.DatabaseReady(ready.ProcessId, ready.SocketDirectory, (long)time.GetElapsedTime(begun).TotalMilliseconds);
                return ready;
            }

            // Killed from outside while it started is no refusal: it left no word of why, and may well start now.
            var killed = exit > SignalBase;
            if (time.GetElapsedTime(begun) > HeldTooLong || !(killed || Array.Exists(HeldWords, word => refusal.Contains(word, StringComparison.Ordinal))))
            {
                throw new EmbeddedPostgresException(killed
                    ? $"PostgreSQL was ended by signal {exit - SignalBase} while it started, again and again. Its log is in {directory.Home}."
                    : $"PostgreSQL did not start: {refusal}");
            }

            logger.StillHeld();
            await Task.Delay(TimeSpan.FromMilliseconds(250), time, cancellationToken);
        }
    }

    /// <summary>Stops it, gently and then at once. Never throws for a server that is already gone.</summary>
    public async Task StopAsync(int pid)
    {
        logger.StoppingDatabase(pid);
        // Asked to stop gently while it recovers from a crash of one of its processes, PostgreSQL 15 waits for its checkpointer, which nobody told
        // to end, for ever. A server that recovers has nothing to finish either: the next start recovers what this one began.
        if (!directory.Processes.AreRecovering())
        {
            directory.Processes.Signal(pid, PostmasterSignal.FastShutdown);
            if (await EndsWithinAsync(pid, FastShutdown, unless: directory.Processes.AreRecovering))
            {
                return;
            }
        }

        logger.StoppingAtOnce(pid);
        directory.Processes.Signal(pid, PostmasterSignal.ImmediateShutdown);
        if (!await EndsWithinAsync(pid, ImmediateShutdown, unless: () => false))
        {
            logger.DatabaseLeftRunning(pid);
        }
    }

    /// <summary>Returns when the server process has ended.</summary>
    public async Task WaitForEndAsync(int pid, CancellationToken cancellationToken)
    {
        // A look at /proc and not a wait for a child: an adopted server is no child of ours.
        while (directory.Processes.IsRunning(pid))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken);
        }
    }

    private async Task<bool> EndsWithinAsync(int pid, TimeSpan limit, Func<bool> unless)
    {
        var begun = time.GetTimestamp();
        while (directory.Processes.IsRunning(pid))
        {
            if (time.GetElapsedTime(begun) > limit || unless())
            {
                return false;
            }

            await Task.Delay(Look, time);
        }

        return true;
    }

    private async Task<(PostmasterFile? Ready, int Exit, string Refusal)> LaunchAsync(
        PostgresBinaries binaries, List<string> arguments, CancellationToken cancellationToken)
    {
        // A session of its own: Ctrl-C in the host's terminal must reach the host alone, which stops the database last.
        // Every step replaces itself by the next, so the process started here becomes the postmaster.
        IReadOnlyList<string> command =
        [
            "setsid", .. directory.Account.Command(
            [
                "sh", "-c", "umask 077; log=$1; shift; exec \"$@\" </dev/null >\"$log\" 2>&1", "sh",
                directory.StartLog, binaries.Postgres, .. arguments,
            ]),
        ];
        using var process = ProgramRun.Launch(ProgramRun.Prepare(command));
        var begun = time.GetTimestamp();
        try
        {
            while (!process.HasExited)
            {
                if (PostmasterFile.Read(directory.DataFiles) is { Ready: true } file && file.ProcessId == process.Id)
                {
                    return (file, 0, "");
                }

                if (time.GetElapsedTime(begun) > options.StartTimeout)
                {
                    throw new EmbeddedPostgresException($"PostgreSQL was not ready after {options.StartTimeout.TotalSeconds:0} s. Its log is in {directory.Home}.");
                }

                await Task.Delay(Look, time, cancellationToken);
            }
        }
        catch when (!process.HasExited)
        {
            if (directory.Processes.IsRunning(process.Id))
            {
                await StopAsync(process.Id);
            }
            else
            {
                // Still a shell, or Postgres before it touched any file.
                process.Kill();
            }

            throw;
        }

        return (null, process.ExitCode, ReadStartLog());
    }

    private string ReadStartLog()
    {
        try
        {
            var text = File.ReadAllText(directory.StartLog).Trim();
            return text.Length <= 2000 ? text : text[^2000..];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"it left no word in {directory.StartLog}";
        }
    }

    private void CreateCluster(PostgresBinaries binaries)
    {
        logger.CreatingCluster(directory.Home, binaries.Major);
        var account = directory.Account;
        foreach (var abandoned in Directory.EnumerateDirectories(directory.Home, "new-*"))
        {
            account.Run("rm", "-rf", "--", abandoned);
        }

        // Made under another name and renamed when complete: a start killed half-way leaves nothing that looks like a cluster.
        var made = Path.Combine(directory.Home, $"new-{Environment.ProcessId}-{time.GetTimestamp()}");
        var answer = account.Run(
            binaries.InitDb, "--pgdata", made, "--username=postgres", "--encoding=UTF8", "--locale=C", "--data-checksums",
            "--auth-local=trust", "--auth-host=reject");
        if (answer.ExitCode != 0)
        {
            account.Run("rm", "-rf", "--", made);
            throw new EmbeddedPostgresException($"initdb failed: {answer.Output.Trim()}");
        }

        var moved = account.Run("mv", "--no-target-directory", "--", made, directory.DataFiles);
        if (moved.ExitCode != 0)
        {
            throw new EmbeddedPostgresException($"The new cluster cannot be put in place: {moved.Output.Trim()}");
        }

        // initdb has flushed what is in it; what it commits is worth nothing if a power cut takes the way to it.
        DirectoryOnDisk.Flush(directory.Home);
        DirectoryOnDisk.Flush(options.DataDirectory);
        DirectoryOnDisk.Flush(Path.GetDirectoryName(directory.Home)!);
        DirectoryOnDisk.Flush(Path.GetDirectoryName(options.DataDirectory) ?? options.DataDirectory);
    }

    // Debian's server has lz4; another build may not, and then refuses the word.
    private bool CompressesWithLz4(PostgresBinaries binaries) =>
        directory.Account.Run(binaries.Postgres, "-D", directory.DataFiles, "-c", "wal_compression=lz4", "-C", "wal_compression").ExitCode == 0;

    // Children of a killed postmaster see its death and end by themselves, at the latest when they next wait; one that hangs would
    // hold the shared memory for ever. Ending them is as safe as the crash that made them orphans: every commit is in the log.
    private async Task EndRemnantsAsync(CancellationToken cancellationToken)
    {
        var (begun, first) = (time.GetTimestamp(), time.GetTimestamp());
        var signal = PostmasterSignal.ImmediateShutdown;
        for (var remnants = directory.Processes.Running(); remnants.Count > 0; remnants = directory.Processes.Running())
        {
            // One that waits for a disk that does not answer cannot be killed: the start must not hang with it.
            if (time.GetElapsedTime(first) > options.StartTimeout)
            {
                throw new EmbeddedPostgresException(
                    $"Processes of the database that ended do not go away, not even killed: {string.Join(", ", remnants)}. Is the disk of {directory.Home} there?");
            }

            if (time.GetElapsedTime(begun) > RemnantsMayEnd)
            {
                logger.EndingRemnants(remnants.Count);
                remnants.ForEach(pid => directory.Processes.Signal(pid, signal));
                signal = PostmasterSignal.Kill;
                begun = time.GetTimestamp();
            }

            await Task.Delay(Look, time, cancellationToken);
        }
    }

    // Postgres itself clears the file of a dead process. It refuses a file that is empty, or whose pid is now some other
    // process's; both are surely stale here, for no process of this cluster is left and this host alone may start one.
    private void RemoveStaleLockFiles(string socketDirectory)
    {
        var path = Path.Combine(directory.DataFiles, PostmasterFile.Name);
        if (File.Exists(path) && (PostmasterFile.Read(directory.DataFiles) is not { } file || ClusterProcesses.Exists(file.ProcessId)))
        {
            File.Delete(path);
            logger.RemovedStaleLockFile(path);
        }

        // The same of the socket, in a directory of this cluster alone. A dead postmaster that nobody has reaped yet would hold it.
        File.Delete(Path.Combine(socketDirectory, $".s.PGSQL.{ClusterDirectory.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)}.lock"));
    }
}
