using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OnlineSafety.Monitoring.Storage.Embedded;

namespace OnlineSafety.Monitoring.IntegrationTests.Storage.Embedded;

public sealed class KilledServerTests : EmbeddedPostgresTest
{
    [Fact]
    public async Task AKilledServerIsBackWithItsData()
    {
        await using var cluster = await OpenAsync();
        await RunAsync(cluster, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('here')");
        var seen = new TaskCompletionSource();
        cluster.ExitedUnexpectedly += () => seen.TrySetResult();
        var killed = cluster.ProcessId!.Value;

        Processes().Signal(killed, PostmasterSignal.Kill);

        await seen.Task.WaitAsync(Limit);
        await UntilAsync(() => cluster.ProcessId is { } pid && pid != killed);
        Assert.Equal("here", await AskAsync(cluster, "SELECT word FROM kept"));
        Assert.Equal(1, cluster.UnexpectedExits);
    }

    [Fact]
    public async Task AServerKilledFiveTimesUnderLoadLosesNoCommit()
    {
        await using var cluster = await OpenAsync();
        await RunAsync(cluster, "CREATE TABLE kept (n bigint PRIMARY KEY)");
        using var enough = new CancellationTokenSource();
        var writer = WriteUntilAsync(cluster, enough.Token);

        for (var kill = 1; kill <= 5; kill++)
        {
            await Task.Delay(150 * kill, Limit);
            var pid = cluster.ProcessId!.Value;
            Processes().Signal(pid, PostmasterSignal.Kill);
            await UntilAsync(() => cluster.ProcessId is { } next && next != pid);
        }

        await enough.CancelAsync();
        var committed = await writer;
        Assert.True(committed > 0);
        var stored = (long)(await AskAsync(cluster, "SELECT count(*) FROM kept"))!;
        Assert.InRange(stored, committed, long.MaxValue);
    }

    [Fact]
    public async Task AChildThatHangsAfterItsServerWasKilledIsEnded()
    {
        await using var cluster = await OpenAsync();
        var killed = cluster.ProcessId!.Value;
        var child = Processes().Running().First(pid => pid != killed);
        Assert.Equal(0, ProgramRun.Of(["sh", "-c", $"kill -STOP {child}"]).ExitCode);

        Processes().Signal(killed, PostmasterSignal.Kill);

        await UntilAsync(() => cluster.ProcessId is { } pid && pid != killed);
        Assert.False(Processes().IsRunning(child));
        Assert.Equal(1, await AskAsync(cluster, "SELECT 1"));
    }

    [Fact]
    public async Task AStartEndsWithAReasonWhenProcessesOfAnEarlierServerDoNotGoAway()
    {
        await using (await OpenAsync())
        {
        }

        // As one that waits for a dead disk: there again however often it is killed.
        var stubborn = Path.Combine(Data, "postgres-of-the-test", "postgres");
        Directory.CreateDirectory(Path.GetDirectoryName(stubborn)!);
        File.Copy("/bin/sleep", stubborn);
        var loops = Enumerable.Range(0, 3).Select(_ => Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", $"while :; do '{stubborn}' 60; done 2>/dev/null"]) { WorkingDirectory = Place().DataFiles })!).ToList();
        try
        {
            await UntilAsync(() => Processes().Running().Count == loops.Count);
            var error = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => EmbeddedPostgres.OpenAsync(
                new EmbeddedPostgresOptions { DataDirectory = Data, StartTimeout = TimeSpan.FromSeconds(2) }, NullLogger.Instance, TimeProvider.System, Limit));

            Assert.Contains("do not go away", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            loops.ForEach(loop => loop.Kill(entireProcessTree: true));
        }
    }

    [Fact]
    public async Task AServerLeftByAKilledHostIsAdoptedAndThenStopped()
    {
        var killedHost = await OpenAsync();
        var pid = killedHost.ProcessId;
        await killedHost.AbandonAsync();

        await using (var next = await OpenAsync())
        {
            Assert.True(next.Owner);
            Assert.Equal(pid, next.ProcessId);
            Assert.Equal(1, await AskAsync(next, "SELECT 1"));
        }

        await UntilNothingRunsAsync();
    }

    [Fact]
    public async Task AnAdoptedServerIsWatchedToo()
    {
        var killedHost = await OpenAsync();
        await killedHost.AbandonAsync();
        await using var next = await OpenAsync();
        var adopted = next.ProcessId!.Value;

        Processes().Signal(adopted, PostmasterSignal.Kill);

        await UntilAsync(() => next.ProcessId is { } pid && pid != adopted);
        Assert.Equal(1, await AskAsync(next, "SELECT 1"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("999999999\n/elsewhere\n")]
    public async Task AStaleLockFileDoesNotKeepTheServerFromStarting(string content)
    {
        await (await OpenAsync()).DisposeAsync();
        await LeaveLockFileAsync(content);

        await using var cluster = await OpenAsync();
        Assert.Equal(1, await AskAsync(cluster, "SELECT 1"));
    }

    [Fact]
    public async Task ALockFileWhoseProcessIdIsNowAnotherProgramsIsStale()
    {
        await (await OpenAsync()).DisposeAsync();
        // Of the server's own account: Postgres takes any such process for a running postmaster.
        var command = Place().Account.Command("sleep", "60");
        using var stranger = Process.Start(command[0], command.Skip(1));
        await LeaveLockFileAsync($"{stranger.Id}\n/elsewhere\n");

        await using var cluster = await OpenAsync();

        Assert.Equal(1, await AskAsync(cluster, "SELECT 1"));
        Assert.False(stranger.HasExited);
        stranger.Kill();
    }

    [Fact]
    public async Task ACreationThatWasCutShortIsBegunAnew()
    {
        await (await OpenAsync()).DisposeAsync();
        Directory.Move(Place().DataFiles, Path.Combine(Place().Home, "new-17"));

        await using var cluster = await OpenAsync();

        Assert.Equal(1, await AskAsync(cluster, "SELECT 1"));
        Assert.Empty(Directory.GetDirectories(Place().Home, "new-*"));
    }

    [Fact]
    public async Task AServerThatRecoversFromTheCrashOfAProcessIsStoppedAtOnce()
    {
        var cluster = await OpenAsync();
        var held = await HoldRecoveryAsync(cluster);
        var begun = Stopwatch.GetTimestamp();

        await cluster.DisposeAsync();

        // Asked gently it would have waited for its checkpointer: 15 s of patience and more.
        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(14));
        await UntilNothingRunsAsync();
        Assert.False(ClusterProcesses.Exists(held) && Processes().IsRunning(held));
    }

    [Fact]
    public async Task AServerThatAnEndedHostToldToStopWhileItRecoveredIsNotWaitedFor()
    {
        var cluster = await OpenAsync();
        var postmaster = cluster.ProcessId!.Value;
        var held = await HoldRecoveryAsync(cluster);
        Processes().Signal(postmaster, PostmasterSignal.FastShutdown);
        await UntilAsync(() => PostmasterFile.Read(Place().DataFiles) is { Stopping: true });
        ProgramRun.Of(["kill", "-CONT", held.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await cluster.AbandonAsync();

        // As it is, the server would never go away: the next start would wait for as long as a start may take, and fail.
        await using var next = await OpenAsync();
        Assert.NotEqual(postmaster, next.ProcessId);
        Assert.Equal(1, await AskAsync(next, "SELECT 1"));
    }

    /// <summary>Kills a process of the server and stops the one that recovers, which is returned.</summary>
    private async Task<int> HoldRecoveryAsync(EmbeddedPostgres cluster)
    {
        // Enough to recover that the process is met.
        await RunAsync(cluster, "CREATE TABLE filler AS SELECT n, repeat('x', 500) FROM generate_series(1, 100000) n");
        // Not any of them: the one that writes the log may die alone.
        var essential = Processes().Running().First(pid => TitleOf(pid).StartsWith("postgres: walwriter", StringComparison.Ordinal));
        Processes().Signal(essential, PostmasterSignal.Kill);
        while (true)
        {
            foreach (var pid in Processes().Running())
            {
                if (TitleOf(pid).StartsWith("postgres: startup", StringComparison.Ordinal))
                {
                    ProgramRun.Of(["kill", "-STOP", pid.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
                    return pid;
                }
            }

            await Task.Delay(1, Limit);
        }
    }

    private static string TitleOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    // As the server's account would have left it.
    private async Task LeaveLockFileAsync(string content)
    {
        var path = Path.Combine(Place().DataFiles, PostmasterFile.Name);
        await File.WriteAllTextAsync(path, content, Limit);
        ProgramRun.Of(["chown", "--reference", Place().DataFiles, path]);
    }

    // Returns how many inserts were acknowledged.
    private static async Task<long> WriteUntilAsync(EmbeddedPostgres cluster, CancellationToken enough)
    {
        var committed = 0L;
        for (var n = 0L; !enough.IsCancellationRequested;)
        {
            try
            {
                await using var connection = new NpgsqlConnection(Connect(cluster));
                await connection.OpenAsync(CancellationToken.None);
                while (!enough.IsCancellationRequested)
                {
                    await using var insert = new NpgsqlCommand($"INSERT INTO kept VALUES ({n++})", connection);
                    await insert.ExecuteNonQueryAsync(CancellationToken.None);
                    committed++;
                }
            }
            catch (NpgsqlException)
            {
                await Task.Delay(20, CancellationToken.None);
            }
        }

        return committed;
    }
}
