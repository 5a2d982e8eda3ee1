namespace OnlineSafety.Monitoring.Classification;

/// <summary>
/// The phrase graph with everything left out that no rule asks for as one of its groups (most phrases excuse or only tell the surroundings),
/// and with the phrases of one word laid out by word. It only notes what was seen, so that texts in which no rule can
/// apply are told from the others without collecting a single hit. Immutable and thread-safe.
/// </summary>
internal sealed class PhraseSieve
{
    private readonly PhraseGraph _graph;
    private readonly Onward[] _words;
    private readonly PhraseStart[] _starts;
    private readonly Onward[] _nodes;
    private readonly SeenBits[] _bits;
    private readonly bool[] _asked; // by word

    public PhraseSieve(PhraseGraph graph, PhraseGraphBuilder builder, RuleBits rules)
    {
        _graph = graph;
        var (bits, starts) = (new List<SeenBits>(), new List<PhraseStart>());
        var nodes = builder.Nodes();
        var leads = builder.Leading([.. nodes.Select(node => node.Sets.Any(set => rules.Of(set).Length > 0))]);
        _nodes = [.. nodes.Select((node, i) => new Onward(Put(node.Sets), builder.Towards(i, leads)))];
        _words = [.. builder.Starts().Select(Word)];
        (_starts, _bits) = ([.. starts], [.. bits]);
        _asked = [.. _words.Select(word => word.Bits.Count + word.Starts.Count > 0)];

        Slice Put(IEnumerable<int> sets)
        {
            var from = bits.Count;
            var merged = sets.SelectMany(set => rules.Of(set).ToArray()).GroupBy(b => b.At);
            bits.AddRange(merged.Select(same => new SeenBits(same.Key, same.Aggregate(0UL, (all, b) => all | b.Bits))));
            return new Slice(from, bits.Count - from);
        }

        Onward Word(PhraseStart[] all)
        {
            var from = starts.Count;
            foreach (var start in all)
            {
                var onward = builder.Towards(start.Node, leads);
                if (onward.Gaps || onward.Next != 0)
                {
                    starts.Add(new PhraseStart(start.Node, onward.Gaps, onward.Next));
                }
            }

            return new Onward(Put(all.SelectMany(start => nodes[start.Node].Sets).Distinct()), default) { Starts = new Slice(from, starts.Count - from) };
        }
    }

    /// <summary>Notes in <paramref name="seen"/> what stands in <paramref name="tokens"/>.</summary>
    public void Note(ReadOnlySpan<Token> tokens, Span<ulong> seen)
    {
        for (var i = 0; i < tokens.Length; i++)
        {
            // Words that no rule asks for, alone or as the beginning of a phrase, are the most.
            if (!_asked[tokens[i].Word])
            {
                continue;
            }

            ref readonly var word = ref _words[tokens[i].Word];
            if (!tokens[i].Part)
            {
                RuleBits.Add(_bits.AsSpan(word.Bits.From, word.Bits.Count), seen);
            }

            var next = i + 1 < tokens.Length ? tokens[i + 1].Word : 0;
            foreach (ref readonly var start in _starts.AsSpan(word.Starts.From, word.Starts.Count))
            {
                if (start.Always || (next != 0 && (start.Next & (1UL << (next & 63))) != 0))
                {
                    Follow(tokens, start.Node, i + 1, seen);
                }
            }
        }
    }

    private void Follow(ReadOnlySpan<Token> tokens, int node, int next, Span<ulong> seen)
    {
        ref readonly var at = ref _nodes[node];
        if (next < tokens.Length && tokens[next].Word is var word and not 0 && (at.Towards.Next & (1UL << (word & 63))) != 0)
        {
            foreach (var target in _graph.Targets(node, word))
            {
                ref readonly var reached = ref _nodes[target];
                RuleBits.Add(_bits.AsSpan(reached.Bits.From, reached.Bits.Count), seen);
                if (reached.Towards.Gaps || reached.Towards.Next != 0)
                {
                    Follow(tokens, target, next + 1, seen);
                }
            }
        }

        if (!at.Towards.Gaps)
        {
            return;
        }

        foreach (var (words, behind) in _graph.Gaps(node))
        {
            for (int i = next, last = Math.Min(next + words, tokens.Length - 1); i <= last && !tokens[i].NewSentence; i++)
            {
                Follow(tokens, behind, i, seen);
            }
        }
    }

    private readonly record struct Slice(int From, int Count);

    private readonly record struct Onward(Slice Bits, PhraseTowards Towards)
    {
        public Slice Starts { get; init; }
    }
}
