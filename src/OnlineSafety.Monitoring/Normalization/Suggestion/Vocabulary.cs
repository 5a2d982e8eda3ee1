using System.Text.Json;
using System.Text.Json.Serialization;

namespace OnlineSafety.Monitoring.Normalization.Suggestion;

/// <summary>What exports call things and which words they use: schemas/suggest.json, with the category names that all packs know.</summary>
internal sealed class Vocabulary
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
    };

    private readonly VocabularyFile _file;
    private readonly HashSet<string> _categories;
    private readonly HashSet<string> _topLevel;
    private readonly HashSet<string> _fileEndings;
    private readonly HashSet<string> _surnames;

    private Vocabulary(VocabularyFile file, IEnumerable<string> categories, IEnumerable<string> fieldNames)
    {
        _file = file;
        _categories = new(categories, StringComparer.OrdinalIgnoreCase);
        _topLevel = new(file.Hosts.TopLevel, StringComparer.OrdinalIgnoreCase);
        _fileEndings = new(file.Hosts.FileEndings, StringComparer.OrdinalIgnoreCase);
        _surnames = new(file.Surnames, StringComparer.OrdinalIgnoreCase);
        Plain = new PlainNames([.. file.FieldWords, .. file.Secrets, .. file.Names.Values.SelectMany(names => names.Names.Concat(names.Not)), .. fieldNames], file.Surnames);
        Times = new TimeFormats(file.Times);
        Words = Enum.GetValues<Meaning>()
            .Where(meaning => file.Words.ContainsKey(Meanings.FieldOf(meaning)))
            .ToDictionary(meaning => meaning, meaning => new WordList(file.Words[Meanings.FieldOf(meaning)]));
        Marks = [.. file.Marks.SelectMany(entry => entry.Value.Select(mark => KeyValuePair.Create(mark, JsonSerializer.SerializeToElement(entry.Key))))];
    }

    public TimeFormats Times { get; }

    /// <summary>Which names may be shown to whoever may not see a record.</summary>
    public PlainNames Plain { get; }

    /// <summary>Words that products use for an action, severity, kind or role, with ours.</summary>
    public IReadOnlyDictionary<Meaning, WordList> Words { get; }

    /// <summary>Signs of an action inside a longer text, with ours.</summary>
    public IReadOnlyList<KeyValuePair<string, JsonElement>> Marks { get; }

    /// <summary>What HTTP status codes say of an action, in the order in which they are asked.</summary>
    public IReadOnlyList<StatusRule> StatusRules => _file.StatusRules;

    public IReadOnlyList<string> Blanks => _file.Blanks;

    /// <param name="json">schemas/suggest.json.</param>
    /// <param name="categories">Category names that the packs know, without numbers.</param>
    /// <param name="fieldNames">Names of fields that the packs know.</param>
    /// <exception cref="JsonException">The file is not what its schema says.</exception>
    public static Vocabulary Parse(ReadOnlyMemory<byte> json, IEnumerable<string> categories, IEnumerable<string> fieldNames) =>
        new(JsonSerializer.Deserialize<VocabularyFile>(json.Span, Options) ?? throw new JsonException("suggest.json is empty"), categories, fieldNames);

    public bool IsBlank(string value) => value.Length == 0 || _file.Blanks.Contains(value, StringComparer.Ordinal);

    public bool IsCategory(string word) => _categories.Contains(word);

    public bool IsControl(string word) => _file.Control.Contains(word, StringComparer.OrdinalIgnoreCase);

    public bool IsSecret(ColumnName name) => name.Keys.Append(name.LastWord).Any(key => _file.Secrets.Contains(key, StringComparer.Ordinal));

    public bool IsSurname(string word) => _surnames.Contains(word);

    /// <summary>What products put before a line of columns.</summary>
    public IReadOnlyList<string> Prefixes => _file.Prefixes;

    public IReadOnlyList<KnownLayout> Layouts => _file.Layouts;

    public bool IsTopLevel(string label) => _topLevel.Contains(label);

    public bool IsFileEnding(string label) => _fileEndings.Contains(label);

    /// <summary>Levels that network devices give their own messages; they say nothing about a child.</summary>
    public bool AreNetworkLevels(IReadOnlyCollection<string> words) =>
        words.Count > 0
        && words.All(word => _file.NetworkLevels.Contains(word, StringComparer.OrdinalIgnoreCase))
        && words.Any(word => _file.OnlyNetworkLevels.Contains(word, StringComparer.OrdinalIgnoreCase));

    public bool IsStatusName(ColumnName name) => name.Fit(_file.Names["status"]) >= ColumnName.Exact;

    /// <summary>What yes and no mean under a name such as <c>blocked</c>; null when the name is no such question.</summary>
    public KeyValuePair<string, JsonElement>[]? FlagWords(ColumnName name)
    {
        var blocked = name.Keys.Any(key => _file.Flags.Blocked.Contains(key, StringComparer.Ordinal));
        var allowed = name.Keys.Any(key => _file.Flags.Allowed.Contains(key, StringComparer.Ordinal));
        if (blocked == allowed)
        {
            return null;
        }

        var (yes, no) = blocked ? ("blocked", "allowed") : ("allowed", "blocked");
        return
        [
            .. _file.Flags.Yes.Select(word => KeyValuePair.Create(word, JsonSerializer.SerializeToElement(yes))),
            .. _file.Flags.No.Select(word => KeyValuePair.Create(word, JsonSerializer.SerializeToElement(no))),
        ];
    }

    /// <summary>How well a name fits a meaning: 0 not at all, <see cref="ColumnName.Exact"/> it is one of its names, negative: it is the name of something else.</summary>
    public double Fit(ColumnName name, Meaning meaning) =>
        _file.Names.TryGetValue(Meanings.FieldOf(meaning), out var names) ? name.Fit(names) : 0;

    /// <summary>True when a word of the name is one of the field's names, whatever else it says.</summary>
    public bool Mentions(ColumnName name, Meaning meaning) =>
        _file.Names.TryGetValue(Meanings.FieldOf(meaning), out var names) && name.Words.Any(word => names.Names.Contains(word, StringComparer.Ordinal));

    /// <summary>True for a name that products give their fields: it may be shown, whoever sent it.</summary>
    public bool IsKnownName(ColumnName name) => _file.Names.Values.Any(names => name.Fit(names) >= ColumnName.Exact) || IsSecret(name);
}

