using Microsoft.Extensions.Logging;

namespace OnlineSafety.Monitoring.Storage.Embedded;

/// <summary>Event ids 1000-1099.</summary>
internal static partial class EmbeddedLog
{
    [LoggerMessage(1000, LogLevel.Information, "Creating the database cluster in {Directory} with PostgreSQL {Major}")]
    public static partial void CreatingCluster(this ILogger logger, string directory, int major);

    [LoggerMessage(1001, LogLevel.Information, "Database ready: process {ProcessId}, socket in {SocketDirectory}, after {Milliseconds} ms")]
    public static partial void DatabaseReady(this ILogger logger, int processId, string socketDirectory, long milliseconds);

    [LoggerMessage(1002, LogLevel.Warning, "Took over the database process {ProcessId} that an ended host left running")]
    public static partial void DatabaseAdopted(this ILogger logger, int processId);

    [LoggerMessage(1003, LogLevel.Error, "The database process {ProcessId} ended unexpectedly; restarting it")]
    public static partial void DatabaseEnded(this ILogger logger, int processId);

    [LoggerMessage(1004, LogLevel.Error, "Restart {Attempt} of the database failed; next try in {DelayMilliseconds} ms")]
    public static partial void RestartFailed(this ILogger logger, Exception error, int attempt, long delayMilliseconds);

    [LoggerMessage(1005, LogLevel.Warning, "{Count} database processes outlive their postmaster and are ended")]
    public static partial void EndingRemnants(this ILogger logger, int count);

    [LoggerMessage(1006, LogLevel.Warning, "Removed the stale lock file {Path}: no process of this cluster is left")]
    public static partial void RemovedStaleLockFile(this ILogger logger, string path);

    [LoggerMessage(1007, LogLevel.Information, "Stopping the database process {ProcessId}")]
    public static partial void StoppingDatabase(this ILogger logger, int processId);

    [LoggerMessage(1008, LogLevel.Warning, "The database process {ProcessId} did not stop in time; stopping it at once, the next start recovers")]
    public static partial void StoppingAtOnce(this ILogger logger, int processId);

    [LoggerMessage(1009, LogLevel.Error, "The database process {ProcessId} still runs and is left to the next start")]
    public static partial void DatabaseLeftRunning(this ILogger logger, int processId);

    [LoggerMessage(1010, LogLevel.Information, "Waiting for another process that holds {LockFile}")]
    public static partial void WaitingForOwner(this ILogger logger, string lockFile);

    [LoggerMessage(1011, LogLevel.Information, "Using the database that another process owns, socket in {SocketDirectory}")]
    public static partial void UsingAsGuest(this ILogger logger, string socketDirectory);

    [LoggerMessage(1012, LogLevel.Information, "The database is still held by an earlier process; trying again")]
    public static partial void StillHeld(this ILogger logger);
}
