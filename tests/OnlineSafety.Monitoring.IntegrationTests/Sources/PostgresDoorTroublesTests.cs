using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.IntegrationTests.Access;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Sources;

public sealed class PostgresDoorTroublesTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task WhatWentWrongIsAddedUpAndListedWithItsSource()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var source = (await database.Sources.AddAsync(school, new NewSource { Product = "protex", Door = SourceDoor.Syslog }, InstallationDatabase.Tester, default)).Source;
        var key = new SourceKey(school, source.SourceId);
        var time = new ManualTimeProvider(Start);
        foreach (var run in new[] { 1, 2 })
        {
            using var troubles = new PostgresDoorTroubles(database[DatabaseRole.Ingest], time, NullLogger<PostgresDoorTroubles>.Instance);
            await troubles.StartAsync(default);
            troubles.Report(key, DoorTroubleKind.OverRate, 100);
            time.Advance(TimeSpan.FromSeconds(1));
            troubles.Report(key, DoorTroubleKind.OverRate, run);
            troubles.Report(key, DoorTroubleKind.FileFailed, 1);
            await troubles.StopAsync(default);
        }

        var listed = Assert.Single(await database.Sources.ListAsync(school, InstallationDatabase.Tester, default)).Troubles;

        Assert.Equal([("file_failed", 2L), ("over_rate", 203L)], listed.Select(trouble => (trouble.Kind, trouble.Count)));
        Assert.Equal((Start, Start.AddSeconds(2)), (listed[1].FirstSeen, listed[1].LastSeen));
    }

    [Fact]
    public async Task WhatCannotBeWrittenForOneSchoolIsKeptAndTheOthersAreWritten()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var source = (await database.Sources.AddAsync(school, new NewSource { Product = "protex", Door = SourceDoor.Syslog }, InstallationDatabase.Tester, default)).Source;
        using var troubles = new PostgresDoorTroubles(database[DatabaseRole.Ingest], TimeProvider.System, NullLogger<PostgresDoorTroubles>.Instance);
        await troubles.StartAsync(default);
        troubles.Report(new SourceKey(Guid.NewGuid(), Guid.NewGuid()), DoorTroubleKind.OverRate, 1);
        troubles.Report(new SourceKey(school, source.SourceId), DoorTroubleKind.OverRate, 7);
        await troubles.StopAsync(default);

        Assert.Equal(7, Assert.Single(Assert.Single(await database.Sources.ListAsync(school, InstallationDatabase.Tester, default)).Troubles).Count);
    }
}
