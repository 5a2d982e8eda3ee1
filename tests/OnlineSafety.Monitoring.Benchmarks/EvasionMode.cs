using System.Text;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.TestKit;
using OnlineSafety.Monitoring.TestKit.Evasion;

namespace OnlineSafety.Monitoring.Benchmarks;

/// <summary>How many grave terms are still found when they are disguised: a table on standard error, the figures as JSON.</summary>
internal static class EvasionMode
{
    public const string Help = """
          evasion      grave terms in every disguise, classified as the plain term or not

          --words FILE  lists instead what each of these texts, one a line, is read as and found to be (what belongs into "ordinary" of the packs)
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
            Missed = group.Where(result => !result.Same).Select(result => new { result.Term, result.Written, Severity = Words.Of(result.Found.Severity) }).ToArray(),
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
        var rules = Repository.Rules.RuleSet;
        var lexicon = rules.Rules.Phrases.Lexicon;
        var (assessor, tokens) = (new Assessor(rules), new TokenBuffer(lexicon));
        foreach (var word in words)
        {
            tokens.Read(Encoding.UTF8.GetBytes(word));
            var read = tokens.Tokens.ToArray().Select(token => token.Word == 0 ? Encoding.UTF8.GetString(tokens.FoldedOf(token)) : Encoding.UTF8.GetString(lexicon.Word(token.Word)));
            var found = EvasionRun.Assess(assessor, word);
            Console.WriteLine($"{word}\t{string.Join(' ', read)}\t{Words.Of(found.Severity)}\t{found.Theme}\t{found.Reasons.Select(reason => reason.Rule).FirstOrDefault()}");
        }

        return 0;
    }
}
