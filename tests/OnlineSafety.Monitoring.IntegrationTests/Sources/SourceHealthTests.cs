using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Sources;

/// <summary>A source that has nothing to say says at least that it is there.</summary>
[Collection(PostgresCollection.Name)]
public sealed class SourceHealthTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData("<190>Aug 12 09:58:13 - ERAServer[16238]: HEARTBEAT")]
    [InlineData("<13>Mar  2 09:14:07 filter1 last message repeated 3 times")]
    public async Task AHeartbeatIsHeardAndIsNoEvent(string line)
    {
        await using var installation = await TestInstallation.CreateAsync(postgres.Server);
        await using var log = new PostgresIntakeLog(
            installation[DatabaseRole.Ingest], installation.Master, new IntakeSignal(), Options.Create(new IntakeLogOptions()),
            TimeProvider.System, NullLogger<PostgresIntakeLog>.Instance);
        await log.StartAsync(CancellationToken.None);
        var process = installation[DatabaseRole.Process];
        var worker = new StreamWorker(
            Guid.NewGuid(), process, installation.Master, new StreamContexts(process, new PeopleDirectory(process, installation.Seals, TimeProvider.System), new SchoolRuleDirectory(process, TimeProvider.System), installation.Seals, Repository.Rules, TimeProvider.System, NullLogger<StreamContexts>.Instance),
            Repository.Rules, new NotificationSignals(), Options.Create(new ProcessingOptions()), TimeProvider.System, NullLogger<StreamWorker>.Instance);

        await log.AppendAsync(await installation.AddSourceAsync("generic"), Some.Batch(line), delivery: null, CancellationToken.None);
        await worker.PassAsync(DateOnly.MinValue, CancellationToken.None);

        Assert.Equal(1L, await installation.Store.RunAsync("SELECT count(*) FROM onlinesafety.source_health WHERE last_control_at = last_received_at AND review = 0 AND concern = 0"));
        Assert.Equal(0L, await installation.Store.RunAsync("SELECT count(*) FROM onlinesafety.event"));
        Assert.Equal(1L, await installation.Store.RunAsync("SELECT sum(control)::bigint FROM onlinesafety.counter_block"));
    }
}
