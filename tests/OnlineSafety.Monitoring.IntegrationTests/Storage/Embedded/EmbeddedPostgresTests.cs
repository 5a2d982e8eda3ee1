using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OnlineSafety.Monitoring.Storage.Embedded;

namespace OnlineSafety.Monitoring.IntegrationTests.Storage.Embedded;

public sealed class EmbeddedPostgresTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("onlinesafety-test-");
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(90));

    public EmbeddedPostgresTests() => File.SetUnixFileMode(_data.FullName, (UnixFileMode)Convert.ToInt32("711", 8));

    public void Dispose()
    {
        _limit.Dispose();
        _data.Delete(recursive: true);
    }

    [Fact]
    public async Task TheFirstStartTakesLessThanTenSecondsAndTheClusterIsPrivate()
    {
        var begun = Stopwatch.GetTimestamp();
        await using var cluster = await OpenAsync();

        Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(10));
        Assert.True(cluster.Owner);
        Assert.Equal("", await AskAsync(cluster, "SHOW listen_addresses"));
        Assert.Equal("on", await AskAsync(cluster, "SHOW data_checksums"));
        Assert.Equal("C", await AskAsync(cluster, "SELECT datcollate FROM pg_database WHERE datname = 'postgres'"));
        Assert.Equal("UTF8", await AskAsync(cluster, "SHOW server_encoding"));
        Assert.Equal((UnixFileMode)Convert.ToInt32("700", 8), File.GetUnixFileMode(Path.Combine(_data.FullName, "postgres")));
        Assert.Equal((UnixFileMode)Convert.ToInt32("700", 8), File.GetUnixFileMode(cluster.SocketDirectory));
    }

    [Theory]
    [InlineData("fsync", "on")]
    [InlineData("full_page_writes", "on")]
    [InlineData("synchronous_commit", "on")]
    [InlineData("wal_compression", "lz4")]
    [InlineData("max_wal_size", "2GB")]
    [InlineData("max_connections", "60")]
    public async Task SettingsThatMakeACommitDurableAreOn(string setting, string expected)
    {
        await using var cluster = await OpenAsync();

        Assert.Equal(expected, await AskAsync(cluster, $"SHOW {setting}"));
    }

    [Fact]
    public async Task ARestartKeepsTheData()
    {
        await using (var first = await OpenAsync())
        {
            await RunAsync(first, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('here')");
        }

        await using var second = await OpenAsync();

        Assert.Equal("here", await AskAsync(second, "SELECT word FROM kept"));
    }

    [Fact]
    public async Task DisposingStopsTheServer()
    {
        int pid;
        await using (var cluster = await OpenAsync())
        {
            pid = cluster.ProcessId!.Value;
            Assert.True(Processes().IsRunning(pid));
        }

        Assert.Empty(Processes().Running());
    }

    [Fact]
    public async Task AKilledServerIsBackWithItsData()
    {
        await using var cluster = await OpenAsync();
        await RunAsync(cluster, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('here')");
        var seen = new TaskCompletionSource();
        cluster.ExitedUnexpectedly += () => seen.TrySetResult();
        var killed = cluster.ProcessId!.Value;

        Processes().Signal(killed, PostmasterSignal.Kill);

        await seen.Task.WaitAsync(TimeSpan.FromSeconds(1));
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
            await Task.Delay(150 * kill, _limit.Token);
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

        Assert.Empty(Processes().Running());
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

    [Fact]
    public async Task AGuestNeverStopsTheServer()
    {
        await using var owner = await OpenAsync();
        await using (var guest = await OpenAsync(ClusterUse.Command))
        {
            Assert.False(guest.Owner);
            Assert.Equal(1, await AskAsync(guest, "SELECT 1"));
        }

        Assert.Equal(1, await AskAsync(owner, "SELECT 1"));
        Assert.Equal(0, owner.UnexpectedExits);
    }

    [Fact]
    public async Task ACommandThatOwnsTheServerWaitsForItsGuests()
    {
        var first = await OpenAsync(ClusterUse.Command);
        var guest = await OpenAsync(ClusterUse.Command);

        var leaving = first.DisposeAsync().AsTask();
        Assert.Equal(1, await AskAsync(guest, "SELECT 1"));
        Assert.False(leaving.IsCompleted);
        await guest.DisposeAsync();
        await leaving;

        Assert.Empty(Processes().Running());
    }

    [Fact]
    public async Task AServiceWaitsForAShortCommandAndThenOwnsTheServer()
    {
        var command = await OpenAsync(ClusterUse.Command);
        var opening = OpenAsync();
        await Task.Delay(300, _limit.Token);
        Assert.False(opening.IsCompleted);

        await command.DisposeAsync();

        await using var service = await opening;
        Assert.True(service.Owner);
    }

    [Fact]
    public async Task ASecondServiceIsToldWhyItCannotStart()
    {
        await using var first = await OpenAsync();

        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => OpenAsync(patience: TimeSpan.FromMilliseconds(300)));

        Assert.Contains("held by another process", refused.Message, StringComparison.Ordinal);
        Assert.Contains("postgres.lock", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APathTooLongForASocketUsesAPrivateDirectoryElsewhere()
    {
        var deep = Path.Combine(_data.FullName, new string('d', 80), new string('e', 40));
        await using var cluster = await OpenAsync(directory: deep);
        await using var guest = await OpenAsync(ClusterUse.Command, directory: deep);

        Assert.Equal(1, await AskAsync(cluster, "SELECT 1"));
        Assert.Equal(1, await AskAsync(guest, "SELECT 1"));
        Assert.StartsWith(Path.GetTempPath(), cluster.SocketDirectory, StringComparison.Ordinal);
        Assert.Equal((UnixFileMode)Convert.ToInt32("700", 8), File.GetUnixFileMode(cluster.SocketDirectory));
        Directory.Delete(cluster.SocketDirectory, recursive: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1\n/elsewhere\n")]
    [InlineData("999999999\n/elsewhere\n")]
    public async Task AStaleLockFileDoesNotKeepTheServerFromStarting(string content)
    {
        await using (await OpenAsync())
        {
        }

        // As the account itself would have left it: with its owner, and a pid that is nobody's, or somebody else's.
        var path = Path.Combine(_data.FullName, "postgres", "cluster", "postmaster.pid");
        await File.WriteAllTextAsync(path, content, _limit.Token);
        ProgramRun.Of(["chown", "--reference", Path.GetDirectoryName(path)!, path]);

        await using var cluster = await OpenAsync();
        Assert.Equal(1, await AskAsync(cluster, "SELECT 1"));
    }

    [Fact]
    public async Task WhatAPersonTypedIsNotInTheServersLogs()
    {
        await using var cluster = await OpenAsync();
        await RunAsync(cluster, "CREATE TABLE words (word text PRIMARY KEY); INSERT INTO words VALUES ('zebra-word')");
        await Assert.ThrowsAsync<PostgresException>(() => RunAsync(cluster, "INSERT INTO words VALUES ('zebra-word')"));
        await Assert.ThrowsAsync<PostgresException>(() => RunAsync(cluster, "SELECT 'zebra-word'::int"));
        await RunAsync(cluster, "CHECKPOINT");

        var logs = Directory.GetFiles(Path.Combine(_data.FullName, "postgres"), "server*.log");
        Assert.NotEmpty(logs);
        foreach (var log in logs)
        {
            Assert.DoesNotContain("zebra", await File.ReadAllTextAsync(log, _limit.Token), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task BelowADirectoryClosedToTheServersAccountTheClusterLivesElsewhereAndALinkSaysWhere()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return; // Any other account reaches its own directories.
        }

        var closed = Directory.CreateDirectory(Path.Combine(_data.FullName, "closed"), (UnixFileMode)Convert.ToInt32("700", 8)).FullName;
        var options = new EmbeddedPostgresOptions { DataDirectory = Path.Combine(closed, "data"), SystemState = Path.Combine(_data.FullName, "state") };
        await using (var cluster = await EmbeddedPostgres.OpenAsync(options, NullLogger.Instance, TimeProvider.System, _limit.Token))
        {
            await RunAsync(cluster, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('here')");
            Assert.StartsWith(options.SystemState, new FileInfo(Path.Combine(closed, "data", "postgres")).LinkTarget, StringComparison.Ordinal);
        }

        await using var again = await EmbeddedPostgres.OpenAsync(options, NullLogger.Instance, TimeProvider.System, _limit.Token);
        Assert.Equal("here", await AskAsync(again, "SELECT word FROM kept"));
    }

    [Fact]
    public async Task AServerThatRefusesToStartSaysWhy()
    {
        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => EmbeddedPostgres.OpenAsync(
            new EmbeddedPostgresOptions
            {
                DataDirectory = _data.FullName,
                Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["shared_buffers"] = "lots" },
            },
            NullLogger.Instance,
            TimeProvider.System,
            _limit.Token));

        Assert.Contains("shared_buffers", refused.Message, StringComparison.Ordinal);
    }

    private ClusterDirectory Place() => ClusterDirectory.Find(new EmbeddedPostgresOptions { DataDirectory = _data.FullName })!;

    private ClusterProcesses Processes() => Place().Processes;

    private Task<EmbeddedPostgres> OpenAsync(ClusterUse use = ClusterUse.Serve, TimeSpan? patience = null, string? directory = null) =>
        EmbeddedPostgres.OpenAsync(
            new EmbeddedPostgresOptions
            {
                DataDirectory = directory ?? _data.FullName,
                Use = use,
                Patience = patience ?? TimeSpan.FromSeconds(30),
            },
            NullLogger.Instance,
            TimeProvider.System,
            _limit.Token);

    private static string Connect(EmbeddedPostgres cluster) =>
        cluster.ConnectionString(EmbeddedPostgres.Superuser, "postgres") + ";Pooling=false";

    private async Task<object?> AskAsync(EmbeddedPostgres cluster, string sql)
    {
        await using var connection = new NpgsqlConnection(Connect(cluster));
        await connection.OpenAsync(_limit.Token);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(_limit.Token);
    }

    private async Task RunAsync(EmbeddedPostgres cluster, string sql) => await AskAsync(cluster, sql);

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

    private async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
        {
            await Task.Delay(20, _limit.Token);
        }
    }
}
