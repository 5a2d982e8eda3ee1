using System.Diagnostics;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Benchmarks;

/// <summary>
/// What it costs to make the rules ready, which every start and every command that reads text waits for: processor time, because the collector and the
/// just-in-time compiler work beside; and what the tables hold.
/// </summary>
internal static class CompileRun
{
    public const string Help = """
          compile      processor seconds to make mappings, packs and the learned voice ready; the first time, and when the code is warm

          --rounds N     rounds of which the median is the warm figure (default 5)
        """;

    private const double MiB = 1024 * 1024;

    public static int Run(string[] args)
    {
        if (args.Length > 0 && args is not ["--rounds", _])
        {
            Console.Error.WriteLine(Help);
            return 2;
        }

        var rounds = args is ["--rounds", var number] ? int.Parse(number) : 5;
        var first = Measure(out var rules);
        var warm = Enumerable.Range(0, rounds).Select(_ => Measure(out rules)).ToList();
        var compiled = rules.RuleSet.Rules;
        GC.Collect();
        Results.Print(new
        {
            FirstCpuSeconds = first.Cpu,
            FirstSeconds = first.Wall,
            CpuSeconds = StagesRun.Median([.. warm.Select(w => w.Cpu)]),
            Seconds = StagesRun.Median([.. warm.Select(w => w.Wall)]),
            AllocatedMiB = StagesRun.Median([.. warm.Select(w => w.Allocated)]),
            KeptMiB = Math.Round(GC.GetTotalMemory(forceFullCollection: true) / MiB, 1),
            Rules = compiled.Rules.Length,
            Sets = compiled.SetNames.Length,
            Words = compiled.Phrases.Lexicon.Count,
            Places = compiled.Phrases.Nodes,
            rules.RuleSet.Version,
        });
        return 0;
    }

    private static (double Cpu, double Wall, double Allocated) Measure(out Processing.Rules rules)
    {
        GC.Collect();
        var (cpu, allocated, started) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(), Stopwatch.GetTimestamp());
        rules = Processing.Rules.Load(Repository.Path("schemas"));
        return (
            Math.Round((Environment.CpuUsage.TotalTime - cpu).TotalSeconds, 3),
            Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 3),
            Math.Round((GC.GetTotalAllocatedBytes() - allocated) / MiB, 1));
    }
}
