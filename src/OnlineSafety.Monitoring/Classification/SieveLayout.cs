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

    /// <summary>A bit per number modulo 64 of these gaps.</summary>
    public ulong AwaitedGaps { get; init; }
}

/// <summary>A word behind a gap leads to a node.</summary>
internal readonly record struct Awaited(int Gap, int Target);

/// <summary>Lays out the tables of a <see cref="PhraseSieve"/>.</summary>
internal sealed class SieveLayout(PhrasePlan plan, bool[] leads, RuleBits rules)
{
    private readonly Dictionary<(int Behind, int Words), int> _gaps = [];
    private readonly List<int>?[] _into = new List<int>?[plan.Nodes]; // by the node behind them
    private readonly List<int> _reach = [];
    private readonly List<SeenBits> _bits = [];
    private readonly List<PhraseStart> _starts = [];
    private readonly List<int> _opens = [];
    private readonly List<Awaited> _awaited = [];

    // What one node or word adds, put together; empty between two of them.
    private readonly ulong[] _seen = new ulong[rules.Length];
    private readonly List<int> _seenAt = [];
    private readonly Dictionary<int, int> _furthest = []; // most words that may be skipped, by the node behind the gap

    /// <summary>What follows from having come to a node, where phrases of its sets end.</summary>
    public Onward LayNode(int node)
    {
        AddSets(node);
        AddGaps(node, 0);
        return Laid(plan.Towards(node, leads));
    }

    /// <summary>What follows from a word, alone, as the beginning of phrases or behind gaps; all nodes are laid before.</summary>
    /// <param name="all">The nodes that it leads to.</param>
    /// <param name="awaiting">The nodes at which it is waited for.</param>
    public Onward LayWord(ReadOnlySpan<PhraseStart> all, ReadOnlySpan<(int Node, int Target)> awaiting)
    {
        var (starts, waits) = (_starts.Count, _awaited.Count);
        foreach (ref readonly var start in all)
        {
            AddSets(start.Node);
            AddGaps(start.Node, 0);
            if (plan.Towards(start.Node, leads) is var next and not 0)
            {
                _starts.Add(start with { Next = next });
            }
        }

        var gaps = 0UL;
        foreach (var (node, target) in awaiting)
        {
            if (!leads[target] || _into[node] is not { } into)
            {
                continue;
            }

            foreach (var gap in into)
            {
                _awaited.Add(new Awaited(gap, target));
                gaps |= 1UL << (gap & 63);
            }
        }

        return Laid(next: 0) with { Starts = new Slice(starts, _starts.Count - starts), Awaited = new Slice(waits, _awaited.Count - waits), AwaitedGaps = gaps };
    }

    /// <summary>A bit per word number modulo 64 that may follow in one of the phrases that begin so.</summary>
    public ulong MayFollow(Slice starts)
    {
        var next = 0UL;
        for (var i = 0; i < starts.Count; i++)
        {
            next |= _starts[starts.From + i].Next;
        }

        return next;
    }

    public (PhraseStart[] Starts, SeenBits[] Bits, int[] Opens, Awaited[] Awaited, int[] Reach) Tables() =>
        ([.. _starts], [.. _bits], [.. _opens], [.. _awaited], [.. _reach]);

    private void AddSets(int node)
    {
        foreach (var set in plan.SetsOf(node))
        {
            foreach (var more in rules.Of(set))
            {
                if (_seen[more.At] == 0)
                {
                    _seenAt.Add(more.At);
                }

                _seen[more.At] |= more.Bits;
            }
        }
    }

    // A gap may begin where another ends, with nothing between that must be there: then both together may be skipped.
    private void AddGaps(int node, int skipped)
    {
        foreach (var (words, behind) in plan.GapsOf(node))
        {
            if (leads[behind])
            {
                _furthest[behind] = Math.Max(_furthest.GetValueOrDefault(behind), skipped + words);
                AddGaps(behind, skipped + words);
            }
        }
    }

    private Onward Laid(ulong next)
    {
        var (bits, opens, furthest) = (_bits.Count, _opens.Count, 0);
        foreach (var at in _seenAt)
        {
            _bits.Add(new SeenBits(at, _seen[at]));
            _seen[at] = 0;
        }

        foreach (var (behind, words) in _furthest)
        {
            _opens.Add(Number(behind, words));
            furthest = Math.Max(furthest, words);
        }

        _seenAt.Clear();
        _furthest.Clear();
        return new Onward(new Slice(bits, _bits.Count - bits), next, new Slice(opens, _opens.Count - opens), furthest);
    }

    private int Number(int behind, int words)
    {
        if (!_gaps.TryGetValue((behind, words), out var number))
        {
            _gaps[(behind, words)] = number = _gaps.Count;
            _reach.Add(words);
            (_into[behind] ??= []).Add(number);
        }

        return number;
    }
}
