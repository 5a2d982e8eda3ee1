using System.Runtime.CompilerServices;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>A phrase found in a text, by token positions; <paramref name="End"/> is the first token behind it.</summary>
internal readonly record struct PhraseHit(int Set, int Start, int End);

/// <summary>A node reached from the root by a word, with what decides whether to go there: its own signs and the words that may follow.</summary>
internal readonly record struct PhraseStart(int Node, bool Always, ulong Next);

/// <summary>A place in the graph.</summary>
/// <param name="Sets">Sets whose phrase ends here.</param>
/// <param name="Gaps">Gaps that begin here.</param>
/// <param name="Next">A bit per word number modulo 64 that may lead further: most words are turned away without a look at the table.</param>
internal readonly record struct PhraseNode(int[] Sets, (int Words, int Behind)[] Gaps, ulong Next)
{
    public bool MayFollow(int word) => (Next & (1UL << (word & 63))) != 0;
}

/// <summary>
/// All phrases of all packs in one graph over word numbers. From each known word the graph is walked as far as the text follows it, so the
/// cost depends on the text and the overlap of phrases in it, not on how many phrases there are. Immutable and thread-safe.
/// </summary>
internal sealed class PhraseGraph
{
    private const int FilterBits = 4; // for each slot of the table, of which half are empty

    private readonly Slice[] _startsOf; // by word
    private readonly PhraseStart[] _starts;
    private readonly ulong[] _gates; // by word: a bit per word number modulo 64 that may follow it in some phrase; all when a phrase may end there, or a gap begins
    private readonly PhraseNode[] _nodes;
    private readonly (ulong Key, int From, int Count)[] _steps;
    private readonly int[] _targets;
    private readonly ulong _mask;

    // Says no for certain, or perhaps, to whether a word leads on from a node: small enough to stay near the processor, which the table of all steps is not.
    private readonly ulong[] _leads;
    private readonly ulong _leadsMask;

    public PhraseGraph(PhraseGraphBuilder builder)
    {
        Lexicon = builder.Lexicon();
        Longest = builder.Longest;
        var plan = builder.Plan();
        (_startsOf, _starts) = plan.Starts();
        _gates = [.. _startsOf.Select(starts => _starts.AsSpan(starts.From, starts.Count).ToArray().Aggregate(0UL, (gate, start) => gate | (start.Always ? ulong.MaxValue : start.Next)))];
        _nodes = plan.Table();
        (_steps, _targets) = plan.Steps();
        _mask = (ulong)_steps.Length - 1;
        _leads = new ulong[Math.Max(_steps.Length / (64 / FilterBits), 1)];
        _leadsMask = (ulong)_leads.Length - 1;
        foreach (ref readonly var step in _steps.AsSpan())
        {
            if (step.Key != 0)
            {
                _leads[Spread(step.Key) & _leadsMask] |= Bits(step.Key);
            }
        }
    }

    public Lexicon Lexicon { get; }

    /// <summary>How many places there are.</summary>
    public int Nodes => _nodes.Length;

    /// <summary>Most words that a phrase spans, its gaps full.</summary>
    public int Longest { get; }

    /// <summary>
    /// Adds every phrase that starts at token <paramref name="from"/> or behind to <paramref name="hits"/>, in order of where it starts. Reads up to
    /// token <paramref name="least"/>, and on until <paramref name="most"/> hits were added.
    /// </summary>
    /// <returns>The first token at which no phrase was looked for.</returns>
    public int Find(ReadOnlySpan<Token> tokens, int from, int least, int most, List<PhraseHit> hits, PhraseMemo memo)
    {
        most += hits.Count;
        for (var i = from; i < tokens.Length; i++)
        {
            if (i >= least && hits.Count >= most)
            {
                return i;
            }

            // The word that follows turns away most starts; without one (0 stands for unknown words too) only phrases of one word are left.
            var next = i + 1 < tokens.Length ? tokens[i + 1].Word : 0;
            if (((_gates[tokens[i].Word] >> (next & 63)) & 1) == 0)
            {
                continue;
            }

            memo.Begin();
            ref readonly var starts = ref _startsOf[tokens[i].Word];
            foreach (ref readonly var start in _starts.AsSpan(starts.From, starts.Count))
            {
                if (start.Always || (next != 0 && (start.Next & (1UL << (next & 63))) != 0))
                {
                    if (tokens[i].Part)
                    {
                        Continue(tokens, start.Node, i, i + 1, hits, memo);
                    }
                    else
                    {
                        Walk(tokens, start.Node, i, i + 1, hits, memo);
                    }
                }
            }
        }

        return tokens.Length;
    }

    private void Walk(ReadOnlySpan<Token> tokens, int node, int start, int next, List<PhraseHit> hits, PhraseMemo memo)
    {
        foreach (var set in _nodes[node].Sets)
        {
            hits.Add(new PhraseHit(set, start, next));
        }

        Continue(tokens, node, start, next, hits, memo);
    }

    private void Continue(ReadOnlySpan<Token> tokens, int node, int start, int next, List<PhraseHit> hits, PhraseMemo memo)
    {
        ref readonly var at = ref _nodes[node];
        if (next < tokens.Length && tokens[next].Word is var word and not 0 && at.MayFollow(word))
        {
            foreach (var target in Targets(node, word))
            {
                Walk(tokens, target, start, next + 1, hits, memo);
            }
        }

        foreach (var (words, behind) in at.Gaps)
        {
            // The gap may be empty; it does not reach across the end of a sentence.
            ref readonly var beyond = ref _nodes[behind];
            for (int i = next, last = Math.Min(next + words, tokens.Length - 1); i <= last && !tokens[i].NewSentence; i++)
            {
                if ((beyond.Gaps.Length > 0 || (tokens[i].Word != 0 && beyond.MayFollow(tokens[i].Word))) && memo.Enter(behind, i - start))
                {
                    Continue(tokens, behind, start, i, hits, memo);
                }
            }
        }
    }

    /// <summary>Where <paramref name="word"/> leads from <paramref name="node"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<int> Targets(int node, int word)
    {
        var key = Key(node, word);
        var bits = Bits(key);
        var slot = Spread(key);
        return (_leads[slot & _leadsMask] & bits) != bits ? [] : Look(key, slot);
    }

    private ReadOnlySpan<int> Look(ulong key, ulong slot)
    {
        for (; ; slot++)
        {
            ref readonly var step = ref _steps[slot & _mask];
            if (step.Key == key)
            {
                return _targets.AsSpan(step.From, step.Count);
            }

            if (step.Key == 0)
            {
                return [];
            }
        }
    }

    public static ulong Key(int node, int word) => ((ulong)(uint)node << 32) | (uint)word;

    public static ulong Spread(ulong key) => (key * 0x9E3779B97F4A7C15) >> 20;

    // Of the bits that do not choose the place.
    private static ulong Bits(ulong key)
    {
        var hash = key * 0x9E3779B97F4A7C15;
        return (1UL << (int)(hash >> 58)) | (1UL << (int)((hash >> 52) & 63));
    }
}
