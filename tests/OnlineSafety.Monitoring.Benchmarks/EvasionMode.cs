using OnlineSafety.Monitoring.TestKit;
using OnlineSafety.Monitoring.TestKit.Evasion;

namespace OnlineSafety.Monitoring.Benchmarks;

/// <summary>How many grave terms are still found when they are disguised: a table on standard error, the figures as JSON.</summary>
internal static class EvasionMode
{
    public const string Help = """
          evasion      grave terms in every disguise, classified as the plain term or not

          --words FILE  also lists which of these ordinary words, one a line, are taken for something grave (for "ordinary" in the packs)
        """;

    private const double Bar = 0.95;

    public static int Run(string[] args)
    {
        if (args is ["--words", var file])
        {
            return ListTaken(File.ReadLines(file));
        }

        if (args.Length > 0)
        {
            Console.Error.WriteLine(Help);
            return 2;
        }

        var results = EvasionRun.Run(Repository.Rules.RuleSet);
        var byDisguise = results.GroupBy(result => result.Disguise, StringComparer.Ordinal).Select(group => new
        {
            Disguise = group.Key,
            Terms = group.Count(),
            Found = group.Count(result => result.Same),
            Missed = group.Where(result => !result.Same).Select(result => new { result.Term, result.Written, Severity = Events.Words.Of(result.Found.Severity) }).ToArray(),
        }).ToArray();
        foreach (var row in byDisguise)
        {
            Console.Error.WriteLine($"{row.Disguise,-24} {row.Found,3} of {row.Terms,3}  {string.Join(", ", row.Missed.Select(m => m.Written).Take(3))}");
        }

        var found = results.Count(result => result.Same);
        var share = Math.Round((double)found / results.Count, 4);
        Console.Error.WriteLine($"{"all",-24} {found} of {results.Count}, {share:P1}; bar {Bar:P0}");
        Results.Print(new { Terms = EvasionRun.Terms.Length, Disguises = byDisguise.Length, Cases = results.Count, Found = found, Share = share, Bar, Met = share >= Bar, ByDisguise = byDisguise });
        return share >= Bar ? 0 : 1;
    }

    private static int ListTaken(IEnumerable<string> words)
    {
        var assessor = new Classification.Assessor(Repository.Rules.RuleSet);
        foreach (var word in words)
        {
            var found = EvasionRun.Assess(assessor, word);
            if (found.Severity > Events.Severity.None)
            {
                Console.WriteLine($"{word}\t{Events.Words.Of(found.Severity)}\t{found.Theme}\t{string.Join(' ', found.Reasons.Select(reason => reason.Rule).Take(1))}");
            }
        }

        return 0;
    }
}
