using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.IntegrationTests.Processing.Replay;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Processing.Replay;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Retention;

/// <summary>What is kept and erased, and a log that is read again.</summary>
public abstract class ReplayedRetentionScene(PostgresFixture postgres) : RetentionScene(postgres)
{
    private protected JobLedger Ledger => new(Installation[DatabaseRole.Process]);

    private protected JobDesk Jobs => new(Installation[DatabaseRole.Setup], TimeProvider.System);

    /// <summary>A source that is read by a mapping of its own.</summary>
    private protected async Task<SourceKey> AddMappedAsync()
    {
        var target = await Installation.AddSourceAsync("unknown", School);
        await MapAsync(target, ReplayScene.Kv());
        return target;
    }

    /// <summary>Gives a source a mapping and reads its log again by it.</summary>
    private protected async Task<JsonElement> MapAsync(SourceKey target, string mapping, Rules? rules = null) => await RunAsync(target, await ApplyAsync(target, mapping), rules);

    /// <summary>Reads its log again by the pack of its product.</summary>
    private protected async Task ReplayAsync(SourceKey target) => await RunAsync(
        target, await new SourceMappings(Installation[DatabaseRole.Setup], TimeProvider.System).ApplyAsync(target, version: 0, from: null, to: null, Officer, CancellationToken.None), rules: null);

    private async Task<JsonElement> RunAsync(SourceKey target, Guid job, Rules? rules)
    {
        var replay = new ReplayJob(
            Installation[DatabaseRole.Process], Installation.Master, Contexts(), rules ?? Repository.Rules, new NotificationSignals(), Options.Create(new ProcessingOptions()), TimeProvider.System,
            NullLogger<ReplayJob>.Instance);
        var runner = new JobRunner(Ledger, [replay], TimeProvider.System, NullLogger<JobRunner>.Instance);
        for (var i = 0; i < 10 && await runner.RunNextAsync(CancellationToken.None); i++)
        {
        }

        var found = (await Jobs.ListAsync(School, target.Source, Officer, CancellationToken.None)).Single(one => one.Id == job);
        Assert.True(found.State == JobState.Done, $"{found.State}: {found.Error}");
        return found.Result!.Value;
    }

    private protected async Task<Guid> ApplyAsync(SourceKey target, string mapping)
    {
        var mappings = new SourceMappings(Installation[DatabaseRole.Setup], TimeProvider.System);
        var version = await mappings.StoreAsync(target, Encoding.UTF8.GetBytes(mapping), "", Officer, CancellationToken.None);
        return await mappings.ApplyAsync(target, version, from: null, to: null, Officer, CancellationToken.None);
    }

    private protected StreamContexts Contexts()
    {
        var database = Installation[DatabaseRole.Process];
        return new StreamContexts(
            database, new PeopleDirectory(database, Installation.Seals, TimeProvider.System), new SchoolRuleDirectory(database, TimeProvider.System), Installation.Seals, Repository.Rules,
            TimeProvider.System, NullLogger<StreamContexts>.Instance);
    }

    /// <summary>A replay whose steps are taken one by one.</summary>
    private protected async Task<SteppedReplay> BeginReplayAsync(SourceKey target, string mapping)
    {
        await ApplyAsync(target, mapping);
        var (ledger, worker) = (Ledger, Guid.NewGuid());
        var job = new SourceJobContext((await ledger.ClaimAsync(worker, [JobKind.Replay], CancellationToken.None))!, worker, ledger);
        var database = Installation[DatabaseRole.Process];
        var ranges = await new ReplayRanges(database).KeptAsync(job, CancellationToken.None);
        return new SteppedReplay(
            job, ranges.Single(), Contexts(), new ReplayReader(database, new SegmentReader(database, new DataKeyRing(database, Installation.Master)), new ProcessingOptions(), NullLogger.Instance),
            new ReplayWriter(database, Repository.Rules.RuleSet, new PolicyDirectory(Repository.Rules.BankHolidays, NullLogger.Instance)));
    }

    private protected sealed class SteppedReplay(SourceJobContext job, ReplayRange range, StreamContexts contexts, ReplayReader reader, ReplayWriter writer)
    {
        private StreamContext _context = null!;

        public async Task<ReplayChunk> ReadAsync()
        {
            _context = await contexts.OfAsync(range.Target, job.Job.MappingVersion, CancellationToken.None);
            return await reader.ReadAsync(range, alone: false, CancellationToken.None);
        }

        public Task<ReplayedChunk> WriteAsync(ReplayChunk chunk) =>
            writer.WriteAsync(job, chunk, new ReplayPlanner(new Stages(Repository.Rules, NullLogger.Instance), mostEvents: 1000), _context, new ReplayTally(), CancellationToken.None);
    }
}
