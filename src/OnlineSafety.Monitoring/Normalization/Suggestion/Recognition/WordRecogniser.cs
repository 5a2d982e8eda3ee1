using System.Text.Json.Nodes;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization.Suggestion.Recognition;

/// <summary>Actions, severities, kinds and roles: a few words, most of which products are known to use.</summary>
internal sealed class WordRecogniser(Meaning meaning) : IRecogniser
{
    private const double LeastKnown = 0.5;
    private const double MostKnown = 0.6;
    private const double AllKnown = 0.9;

    public IEnumerable<Claim> Look(Column column, Sample sample)
    {
        var words = sample.Vocabulary.Words[meaning];
        // The longer pattern first, as a mapping tries them in order: tcp_denied* before tcp_*.
        var entries = column.Distinct.Select(words.Find).OfType<string>().Distinct(StringComparer.Ordinal)
            .OrderBy(WordList.IsPattern).ThenBy(entry => WordList.IsPattern(entry) ? -entry.Length : 0).ThenBy(entry => entry, StringComparer.Ordinal).ToArray();
        var fit = sample.Vocabulary.Fit(column.Name, meaning);
        if (fit < 0 || !column.HasFewWords || column.Distinct.Any(value => value.Length > 40))
        {
            yield break;
        }

        var network = meaning is Meaning.Severity or Meaning.Action && sample.Vocabulary.AreNetworkLevels(column.Distinct);
        if (network)
        {
            yield return new Claim(column, Meaning.Nothing, 0.85, "levels that network devices give their own messages: they say nothing about a child");
            yield break;
        }

        var known = column.Share(value => words.Find(value) is not null);
        if (entries.Length > 0 && known >= LeastKnown && IsEnough(known, fit, entries.Length))
        {
            yield return Known(column, words, entries, known, fit);
        }
        else if (fit >= ColumnName.Exact && meaning == Meaning.Severity && IsScale(column))
        {
            yield return Scale(column);
        }
        else if (fit >= ColumnName.Exact && meaning == Meaning.Action && column.Share(IsWord) >= AllKnown)
        {
            yield return new Claim(column, meaning, Claim.Least, $"the name says so, but none of its {Counted.Of(column.Distinct.Count, "word")} is known")
            {
                Recipe = Recipe(column, words, entries),
                Unknown = UnknownOf(column, words),
            };
        }
    }

    // Without the name one word alone is too little: "search" may be a category, and "high" a school.
    private bool IsEnough(double known, double fit, int entries) =>
        fit > 0 || (known >= AllKnown && entries > 1 && meaning != Meaning.Role) || (known >= MostKnown && meaning == Meaning.Action);

    private Claim Known(Column column, WordList words, string[] entries, double known, double fit) =>
        new(column, meaning, 0.5 + (0.3 * known) + (0.2 * fit), $"{Say.Of(known, column)} are known words ({string.Join(", ", entries.Take(6))}){Say.AndName(fit)}")
        {
            Recipe = Recipe(column, words, entries),
            Unknown = UnknownOf(column, words),
        };

    private static string[] UnknownOf(Column column, WordList words) =>
        [.. column.Counts.Where(entry => words.Find(entry.Key) is null).OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => entry.Key)];

    private static JsonObject Recipe(Column column, WordList words, string[] entries)
    {
        var map = new JsonObject();
        foreach (var entry in entries)
        {
            map[entry] = JsonValue.Create(words.Ours(entry));
        }

        return new JsonObject { ["from"] = column.Name.Name, ["map"] = map };
    }

    private static bool IsWord(string value) => value.Any(char.IsLetter) && value.Count(sign => sign == ' ') <= 2;

    private static bool IsScale(Column column) => column.Distinct.All(value => value.Length <= 3 && value.All(char.IsAsciiDigit) && int.Parse(value, System.Globalization.CultureInfo.InvariantCulture) <= 100);

    // A scale read the wrong way round would hide the worst: it is asked for.
    private static Claim Scale(Column column)
    {
        var most = column.Distinct.Max(value => int.Parse(value, System.Globalization.CultureInfo.InvariantCulture));
        var top = most <= 5 ? 5 : most <= 10 ? 10 : 100;
        return new Claim(column, Meaning.Severity, 0.7, $"whole numbers up to {Say.Number(most)}; nothing says whether the greatest is the worst")
        {
            Choices =
            [
                new Choice("--high-is-worst", $"{Say.Number(top)} is the worst", "severity", Levels(column, top, isRising: true)),
                new Choice("--low-is-worst", "the least number is the worst", "severity", Levels(column, top, isRising: false)),
            ],
        };
    }

    private static JsonObject Levels(Column column, int top, bool isRising)
    {
        var map = new JsonObject();
        foreach (var number in top <= 10 ? Enumerable.Range(0, top + 1) : column.Distinct.Select(value => int.Parse(value, System.Globalization.CultureInfo.InvariantCulture)).Order())
        {
            var share = (isRising ? number : top + (top <= 10 ? 1 : 0) - number) * 5.0 / top;
            map[Say.Number(number)] = (int)Math.Clamp(Math.Ceiling(share), 1, 5);
        }

        return new JsonObject { ["from"] = column.Name.Name, ["map"] = map };
    }
}