/// <summary>The content of schemas/suggest.json, as its schema describes it.</summary>
internal sealed record VocabularyFile
{
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    public required string Version { get; init; }

    public required string Source { get; init; }

    public required string[] Blanks { get; init; }

    public required string[] Control { get; init; }

    public required string[] Secrets { get; init; }

    public required TimesEntry Times { get; init; }

    public required HostsEntry Hosts { get; init; }

    public required string[] Surnames { get; init; }

    public required string[] FieldWords { get; init; }

    public required string[] Prefixes { get; init; }

    public required KnownLayout[] Layouts { get; init; }

    public required Dictionary<string, NamesEntry> Names { get; init; }

    public required Dictionary<string, Dictionary<string, JsonElement>> Words { get; init; }

    public required Dictionary<string, string[]> Marks { get; init; }

    public required StatusRule[] StatusRules { get; init; }

    public required FlagsEntry Flags { get; init; }

    public required string[] NetworkLevels { get; init; }

    public required string[] OnlyNetworkLevels { get; init; }

    internal sealed record TimesEntry(string[] Formats, string[] Dates, string[] Joints, string[] Clocks, string[] Zones);

    internal sealed record HostsEntry(string[] TopLevel, string[] FileEndings);

    internal sealed record FlagsEntry(string[] Blocked, string[] Allowed, string[] Yes, string[] No);
}

/// <summary>A line of words whose columns are public.</summary>
/// <param name="Name">Word for the id of the mapping.</param>
/// <param name="Says">What it is.</param>
/// <param name="Layout">A layout of a mapping.</param>
internal sealed record KnownLayout(string Name, string Says, JsonElement Layout);

/// <summary>What a range of HTTP status codes says of an action.</summary>
internal sealed record StatusRule(int From, int To, string Is);

/// <summary>Names of one field.</summary>
/// <param name="Names">What it is called, in lower case without separators.</param>
/// <param name="Not">Words that make it something else: an IP address of a destination is not the client's.</param>
internal sealed record NamesEntry(string[] Names, string[] Not);

/// <summary>Words of products with ours; a star at either end stands for anything.</summary>
internal sealed class WordList(IReadOnlyDictionary<string, JsonElement> words)
{
    private readonly Dictionary<string, string> _exact = words.Keys.Where(word => !IsPattern(word)).ToDictionary(word => word, word => word, StringComparer.OrdinalIgnoreCase);
    private readonly string[] _patterns = [.. words.Keys.Where(IsPattern).OrderByDescending(word => word.Length).ThenBy(word => word, StringComparer.Ordinal)];

    /// <summary>The entry that knows the word, null when none does.</summary>
    public string? Find(string word) =>
        _exact.TryGetValue(word, out var exact) ? exact : Array.Find(_patterns, pattern => Matches(pattern, word));

    public JsonElement Ours(string entry) => words[entry];

    public static bool IsPattern(string word) => word.Length > 1 && (word[0] == '*' || word[^1] == '*');

    public static bool Matches(string pattern, string word)
    {
        var (before, after) = (pattern[0] == '*', pattern[^1] == '*');
        var core = pattern.Trim('*');
        return (before, after) switch
        {
            (true, true) => word.Contains(core, StringComparison.OrdinalIgnoreCase),
            (true, false) => word.EndsWith(core, StringComparison.OrdinalIgnoreCase),
            (false, true) => word.StartsWith(core, StringComparison.OrdinalIgnoreCase),
            _ => word.Equals(core, StringComparison.OrdinalIgnoreCase),
        };
    }
}
