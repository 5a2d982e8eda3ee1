using System.Text;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>
/// One part of a phrase: the words, or sequences of words, that may stand there (an empty sequence: it may be missing), and how many
/// words may come between it and the part before.
/// </summary>
internal sealed record PhrasePart(IReadOnlyList<string[]> Alternatives, int Gap);

/// <summary>
/// Reads the phrases of a rule pack. <c>word</c>; <c>word~</c> also inflected; <c>word%</c> also with a slip of the pen; <c>words?</c> with or
/// without its last letter; <c>(a|b c|)</c> one of these, an
/// empty one making it optional; <c>{name}</c> any of the pack's named words; <c>*3</c> up to three words of any kind (<c>*</c> alone: two).
/// The alternative spellings of the packs apply to every plain word.
/// </summary>
/// <param name="words">What <c>{name}</c> stands for.</param>
/// <param name="spellings">By word: other ways to write it.</param>
/// <param name="guard">Told of every word that is marked as misspelt.</param>
internal sealed class PhraseSyntax(IReadOnlyDictionary<string, string[]> words, IReadOnlyDictionary<string, string[]> spellings, Action<string> guard)
{
    private const int MostAlternatives = 4096;
    private const int DeepestName = 8;
    private const int LongestGap = 8;

    // The same few parts ({me}, "(my|the|)") stand in hundreds of phrases: each is read once, and all of them share what it stands for.
    private readonly Dictionary<string, List<string[]>> _read = new(StringComparer.Ordinal);

    // Of these, the lists that hold the empty sequence.
    private readonly HashSet<object> _optional = new(ReferenceEqualityComparer.Instance);

    [ThreadStatic]
    private static TokenBuffer? _reader;

    /// <summary>The parts of the phrase in order; throws <see cref="FormatException"/> that says what is wrong.</summary>
    public IReadOnlyList<PhrasePart> Read(string phrase)
    {
        var parts = new List<PhrasePart>();
        var gap = 0;
        foreach (var part in Parts(phrase))
        {
            if (part[0] != '*')
            {
                parts.Add(new PhrasePart(Alternatives(part, 0), gap));
                gap = 0;
                continue;
            }

            // Words may only be skipped between words.
            gap = part.Length == 1 ? 2 : int.TryParse(part.AsSpan(1), out var words) ? words : -1;
            if (gap is < 1 or > LongestGap || parts.Count == 0)
            {
                throw new FormatException($"'{part}' in '{phrase}': a gap is * or *1 to *{LongestGap}, behind a word");
            }
        }

        return gap == 0 && parts.Exists(p => !_optional.Contains(p.Alternatives))
            ? parts
            : throw new FormatException($"'{phrase}' needs a word that must be there, and may not end in a gap");
    }

    private static IEnumerable<string> Parts(string phrase) => Split(phrase, ' ').Where(p => p.Length > 0);

    // Splits outside brackets.
    private static List<string> Split(string text, char separator)
    {
        var pieces = new List<string>();
        int depth = 0, from = 0;
        for (var i = 0; i < text.Length; i++)
        {
            depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
            if (text[i] == separator && depth == 0)
            {
                pieces.Add(text[from..i]);
                from = i + 1;
            }
        }

        pieces.Add(text[from..]);
        return depth == 0 ? pieces : throw new FormatException($"'{text}': brackets do not pair");
    }

    private List<string[]> Alternatives(string part, int depth)
    {
        if (!_read.TryGetValue(part, out var read))
        {
            _read[part] = read = ReadAlternatives(part, depth);
            if (read.Exists(words => words.Length == 0))
            {
                _optional.Add(read);
            }
        }

        return read;
    }

    private List<string[]> ReadAlternatives(string part, int depth)
    {
        if (depth > DeepestName)
        {
            throw new FormatException($"'{part}': names refer to each other too deeply");
        }

        if (part.StartsWith('('))
        {
            return part.EndsWith(')')
                ? [.. Split(part[1..^1], '|').SelectMany(a => Sequence(a, depth + 1))]
                : throw new FormatException($"'{part}': a blank must follow a bracket");
        }

        if (part.StartsWith('{'))
        {
            var name = part.Trim('{', '}');
            return words.TryGetValue(name, out var members)
                ? [.. members.SelectMany(m => Sequence(m, depth + 1))]
                : throw new FormatException($"'{part}': no words of that name");
        }

        return [.. Forms(part)];
    }

    // A member of a bracket or name may itself be several words: all combinations of theirs.
    private List<string[]> Sequence(string text, int depth)
    {
        List<string[]>? sequences = null;
        foreach (var part in Parts(text))
        {
            var next = Alternatives(part, depth);
            sequences = sequences is null ? next : [.. sequences.SelectMany(s => next.Select(n => (string[])[.. s, .. n]))];
        }

        sequences ??= [[]];
        return sequences.Count <= MostAlternatives ? sequences : throw new FormatException($"'{text}' stands for more than {MostAlternatives} sequences of words");
    }

    private IEnumerable<string[]> Forms(string part)
    {
        var bare = part.TrimEnd('~', '%', '?');
        var marks = part[bare.Length..];
        var folded = Fold(bare);
        if (folded.Length != 1)
        {
            return folded.Length > 1 ? [folded] : throw new FormatException($"'{part}' holds no word");
        }

        IEnumerable<string> forms = marks.Contains('?', StringComparison.Ordinal) ? [folded[0], folded[0][..^1]] : folded;
        if (marks.Contains('~', StringComparison.Ordinal))
        {
            forms = forms.SelectMany(WordForms.Inflect);
        }

        string[] distinct = [.. forms.Distinct(StringComparer.Ordinal)];
        if (marks.Contains('%', StringComparison.Ordinal))
        {
            Array.ForEach(distinct, guard);
        }

        return distinct.SelectMany(Spelt);
    }

    private IEnumerable<string[]> Spelt(string word)
    {
        yield return [word];
        foreach (var other in spellings.GetValueOrDefault(word, []))
        {
            yield return Fold(other);
        }
    }

    /// <summary>The text as folded words, by the very reader that later cuts the events' texts.</summary>
    public static string[] Fold(string text)
    {
        // Kept: packs hold tens of thousands of words, and the buffers are far larger than a word.
        var buffer = _reader ??= new TokenBuffer(new Lexicon([]));
        buffer.Read(Encoding.UTF8.GetBytes(text));
        var folded = new string[buffer.Tokens.Length];
        for (var i = 0; i < folded.Length; i++)
        {
            folded[i] = Encoding.UTF8.GetString(buffer.FoldedOf(buffer.Tokens[i]));
        }

        return folded;
    }
}
