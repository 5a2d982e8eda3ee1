using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Processing.Jobs;

namespace OnlineSafety.Monitoring.Processing.Replay;

/// <summary>
/// Reads again what was recorded of a source, by the mapping that it has now. Chunk by chunk, each in one transaction with its own progress: a kill between any
/// two instructions leaves whole chunks behind, and whoever takes the job up goes on after them.
/// </summary>
internal sealed class ReplayJob(
    [FromKeyedServices(DatabaseRole.Process)] Database database,
    MasterKeys masters,
    StreamContexts contexts,
    Rules rules,
    NotificationSignals notifications,
    IOptions<ProcessingOptions> options,
    TimeProvider time,
    ILogger<ReplayJob> logger) : ISourceJob
{
    /// <summary>Longest rest after a chunk.</summary>
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(1);

    private readonly ReplayRanges _ranges = new(database);
    private readonly ReplayWriter _writer = new(database, rules.RuleSet, new PolicyDirectory(rules.BankHolidays, logger));

    public string Kind => JobKind.Replay;

    public async Task<JsonElement> RunAsync(SourceJobContext context, CancellationToken cancellationToken)
    {
        await contexts.WaitUntilSealedAsync(context.Job.Target.School, cancellationToken);
        var reader = new ReplayReader(database, new SegmentReader(database, new DataKeyRing(database, masters)), options.Value, logger);
        var planner = new ReplayPlanner(new Stages(rules, logger), options.Value.ChunkEvents);
        var total = new ReplayTally();
        foreach (var kept in await _ranges.KeptAsync(context, cancellationToken))
        {
            var range = kept;
            var tally = new ReplayTally();
            tally.Add(range.Tally);
            while (range.Next <= range.Last)
            {
                var started = time.GetTimestamp();
                range = range with { Next = await ReplayAsync(context, reader, planner, range, tally, cancellationToken) };
                // As long as the chunk took: live records of the school, which wait for its locks, get half of the time at least.
                var took = time.GetElapsedTime(started);
                await Task.Delay(took < LongestRest ? took : LongestRest, time, cancellationToken);
            }

            total.Add(tally.Counts);
        }

        return total.ToJson();
    }

    /// <summary>
    /// Replays one chunk; returns where to go on. Rows that the database refuses would be refused for ever: block by block, so that no more than the block that
    /// holds them stays as it was.
    /// </summary>
    private async Task<long> ReplayAsync(
        SourceJobContext context, ReplayReader reader, ReplayPlanner planner, ReplayRange range, ReplayTally tally, CancellationToken cancellationToken)
    {
        long[] before = [.. tally.Counts];
        for (var alone = false; ;)
        {
            // Anew for each chunk: who is staff, who may be told and who was erased may change while a long replay runs.
            var source = await contexts.OfAsync(range.Target, context.Job.MappingVersion, cancellationToken);
            using var chunk = await reader.ReadAsync(range, alone, cancellationToken);
            try
            {
                var replayed = await _writer.WriteAsync(context, chunk, planner, source, tally, cancellationToken);
                if (replayed.Stale)
                {
                    // By a person who placed a hold or erased somebody: none does so for ever.
                    before.CopyTo(tally.Counts, 0);
                    continue;
                }

                Tell(range, replayed);
                return chunk.Last + 1;
            }
            catch (PostgresException e) when (IsOfTheRows(e))
            {
                before.CopyTo(tally.Counts, 0);
                if (alone)
                {
                    ProcessingLog.ReplayRefused(logger, chunk.First, chunk.Last, range.Stream);
                    await _writer.WriteAsync(context, chunk with { Segments = [] }, planner, source, tally, cancellationToken);
                    return chunk.Last + 1;
                }

                alone = true;
            }
        }
    }

    private void Tell(ReplayRange range, in ReplayedChunk replayed)
    {
        foreach (var (role, alerts) in replayed.NobodyToTell.ByRole)
        {
            ProcessingLog.NobodyToTell(logger, alerts, range.Target.School, role);
        }

        foreach (var row in replayed.Notifications)
        {
            notifications.TryWrite(row.School, row.Notification);
        }
    }

    // Classes 22, 23, 54 and P0 of Postgres: what is in the rows. Anything else says nothing of them, and the job is tried again or fails.
    private static bool IsOfTheRows(PostgresException e) => e.SqlState is ['2', '2' or '3', ..] or ['5', '4', ..] or ['P', '0', ..];
}
