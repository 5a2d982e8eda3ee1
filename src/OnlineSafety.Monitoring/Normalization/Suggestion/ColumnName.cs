namespace OnlineSafety.Monitoring.Normalization.Suggestion;

/// <summary>The name of a column, key or path, cut into words: <c>client_ip</c>, <c>clientIP</c> and <c>$.client.ip</c> say the same.</summary>
internal sealed class ColumnName
{
    /// <summary>The name is one of those that the field has.</summary>
    public const double Exact = 1;

    private const double ByLastWord = 0.8;
    private const double AnyWord = 0.5;

    private readonly string[] _words;
    private readonly string[] _last;

    /// <param name="name">As a mapping says it.</param>
    public ColumnName(string name)
    {
        Name = name;
        IsAbove = name.StartsWith('^');
        string[] steps = name.TrimStart('^', '$', '.').Split('.', StringSplitOptions.RemoveEmptyEntries);
        _words = [.. steps.SelectMany(WordsOf)];
        _last = steps.Length == 0 ? [] : [.. WordsOf(steps[^1])];
        Keys = [.. new[] { string.Concat(_last), string.Concat(_words), steps.Length < 2 ? "" : string.Concat(WordsOf(steps[^2]).Concat(_last)) }
            .Where(key => key.Length > 0).Distinct(StringComparer.Ordinal)];
    }

    public string Name { get; }

    public IReadOnlyList<string> Words => _words;

    public string LastWord => _last.Length == 0 ? "" : _last[^1];

    /// <summary>A value that stands above the record, beside the list it is in.</summary>
    public bool IsAbove { get; }

    /// <summary>The name without separators and case: its last step, the whole, and the last two steps.</summary>
    public string[] Keys { get; }

    /// <summary>How well it fits: see <see cref="Vocabulary.Fit"/>.</summary>
    public double Fit(NamesEntry entry)
    {
        if (_last.Any(word => entry.Not.Contains(word, StringComparer.Ordinal)) || Keys.Any(key => entry.Not.Contains(key, StringComparer.Ordinal)))
        {
            return -1;
        }

        if (Keys.Any(key => entry.Names.Contains(key, StringComparer.Ordinal)))
        {
            return Exact;
        }

        if (_last.Length > 0 && entry.Names.Contains(_last[^1], StringComparer.Ordinal))
        {
            return ByLastWord;
        }

        return _words.Any(word => entry.Names.Contains(word, StringComparer.Ordinal)) ? AnyWord : 0;
    }

    private static IEnumerable<string> WordsOf(string step)
    {
        var start = 0;
        for (var i = 1; i <= step.Length; i++)
        {
            if (i == step.Length || !char.IsLetterOrDigit(step[i]) || Begins(step, i))
            {
                var word = step[start..i].Trim(Separators).ToLowerInvariant();
                if (word.Length > 0)
                {
                    yield return word;
                }

                start = i;
            }
        }
    }

    private static readonly char[] Separators = [' ', '_', '-', '/', '(', ')', '[', ']', ':', '#', '?', '.', '"', '\''];

    // clientIp, and the last capital of HTTPStatus.
    private static bool Begins(string step, int at) =>
        char.IsUpper(step[at]) && (char.IsLower(step[at - 1]) || (char.IsUpper(step[at - 1]) && at + 1 < step.Length && char.IsLower(step[at + 1])));
}
