using System.Globalization;
using System.Text.Json.Nodes;

namespace OnlineSafety.Monitoring.Normalization.Suggestion.Recognition;

/// <summary>Actions that are said in other ways than by a word: <c>blocked=yes</c>, an HTTP status, a mark in a longer text.</summary>
internal sealed class ActionRecogniser : IRecogniser
{
    private const double ByFlag = 0.85;
    private const double ByStatus = 0.6;
    private const double ByMark = 0.65;
    private const double LeastShare = 0.9;
    private const double LeastMarked = 0.3;

    public IEnumerable<Claim> Look(Column column, Sample sample)
    {
        var vocabulary = sample.Vocabulary;
        if (vocabulary.FlagWords(column.Name) is { } flags
            && column.Share(value => flags.Any(word => word.Key.Equals(value, StringComparison.OrdinalIgnoreCase))) >= LeastShare)
        {
            var words = flags.Where(word => column.Distinct.Contains(word.Key, StringComparer.OrdinalIgnoreCase)).ToList();
            yield return new Claim(column, Meaning.Action, ByFlag, "yes or no under a name that says what was done") { Recipe = Map(column, words) };
        }

        if (vocabulary.IsStatusName(column.Name) && column.Share(IsStatus) >= LeastShare)
        {
            yield return new Claim(column, Meaning.Action, ByStatus, "HTTP status codes: 403 is read as blocked, for want of a word") { Recipe = OfStatus(column, vocabulary) };
        }

        var marks = vocabulary.Marks.Where(mark => column.Distinct.Any(value => WordList.Matches(mark.Key, value))).ToList();
        if (marks.Count > 0 && column.Share(value => value.Contains(' ')) >= LeastMarked
            && column.Share(value => marks.Any(mark => WordList.Matches(mark.Key, value))) is var share and >= LeastMarked)
        {
            yield return new Claim(column, Meaning.Action, ByMark, $"{Say.Of(share, column)} hold a sign of what was done ({string.Join(", ", marks.Select(mark => mark.Key))})")
            {
                Recipe = Map(column, marks),
                Shares = true,
            };
        }
    }

    private static bool IsStatus(string value) =>
        value.Length == 3 && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code is >= 100 and < 600;

    private static JsonObject Map(Column column, List<KeyValuePair<string, System.Text.Json.JsonElement>> words)
    {
        var map = new JsonObject();
        foreach (var (word, ours) in words)
        {
            map[word] = JsonValue.Create(ours);
        }

        return new JsonObject { ["from"] = column.Name.Name, ["map"] = map };
    }

    private static JsonObject OfStatus(Column column, Vocabulary vocabulary) => new()
    {
        ["from"] = column.Name.Name,
        ["rules"] = new JsonArray([.. vocabulary.StatusRules.Select(rule => new JsonObject
        {
            ["when"] = new JsonArray(new JsonObject { ["field"] = column.Name.Name, ["between"] = new JsonArray(rule.From, rule.To) }),
            ["is"] = rule.Is,
        })]),
    };
}
