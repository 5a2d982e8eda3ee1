using System.Text.Json;

namespace OnlineSafety.Monitoring.Normalization.Suggestion;

/// <summary>
/// The words that products name their fields with. A name made of these alone may be shown to whoever may not see a record; any other may be a pupil's
/// (a JSON object with a key for each, a table with a column for each) and is shown by its form.
/// </summary>
internal sealed class PlainNames
{
    private const int LongestDigits = 2;

    // Of a mapping: where names stand, and not what is looked for or said.
    private static readonly HashSet<string> Places =
        new(["columns", "ignore", "keep", "requires", "records", "loose", "from", "join", "host", "scheme", "field", "last"], StringComparer.Ordinal);

    private readonly HashSet<string> _words;

    /// <param name="words">Words of field names, in any case.</param>
    /// <param name="never">Words that are people's names too.</param>
    public PlainNames(IEnumerable<string> words, IEnumerable<string> never)
    {
        _words = new(words.SelectMany(name => new ColumnName(name) is var cut ? cut.Words.Concat(cut.Keys) : []).Select(WithoutDigits), StringComparer.Ordinal);
        _words.ExceptWith(never);
    }

    /// <summary>The names of fields in a mapping file.</summary>
    public static IEnumerable<string> In(JsonElement mapping) => mapping.ValueKind switch
    {
        JsonValueKind.Object => mapping.EnumerateObject().SelectMany(member => member.NameEquals("fields") && member.Value.ValueKind == JsonValueKind.Object
            ? member.Value.EnumerateObject().SelectMany(field => Of(field.Value))
            : Places.Contains(member.Name) ? Strings(member.Value).Concat(In(member.Value)) : In(member.Value)),
        JsonValueKind.Array => mapping.EnumerateArray().SelectMany(In),
        _ => [],
    };

    /// <summary>The names that one field of a mapping is taken from.</summary>
    public static IEnumerable<string> Of(JsonElement field) => Strings(field).Concat(In(field));

    /// <summary>True for a name that may be shown in clear.</summary>
    public bool IsPlain(string name) => StepsOf(name).All(IsPlainStep);

    /// <summary>The name with each step that may be data replaced by its form: <c>$.Aaaaa Aaaaaa.query</c>.</summary>
    public string FormOf(string name)
    {
        var start = name.Length - name.TrimStart('^', '$', '.').Length;
        return name[..start] + string.Join('.', StepsOf(name).Select(step => IsPlainStep(step) ? step : Masking.Mask(step)));
    }

    private static string[] StepsOf(string name) => name.TrimStart('^', '$', '.').Split('.');

    private bool IsPlainStep(string step)
    {
        if (!step.Any(char.IsLetterOrDigit))
        {
            return true;
        }

        var name = new ColumnName(step);
        return name.Keys.Any(key => _words.Contains(WithoutDigits(key))) || (name.Words.Count > 0 && name.Words.All(IsPlainWord));
    }

    // A number alone is an order only while it is short: a longer one may be a pupil's.
    private bool IsPlainWord(string word) => WithoutDigits(word) is var letters
        && (letters.Length == 0 ? word.Length <= LongestDigits : (letters.Length == 1 && char.IsAsciiLetter(letters[0])) || _words.Contains(letters));

    private static string WithoutDigits(string word) => word.TrimEnd([.. "0123456789"]) is var letters && word.Length - letters.Length <= LongestDigits ? letters : word;

    private static IEnumerable<string> Strings(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Strings),
        _ => [],
    };
}
