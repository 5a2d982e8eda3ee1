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

          --words FILE     lists instead what each of these texts, one a line, is read as and found to be
          --ordinary FILE  lists instead which of these words of a dictionary belong into "ordinary" of the packs: taken for a slip of another or for
                           words written backwards, or found to be something only as several words
        """;

    private const double Bar = 0.95;

    public static int Run(string[] args)
    {
        if (args is ["--words", var words])
        {
            return ListTaken(File.ReadLines(words), taken: false);
        }

        if (args is ["--ordinary", var dictionary])
        {
            return ListTaken(File.ReadLines(dictionary), taken: true);
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

    private static int ListTaken(IEnumerable<string> words, bool taken)
    {
        var rules = Repository.Rules.RuleSet;
        var lexicon = rules.Rules.Phrases.Lexicon;
        var (assessor, tokens) = (new Assessor(rules), new TokenBuffer(lexicon));
        foreach (var word in words)
        {
            tokens.Read(Encoding.UTF8.GetBytes(word));
            var read = string.Join(' ', tokens.Tokens.ToArray().Select(token => Encoding.UTF8.GetString(token.Word == 0 ? tokens.FoldedOf(token) : lexicon.Word(token.Word))));
            var found = EvasionRun.Assess(assessor, word);
            if (!taken)
            {
                Console.WriteLine($"{word}\t{read}\t{Words.Of(found.Severity)}\t{found.Theme}\t{found.Reasons.Select(reason => reason.Rule).FirstOrDefault()}");
            }
            else if (read != word && (!read.Contains(' ', StringComparison.Ordinal) || read.StartsWith(Lexicon.Backwards, StringComparison.Ordinal) || found.Severity > Severity.None))
            {
                Console.WriteLine(word);
            }
        }

        return 0;
    }
}
