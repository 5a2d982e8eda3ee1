using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Processing.Jobs;

namespace OnlineSafety.Monitoring.Processing.Replay;

/// <summary>
/// Says what a replay by a mapping would change: the same chunks, stages and decisions, and nothing written or locked. What it says of a pattern that spans
/// chunks may differ by a little, because Correlate is shown what is recorded now.
/// </summary>
internal sealed class PreviewJob(
    [FromKeyedServices(DatabaseRole.Process)] Database database,
    MasterKeys masters,
    StreamContexts contexts,
    Rules rules,
    IOptions<ProcessingOptions> options,
    TimeProvider time,
    ILogger<PreviewJob> logger) : ISourceJob
{
    /// <summary>Alerts remembered, so that later events join them; beyond that each person's next chunk counts as an alert of its own.</summary>
    private const int MostImagined = 10_000;

    private static readonly Actor Actor = Actor.Service("preview");

    public string Kind => JobKind.Preview;

    public async Task<JsonElement> RunAsync(SourceJobContext context, CancellationToken cancellationToken)
    {
        await contexts.WaitUntilSealedAsync(context.Job.Target.School, cancellationToken);
        var job = context.Job;
        var reader = new ReplayReader(database, new SegmentReader(database, new DataKeyRing(database, masters)), options.Value, logger);
        var fields = new LeftOverFields(rules.Vocabulary.Plain);
        var planner = new ReplayPlanner(new Stages(rules, logger) { LeftOver = fields }, options.Value.ChunkEvents);
        var source = await contexts.OfAsync(job.Target, job.MappingVersion, cancellationToken);
        var ranges = await new ReplayRanges(database).FindAsync(job, cancellationToken);
        var (tally, imagined) = (new ReplayTally(), new List<Alert>());
        var now = await contexts.NowAsync(job.Target, cancellationToken);
        var (before, after) = (Counting(now), Counting(source));
        var (done, total) = (0L, ranges.Sum(range => range.Left));
        await context.ProgressAsync(done, total, cancellationToken);
        foreach (var found in ranges)
        {
            for (var range = found; range.Next <= range.Last;)
            {
                using var chunk = await reader.ReadAsync(range, alone: false, cancellationToken);
                before.Read(chunk);
                after.Read(chunk);
                await PreviewAsync(chunk, planner, source, tally, imagined, cancellationToken);
                range = range with { Next = chunk.Last + 1 };
                done += chunk.Records;
                await context.ProgressAsync(done, total, cancellationToken);
            }
        }

        return tally.ToJson(fields.Names, new MappingComparison(now.MappingVersion, now.Capture, now.Capture ? null : before.Result, after.Result));
    }

    private ReadingCounts Counting(StreamContext context) => new(rules.Mappings, context.Pack, context.TimeZone, context.Categories);

    private async Task PreviewAsync(
        ReplayChunk chunk, ReplayPlanner planner, StreamContext source, ReplayTally tally, List<Alert> imagined, CancellationToken cancellationToken)
    {
        tally[chunk.IsReadable ? Tallied.Records : Tallied.NotRead] += chunk.Records;
        if (!chunk.IsReadable)
        {
            return;
        }

        tally[Tallied.EventsBefore] += chunk.Old.Count;
        // Never committed: there is nothing to commit.
        await using var session = await database.OpenAsync(source.Target.School, Actor, cancellationToken);
        (await ReplayChanges.ReadAsync(session, chunk, cancellationToken)).Tally(tally);
        foreach (var plan in planner.Plans(chunk, source))
        {
            await ReplayHistory.CorrelateAsync(session, source.Target.School, chunk.Range.Stream, plan, rules.RuleSet, cancellationToken);
            var alerts = new ReplayAlerts(session, source, time.GetUtcNow(), imagined);
            await alerts.DecideAsync(plan, chunk.Range.Stream, planner.Heirs, planner.Kept, cancellationToken);
            ReplayWriter.Count(tally, plan, planner, alerts);
            imagined.AddRange(alerts.Writer.Raised.Take(Math.Max(0, MostImagined - imagined.Count)));
        }
    }
}
