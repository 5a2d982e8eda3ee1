using System.Text;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>One place of a pattern: the words that may stand there, and how many words may come between it and the one before.</summary>
internal sealed record PatternPlace(IReadOnlyList<string> Words, int Gap);

/// <summary>A phrase as the graph takes it: a sequence of places.</summary>
internal sealed record Pattern(IReadOnlyList<PatternPlace> Places);

/// <summary>
/// Reads the phrases of a rule pack. <c>word</c>; <c>word~</c> also inflected; <c>word%</c> also misspelt; <c>(a|b c|)</c> one of these, an
/// empty one making it optional; <c>{name}</c> any of the pack's named words; <c>*3</c> up to three words of any kind (<c>*</c> alone: two).
/// The alternative spellings of the packs apply to every plain word.
/// </summary>
internal sealed class PhraseSyntax(IReadOnlyDictionary<string, string[]> words, IReadOnlyDictionary<string, string[]> spellings)
{
    private const int MostPatterns = 4096;
    private const int DeepestName = 8;
    private const int LongestGap = 8;

    /// <summary>Every pattern the phrase stands for; throws <see cref="FormatException"/> that says what is wrong.</summary>
    public IReadOnlyList<Pattern> Read(string phrase)
    {
        List<List<PatternPlace>> patterns = [[]];
        foreach (var part in Parts(phrase))
        {
            if (part[0] == '*')
            {
                var gap = part.Length == 1 ? 2 : int.TryParse(part.AsSpan(1), out var n) ? n : -1;
                if (gap is < 1 or > LongestGap)
                {
                    throw new FormatException($"'{part}' in '{phrase}': a gap is * or *1 to *{LongestGap}");
                }

                // A gap is kept as an empty place until the word after it is known.
                patterns.ForEach(p => p.Add(new PatternPlace([], gap)));
                continue;
            }

            patterns = Extend(patterns, Alternatives(part, 0), phrase);
        }

        return [.. patterns.Where(p => p.Exists(place => place.Words.Count > 0)).Select(Close)];
    }

    private static List<List<PatternPlace>> Extend(List<List<PatternPlace>> patterns, List<string[]> alternatives, string phrase)
    {
        var single = alternatives.Where(a => a.Length == 1).Select(a => a[0]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var extended = new List<List<PatternPlace>>();
        foreach (var pattern in patterns)
        {
            if (single.Length > 0)
            {
                extended.Add([.. pattern, new PatternPlace(single, 0)]);
            }

            foreach (var several in alternatives.Where(a => a.Length != 1))
            {
                extended.Add([.. pattern, .. several.Select(w => new PatternPlace([w], 0))]);
            }
        }

        return extended.Count <= MostPatterns ? extended : throw new FormatException($"'{phrase}' stands for more than {MostPatterns} patterns");
    }

    private static Pattern Close(List<PatternPlace> places)
    {
        var closed = new List<PatternPlace>();
        var gap = 0;
        foreach (var place in places)
        {
            if (place.Words.Count == 0)
            {
                gap += closed.Count > 0 ? place.Gap : 0;
                continue;
            }

            closed.Add(place with { Gap = Math.Min(gap, LongestGap) });
            gap = 0;
        }

        return new Pattern(closed);
    }

    // Splits at blanks outside brackets.
    private static IEnumerable<string> Parts(string phrase)
    {
        int depth = 0, from = 0;
        for (var i = 0; i <= phrase.Length; i++)
        {
            var c = i < phrase.Length ? phrase[i] : ' ';
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ' ' && (depth == 0 || i == phrase.Length))
            {
                if (i > from)
                {
                    yield return phrase[from..i];
                }

                from = i + 1;
            }
        }

        if (depth != 0)
        {
            throw new FormatException($"'{phrase}': brackets do not pair");
        }
    }

    private List<string[]> Alternatives(string part, int depth)
    {
        if (depth > DeepestName)
        {
            throw new FormatException($"'{part}': names refer to each other too deeply");
        }

        if (part.StartsWith('('))
        {
            return [.. part.Trim('(', ')').Split('|').SelectMany(a => Sequence(a, depth + 1))];
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
        List<string[]> sequences = [[]];
        foreach (var part in Parts(text))
        {
            var next = Alternatives(part, depth);
            sequences = [.. sequences.SelectMany(s => next.Select(n => (string[])[.. s, .. n]))];
        }

        return sequences.Count <= MostPatterns ? sequences : throw new FormatException($"'{text}' stands for more than {MostPatterns} patterns");
    }

    private IEnumerable<string[]> Forms(string part)
    {
        var bare = part.TrimEnd('~', '%');
        var marks = part[bare.Length..];
        var folded = Fold(bare);
        if (folded.Length != 1)
        {
            return folded.Length > 1 ? [folded] : throw new FormatException($"'{part}' holds no word");
        }

        IEnumerable<string> forms = folded;
        if (marks.Contains('~', StringComparison.Ordinal))
        {
            forms = forms.SelectMany(WordForms.Inflect);
        }

        if (marks.Contains('%', StringComparison.Ordinal))
        {
            forms = forms.SelectMany(WordForms.Misspell);
        }

        return forms.Distinct(StringComparer.Ordinal).SelectMany(Spelt);
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
        var buffer = new TokenBuffer(new Lexicon([]));
        buffer.Read(Encoding.UTF8.GetBytes(text));
        var folded = new string[buffer.Tokens.Length];
        for (var i = 0; i < folded.Length; i++)
        {
            folded[i] = Encoding.UTF8.GetString(buffer.FoldedOf(buffer.Tokens[i]));
        }

        return folded;
    }
}
