using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Normalization.Suggestion;
using OnlineSafety.Monitoring.Processing.Replay;

namespace OnlineSafety.Monitoring.Processing.Jobs;

/// <summary>Proposes a mapping for a source from a sample of what it sent. Reads only; the result names fields and forms, and no value of a record.</summary>
internal sealed class SuggestJob(
    [FromKeyedServices(DatabaseRole.Process)] Database database, MasterKeys masters, StreamContexts contexts, Rules rules) : ISourceJob
{
    /// <summary>Places in the log, of which the first is its beginning, where records are taken from when there are more than a sample takes.</summary>
    private const int Places = 20;

    private const int BytesAPlace = 4 * 1024 * 1024;

    public string Kind => JobKind.Suggest;

    public async Task<JsonElement> RunAsync(SourceJobContext context, CancellationToken cancellationToken)
    {
        var job = context.Job;
        var source = await contexts.OfAsync(job.Target, job.MappingVersion, cancellationToken);
        var ranges = await new ReplayRanges(database).FindAsync(job, cancellationToken);
        var total = ranges.Sum(range => range.Left);
        if (total == 0)
        {
            throw new JobRefusedException("The source has sent nothing yet, or nothing that was looked at. Send a few records, wait some seconds, and ask again.");
        }

        var wanted = Math.Min(total, Suggester.MostRecords);
        var sample = new List<RawRecord>();
        await context.ProgressAsync(0, wanted, cancellationToken);
        var reader = new SegmentReader(database, new DataKeyRing(database, masters));
        foreach (var place in Spread(ranges, total))
        {
            await TakeAsync(reader, place, sample, cancellationToken);
            await context.ProgressAsync(sample.Count, Math.Max(wanted, sample.Count), cancellationToken);
        }

        if (sample.Count == 0)
        {
            throw new JobRefusedException("What the source sent can no longer be opened: its keys are gone, or it is damaged. Run 'onlinesafety verify'.");
        }

        var suggestion = new Suggester(rules.Mappings, rules.Vocabulary).Suggest(source.Product, sample, source.TimeZone);
        return JsonSerializer.SerializeToElement(suggestion, Proposal.Json);
    }

    /// <summary>All there is when that is little; else as many from each of several places, from the first byte to the last.</summary>
    internal static IEnumerable<(ReplayRange Range, long First, long Count)> Spread(List<ReplayRange> ranges, long total)
    {
        if (total <= Suggester.MostRecords)
        {
            foreach (var range in ranges)
            {
                yield return (range, range.Next, range.Left);
            }

            yield break;
        }

        for (var place = 0; place < Places; place++)
        {
            var at = total * place / Places;
            foreach (var range in ranges)
            {
                if (at < range.Left)
                {
                    yield return (range, range.Next + at, Math.Min(Suggester.MostRecords / Places, range.Left - at));
                    break;
                }

                at -= range.Left;
            }
        }
    }

    private static async Task TakeAsync(SegmentReader reader, (ReplayRange Range, long First, long Count) place, List<RawRecord> sample, CancellationToken cancellationToken)
    {
        var (range, next, count) = place;
        var end = next + count;
        while (next < end && sample.Count < Suggester.MostRecords)
        {
            var stored = await reader.ReadAsync(range.Target.School, range.Stream, range.Day, next, limit: 8, BytesAPlace, cancellationToken);
            var before = next;
            foreach (var segment in stored.Where(segment => segment.Header.First < end))
            {
                using var opened = await reader.OpenAsync(segment, cancellationToken);
                Copy(opened, next, end, sample);
                next = segment.Header.Last + 1;
            }

            if (next == before)
            {
                return;
            }
        }
    }

    // Copied: the records of a segment are valid only while it is open.
    private static void Copy(OpenedSegment segment, long from, long end, List<RawRecord> sample)
    {
        for (var i = (int)Math.Max(0, from - segment.Header.First); i < segment.Records.Count && segment.Header.First + i < end && sample.Count < Suggester.MostRecords; i++)
        {
            var record = segment.Records[i];
            sample.Add(record with { Payload = record.Payload.ToArray() });
        }
    }
}
