using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntegrationTests.Access;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.Sources;

public sealed class PostgresSourceDirectoryTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly MasterKey Master = MasterKey.Of(new byte[MasterKey.Length]);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task ASourceAddedWhileRunningIsKnownWithoutARestart()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        using var directory = await StartAsync(database);
        Assert.Empty(directory.Sources);

        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        directory.Changed += () => told.TrySetResult();
        var issued = await database.Sources.AddAsync(school, Webhook(), InstallationDatabase.Tester, default);
        await told.Task.WaitAsync(Patience);

        var found = directory.Find(issued.Source.SourceId);
        Assert.NotNull(found);
        Assert.Equal((school, "protex", SourceDoor.Webhook), (found.Key.School, found.Product, found.Door));
        Assert.Equal(AccessKey.Hash(issued.Key), Assert.Single(found.KeyHashes));
        await directory.StopAsync(default);
    }

    [Fact]
    public async Task ADisabledSourceIsNoLongerFound()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var issued = await database.Sources.AddAsync(await database.AddSchoolAsync(), Webhook(), InstallationDatabase.Tester, default);
        using var directory = await StartAsync(database);
        Assert.NotNull(directory.Find(issued.Source.SourceId));

        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        directory.Changed += () => told.TrySetResult();
        await database.Sources.DisableAsync(issued.Source.SourceId, InstallationDatabase.Tester, default);
        await told.Task.WaitAsync(Patience);

        Assert.Null(directory.Find(issued.Source.SourceId));
        await directory.StopAsync(default);
    }

    [Fact]
    public async Task WhatChangedSinceTheLastLoadIsKnownAfterARefreshAlsoWhenNobodyTold()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var issued = await database.Sources.AddAsync(await database.AddSchoolAsync(), Webhook(), InstallationDatabase.Tester, default);
        using var directory = await StartAsync(database);
        Assert.NotNull(directory.Find(issued.Source.SourceId));

        await database.Test.RunAsync("UPDATE onlinesafety.source SET enabled = false");
        await directory.RefreshAsync(default);

        Assert.Null(directory.Find(issued.Source.SourceId));
        await directory.StopAsync(default);
    }

    [Fact]
    public async Task WithOneSchoolStraysAreItsOwnAndWithTwoNobodys()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        await database.Schools.EnsureHoldingAsync(InstallationDatabase.Tester, default);
        using var directory = await StartAsync(database);

        var first = await directory.UnassignedAsync("tcp 5514", default);
        Assert.Equal(school, first.Key.School);
        Assert.True(first.Unassigned);
        Assert.Empty(first.Product);

        await database.AddSchoolAsync("Other School");
        await directory.RefreshAsync(default);
        var second = await directory.UnassignedAsync("tcp 5514", default);
        Assert.NotEqual(first.Key, second.Key);
        var holding = (await database.Schools.ListAsync(InstallationDatabase.Tester, default)).Single(s => s.Kind == School.Unassigned);
        Assert.Equal(holding.SchoolId, second.Key.School);
        Assert.NotNull(directory.Find(first.Key.Source));
        await directory.StopAsync(default);
    }

    [Fact]
    public async Task TwoProcessesThatMeetTheFirstStrayUseTheSameSource()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        await database.AddSchoolAsync();
        using var one = await StartAsync(database);
        using var other = await StartAsync(database);

        var found = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? one : other).UnassignedAsync("udp 5514", default)));

        Assert.Single(found.Select(f => f.Key).Distinct());
        await one.StopAsync(default);
        await other.StopAsync(default);
    }

    [Fact]
    public async Task AStoredNetworkThatCannotBeReadShutsItselfAndNothingElse()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var whole = (await database.Sources.AddAsync(school, Webhook(), InstallationDatabase.Tester, default)).Source.SourceId;
        var part = (await database.Sources.AddAsync(school, Webhook() with { Name = "part", From = ["192.0.2.0/24"] }, InstallationDatabase.Tester, default)).Source.SourceId;
        var none = (await database.Sources.AddAsync(school, Webhook() with { Name = "none", From = ["192.0.2.0/24"] }, InstallationDatabase.Tester, default)).Source.SourceId;
        await database.Test.RunAsync($"UPDATE onlinesafety.source SET networks = array_append(networks, 'nowhere') WHERE source_id = '{part}'");
        await database.Test.RunAsync($"UPDATE onlinesafety.source SET networks = ARRAY['300.0.2.0/24'] WHERE source_id = '{none}'");

        using var directory = await StartAsync(database);

        Assert.NotNull(directory.Find(whole));
        Assert.Equal(["192.0.2.0/24"], directory.Find(part)!.From.Select(network => network.ToString()));
        Assert.Null(directory.Find(none));
        await directory.StopAsync(default);
    }

    private static NewSource Webhook() => new() { Product = "protex", Door = SourceDoor.Webhook };

    private static async Task<PostgresSourceDirectory> StartAsync(InstallationDatabase database)
    {
        var directory = new PostgresSourceDirectory(database[DatabaseRole.Ingest], Master, TimeProvider.System, NullLogger<PostgresSourceDirectory>.Instance);
        await directory.StartAsync(default);
        return directory;
    }
}
