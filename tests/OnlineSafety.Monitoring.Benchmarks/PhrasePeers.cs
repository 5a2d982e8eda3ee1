using System.Buffers;
using System.Text;

namespace OnlineSafety.Monitoring.Benchmarks;

/// <summary>
/// Plain matchers over the same lines: the phrases alone, without normalizing, disguises, gaps, categories or reasons. Ignoring ASCII case.
/// </summary>
internal static class PhrasePeers
{
    /// <summary>Processor microseconds a line, by matcher, and how many lines each found something in.</summary>
    public static object Measure(string[] phrases, string[] lines, int rounds)
    {
        var values = SearchValues.Create(phrases, StringComparison.OrdinalIgnoreCase);
        var automaton = new Automaton(phrases);
        byte[][] bytes = [.. lines.Select(Encoding.UTF8.GetBytes)];
        int valuesHits = 0, automatonHits = 0;
        void Values() => valuesHits = lines.Count(line => line.AsSpan().ContainsAny(values));
        void Table() => automatonHits = bytes.Count(line => automaton.Contains(line));
        for (var warm = 0; warm < 4; warm++)
        {
            Values();
            Table();
            Thread.Sleep(120);
        }

        List<double> valuesTimes = [], tableTimes = [];
        for (var round = 0; round < rounds; round++)
        {
            valuesTimes.Add(StagesRun.Time(Values, lines.Length));
            tableTimes.Add(StagesRun.Time(Table, lines.Length));
        }

        return new
        {
            SearchValues = new { Microseconds = StagesRun.Median(valuesTimes), Hits = valuesHits },
            AhoCorasick = new { Microseconds = StagesRun.Median(tableTimes), Hits = automatonHits },
        };
    }
}
