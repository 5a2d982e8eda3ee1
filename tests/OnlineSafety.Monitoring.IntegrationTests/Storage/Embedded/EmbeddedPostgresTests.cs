using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OnlineSafety.Monitoring.Storage.Embedded;

namespace OnlineSafety.Monitoring.IntegrationTests.Storage.Embedded;

public sealed class EmbeddedPostgresTests : EmbeddedPostgresTest
{
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
        Assert.Equal(Mode("700"), File.GetUnixFileMode(Path.Combine(Data, "postgres")));
        Assert.Equal(Mode("700"), File.GetUnixFileMode(cluster.SocketDirectory));
    }

    [Fact]
    public async Task SettingsThatMakeACommitDurableAreOn()
    {
        await using var cluster = await OpenAsync();

        foreach (var setting in new[] { "fsync", "full_page_writes", "synchronous_commit", "data_checksums" })
        {
            Assert.Equal("on", await AskAsync(cluster, $"SHOW {setting}"));
        }

        Assert.Equal("lz4", await AskAsync(cluster, "SHOW wal_compression"));
        Assert.Equal("2GB", await AskAsync(cluster, "SHOW max_wal_size"));
        Assert.Equal("60", await AskAsync(cluster, "SHOW max_connections"));
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

        await UntilNothingRunsAsync();
    }

    [Fact]
    public async Task APathTooLongForASocketUsesAPrivateDirectoryElsewhere()
    {
        var deep = Path.Combine(Data, new string('d', 80), new string('e', 40));
        await using var cluster = await OpenAsync(directory: deep);
        await using var guest = await OpenAsync(ClusterUse.Command, directory: deep);

        Assert.Equal(1, await AskAsync(cluster, "SELECT 1"));
        Assert.Equal(1, await AskAsync(guest, "SELECT 1"));
        Assert.StartsWith(Path.GetTempPath(), cluster.SocketDirectory, StringComparison.Ordinal);
        Assert.Equal(Mode("700"), File.GetUnixFileMode(cluster.SocketDirectory));
        Directory.Delete(cluster.SocketDirectory, recursive: true);
    }

    [Fact]
    public async Task TheServerIsOutOfReachOfTheHostsTerminal()
    {
        await using var cluster = await OpenAsync();
        var pid = cluster.ProcessId!.Value;

        // Leader of a session of its own: Ctrl-C goes to the terminal's foreground group alone.
        // proc(5): after the name in brackets come state, parent, group and session.
        var words = (await File.ReadAllTextAsync($"/proc/{pid}/stat", Limit)).Split(") ")[1].Split(' ');
        Assert.Equal(pid, int.Parse(words[3], CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task WhatAPersonTypedIsNotInTheServersLogs()
    {
        await using var cluster = await OpenAsync();
        await RunAsync(cluster, "CREATE TABLE words (word text PRIMARY KEY); INSERT INTO words VALUES ('zebra-word')");
        await Assert.ThrowsAsync<PostgresException>(() => RunAsync(cluster, "INSERT INTO words VALUES ('zebra-word')"));
        await Assert.ThrowsAsync<PostgresException>(() => RunAsync(cluster, "SELECT 'zebra-word'::int"));
        await RunAsync(cluster, "CHECKPOINT");

        var logs = Directory.GetFiles(Path.Combine(Data, "postgres"), "server*.log");
        Assert.NotEmpty(logs);
        foreach (var log in logs)
        {
            Assert.DoesNotContain("zebra", await File.ReadAllTextAsync(log, Limit), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task BelowADirectoryClosedToTheServersAccountTheClusterLivesElsewhereAndALinkSaysWhere()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return; // Any other account reaches its own directories.
        }

        var closed = Directory.CreateDirectory(Path.Combine(Data, "closed"), Mode("700")).FullName;
        var options = new EmbeddedPostgresOptions { DataDirectory = Path.Combine(closed, "data"), SystemState = Path.Combine(Data, "state") };
        await using (var cluster = await EmbeddedPostgres.OpenAsync(options, NullLogger.Instance, TimeProvider.System, Limit))
        {
            await RunAsync(cluster, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('here')");
            Assert.StartsWith(options.SystemState, new FileInfo(Path.Combine(closed, "data", "postgres")).LinkTarget, StringComparison.Ordinal);
        }

        await using var again = await EmbeddedPostgres.OpenAsync(options, NullLogger.Instance, TimeProvider.System, Limit);
        Assert.Equal("here", await AskAsync(again, "SELECT word FROM kept"));
    }

    [Fact]
    public async Task AServerThatRefusesToStartSaysWhy()
    {
        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => EmbeddedPostgres.OpenAsync(
            new EmbeddedPostgresOptions
            {
                DataDirectory = Data,
                Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["shared_buffers"] = "lots" },
            },
            NullLogger.Instance,
            TimeProvider.System,
            Limit));

        Assert.Contains("shared_buffers", refused.Message, StringComparison.Ordinal);
    }
}
