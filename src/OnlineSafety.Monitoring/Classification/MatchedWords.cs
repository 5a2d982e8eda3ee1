namespace OnlineSafety.Monitoring.Classification;

/// <summary>Where phrases stand in a text in which something was found already. Reusable scratch of one worker, not thread-safe.</summary>
internal sealed class MatchedWords(CompiledRules rules)
{
    /// <summary>A text of more hits is looked at as far as these go.</summary>
    private const int MostHits = 1024;

    private readonly TokenBuffer _tokens = new(rules.Phrases.Lexicon);
    private readonly List<PhraseHit> _hits = [];
    private readonly PhraseMemo _memo = new(rules.Phrases);

    /// <summary>Finds all phrases of a text.</summary>
    public void Read(ReadOnlySpan<byte> text)
    {
        _tokens.Read(text);
        _hits.Clear();
        if (_tokens.Known > 0)
        {
            rules.Phrases.Find(_tokens.Tokens, 0, 0, MostHits, _hits, _memo);
        }
    }

    /// <summary>Adds the span, in bytes, of every phrase of these sets.</summary>
    public void AddAll(int[] sets, List<(int Start, int End)> spans)
    {
        foreach (var hit in _hits)
        {
            if (hit.End > 0 && Array.IndexOf(sets, hit.Set) >= 0)
            {
                spans.Add(_tokens.SpanOf(hit.Start, hit.End));
            }
        }
    }

    /// <summary>
    /// Adds the span, in bytes, of the longest phrase of these sets that lies inside of the match and is not the whole of it; the first of those as long.
    /// </summary>
    public void AddLongest(int[] sets, in Finding match, List<(int Start, int End)> spans)
    {
        (int Start, int End) longest = default;
        foreach (var hit in _hits)
        {
            if (hit.End == 0 || Array.IndexOf(sets, hit.Set) < 0)
            {
                continue;
            }

            var (start, end) = _tokens.SpanOf(hit.Start, hit.End);
            if (start >= match.Start && end <= match.End && end - start > longest.End - longest.Start && end - start < match.End - match.Start)
            {
                longest = (start, end);
            }
        }

        if (longest.End > 0)
        {
            spans.Add(longest);
        }
    }
}
