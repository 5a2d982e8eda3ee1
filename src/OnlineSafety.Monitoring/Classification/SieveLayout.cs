namespace OnlineSafety.Monitoring.Classification;

/// <summary>A stretch of a table.</summary>
internal readonly record struct Slice(int From, int Count);

/// <summary>What follows from having come to a word or node.</summary>
/// <param name="Bits">What is seen.</param>
/// <param name="Next">A bit per word number modulo 64 that may follow at once.</param>
/// <param name="Opens">Gaps that begin here.</param>
/// <param name="Furthest">Most words that one of these may skip.</param>
internal readonly record struct Onward(Slice Bits, ulong Next, Slice Opens, int Furthest)
{
    /// <summary>Of a word: nodes that it leads to.</summary>
    public Slice Starts { get; init; }

    /// <summary>Of a word: the gaps behind which it is waited for.</summary>
    public Slice Awaited { get; init; }
}

/// <summary>A word behind a gap leads to a node.</summary>
internal readonly record struct Awaited(int Gap, int Target);

/// <summary>Lays out the tables of a <see cref="PhraseSieve"/>.</summary>
internal sealed class SieveLayout
{
    private readonly PhraseNode[] _nodes;
    private readonly bool[] _leads;
    private readonly RuleBits _rules;
    private readonly Dictionary<(int Behind, int Words), int> _gaps = [];
    private readonly Dictionary<int, List<int>> _into = [];
    private readonly List<SeenBits> _bits = [];
    private readonly List<PhraseStart> _starts = [];
    private readonly List<int> _opens = [];
    private readonly List<Awaited> _awaited = [];

    public SieveLayout(PhraseNode[] nodes, bool[] leads, RuleBits rules)
    {
        (_nodes, _leads, _rules) = (nodes, leads, rules);
    }

    /// <summary>The gaps that end before a node.</summary>
    public IReadOnlyList<int> GapsInto(int node) => _into.GetValueOrDefault(node, []);

    /// <summary>What follows from having come to <paramref name="at"/>, where phrases of <paramref name="sets"/> end.</summary>
    public Onward Lay(IEnumerable<int> sets, IReadOnlyList<int> at, ulong next)
    {
        var gaps = at.SelectMany(GapsFrom).GroupBy(gap => gap.Behind, gap => gap.Words).Select(same => (Behind: same.Key, Words: same.Max())).ToList();
        var (bits, opens) = (_bits.Count, _opens.Count);
        var merged = sets.SelectMany(set => _rules.Of(set).ToArray()).GroupBy(b => b.At);
        _bits.AddRange(merged.Select(same => new SeenBits(same.Key, same.Aggregate(0UL, (all, b) => all | b.Bits))));
        _opens.AddRange(gaps.Select(gap => Number(gap.Behind, gap.Words)));
        return new Onward(new Slice(bits, _bits.Count - bits), next, new Slice(opens, gaps.Count), gaps.Select(gap => gap.Words).DefaultIfEmpty().Max());
    }

    /// <summary>What follows from a word, alone, as the beginning of phrases or behind gaps; all nodes are laid before.</summary>
    public Onward LayWord(PhraseStart[] all, IEnumerable<Awaited> awaited, PhraseGraphBuilder builder, bool[] leads)
    {
        var word = Lay(all.SelectMany(start => _nodes[start.Node].Sets).Distinct(), [.. all.Select(start => start.Node)], 0);
        var (starts, waits) = (_starts.Count, _awaited.Count);
        _starts.AddRange(all.Select(start => start with { Next = builder.Towards(start.Node, leads).Next }).Where(start => start.Next != 0));
        _awaited.AddRange(awaited);
        return word with { Starts = new Slice(starts, _starts.Count - starts), Awaited = new Slice(waits, _awaited.Count - waits) };
    }

    public (PhraseStart[] Starts, SeenBits[] Bits, int[] Opens, Awaited[] Awaited, int[] Reach) Tables() =>
        ([.. _starts], [.. _bits], [.. _opens], [.. _awaited], [.. _gaps.Keys.Select(gap => gap.Words)]);

    // A gap may begin where another ends, with nothing between that must be there: then both together may be skipped.
    private IEnumerable<(int Behind, int Words)> GapsFrom(int node)
    {
        foreach (var (words, behind) in _nodes[node].Gaps)
        {
            if (_leads[behind])
            {
                yield return (behind, words);
                foreach (var (further, more) in GapsFrom(behind))
                {
                    yield return (further, words + more);
                }
            }
        }
    }

    private int Number(int behind, int words)
    {
        if (!_gaps.TryGetValue((behind, words), out var number))
        {
            _gaps[(behind, words)] = number = _gaps.Count;
            (_into.TryGetValue(behind, out var into) ? into : _into[behind] = []).Add(number);
        }

        return number;
    }
}
