using System.Diagnostics;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Benchmarks.Matcher;

/// <summary>The whole of Assess on typed texts of 300 bytes, shipped packs and 5,000 further phrases: medians of single events.</summary>
/// <param name="Benign">Microseconds for an event without a hit.</param>
/// <param name="Hit">Microseconds for one on which something is found.</param>
/// <param name="BenignBytes">Bytes allocated by an event without a hit, on average.</param>
internal sealed record AssessFigures(double Benign, double Hit, double BenignBytes)
{
    private const int Passes = 6;
    private const int Events = 20_000;

    public static AssessFigures Measure(RuleSet rules, byte[][] lines)
    {
        var assessor = new Assessor(rules);
        var draft = new EventDraft();
        List<double> benign = [], hit = [];
        long bytes = 0;
        for (var pass = 0; pass < Passes; pass++)
        {
            (bytes, var count) = (0, 0);
            benign.Clear();
            hit.Clear();
            foreach (var line in lines.AsSpan(0, Math.Min(Events, lines.Length)))
            {
                draft.Reset();
                draft.Kind = Monitoring.Events.ActivityKind.Typed;
                draft.Set(EventField.Text, line);
                var allocated = GC.GetAllocatedBytesForCurrentThread();
                var start = Stopwatch.GetTimestamp();
                var found = assessor.Assess(draft, "smoothwall", new AssessContext(PersonRole.Pupil, "KS3"));
                var time = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
                allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
                if (found.Severity == Severity.None)
                {
                    benign.Add(time);
                    (bytes, count) = (bytes + allocated, count + 1);
                }
                else
                {
                    hit.Add(time);
                }
            }

            bytes /= Math.Max(count, 1);
            Thread.Sleep(120);
        }

        return new AssessFigures(StagesRun.Median(benign), hit.Count > 0 ? StagesRun.Median(hit) : 0, bytes);
    }
}
