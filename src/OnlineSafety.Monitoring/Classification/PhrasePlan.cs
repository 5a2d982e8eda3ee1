using System.Numerics;
using System.Runtime.InteropServices;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>A word leads from a place to another.</summary>
internal readonly record struct PlannedEdge(int Node, int Word, int Target);

/// <summary>All phrases, laid out by place: what the tables of a <see cref="PhraseGraph"/> and its <see cref="PhraseSieve"/> are made of.</summary>
internal sealed class PhrasePlan
{
    private readonly Slice[] _edgesOf;
    private readonly (int Word, int Target)[] _edges;
    private readonly Slice[] _setsOf;
    private readonly int[] _sets;
    private readonly Slice[] _gapsOf;
    private readonly (int Words, int Behind)[] _gaps;
    private readonly ulong[] _next;
    private readonly int _words;

    /// <param name="nodes">How many places there are.</param>
    /// <param name="words">How many words there are; their numbers begin at 1.</param>
    /// <param name="edges">Each once.</param>
    /// <param name="sets">Sets whose phrase ends at a place.</param>
    /// <param name="gaps">How many words may be skipped from a place, and the place behind them.</param>
    public PhrasePlan(int nodes, int words, List<PlannedEdge> edges, List<(int Node, int Set)> sets, List<(int Node, int Words, int Behind)> gaps)
    {
        _words = words;
        (_edgesOf, _edges) = Arranged(CollectionsMarshal.AsSpan(edges), nodes, edge => edge.Node, edge => (edge.Word, edge.Target));
        (_setsOf, _sets) = Arranged(CollectionsMarshal.AsSpan(sets), nodes, set => set.Node, set => set.Set);
        (_gapsOf, _gaps) = Arranged(CollectionsMarshal.AsSpan(gaps), nodes, gap => gap.Node, gap => (gap.Words, gap.Behind));
        _next = new ulong[nodes];
        for (var node = 0; node < nodes; node++)
        {
            _setsOf[node] = Sorted(_setsOf[node]);
            foreach (var (word, _) in EdgesOf(node))
            {
                _next[node] |= Bit(word);
            }
        }
    }

    public int Nodes => _next.Length;

    /// <summary>In ascending order, each once.</summary>
    public ReadOnlySpan<int> SetsOf(int node) => _sets.AsSpan(_setsOf[node].From, _setsOf[node].Count);

    public ReadOnlySpan<(int Words, int Behind)> GapsOf(int node) => _gaps.AsSpan(_gapsOf[node].From, _gapsOf[node].Count);

    /// <summary>The bit of a word in the fields that turn most words away.</summary>
    public static ulong Bit(int word) => 1UL << (word & 63);

    public PhraseNode[] Table()
    {
        var table = new PhraseNode[Nodes];
        for (var node = 0; node < table.Length; node++)
        {
            table[node] = new PhraseNode(SetsOf(node).ToArray(), GapsOf(node).ToArray(), _next[node]);
        }

        return table;
    }

    /// <summary>By word: the places that it leads to from the root, in the order in which they were added.</summary>
    public (Slice[] Of, PhraseStart[] Starts) Starts() => Arranged(
        EdgesOf(PhraseGraphBuilder.Root), _words + 1, edge => edge.Word,
        edge => new PhraseStart(edge.Target, _setsOf[edge.Target].Count > 0 || _gapsOf[edge.Target].Count > 0, _next[edge.Target]));

    /// <summary>By word: the places at which it is waited for behind other words, and where it leads from there.</summary>
    public (Slice[] Of, (int Node, int Target)[] Awaiting) Awaiting()
    {
        var awaiting = new List<PlannedEdge>(_edges.Length);
        for (var node = PhraseGraphBuilder.Root + 1; node < Nodes; node++)
        {
            foreach (var (word, target) in EdgesOf(node))
            {
                awaiting.Add(new PlannedEdge(node, word, target));
            }
        }

        return Arranged(CollectionsMarshal.AsSpan(awaiting), _words + 1, edge => edge.Word, edge => (edge.Node, edge.Target));
    }

    /// <summary>Adds to the places of a kind all those from which one is reached.</summary>
    public bool[] Leading(bool[] kind)
    {
        bool[] leads = [.. kind];
        for (var changed = true; changed;)
        {
            changed = false;

            // Ways run to places made later, so that one pass from the end usually is enough.
            for (var node = Nodes - 1; node > PhraseGraphBuilder.Root; node--)
            {
                if (!leads[node] && LeadsOn(node, leads))
                {
                    leads[node] = changed = true;
                }
            }
        }

        return leads;
    }

    /// <summary>A bit per word number modulo 64 that leads from a place to one of a kind.</summary>
    public ulong Towards(int node, bool[] leads)
    {
        var next = 0UL;
        foreach (var (word, target) in EdgesOf(node))
        {
            next |= leads[target] ? Bit(word) : 0;
        }

        return next;
    }

    /// <summary>A table by place and word: where the word leads from there.</summary>
    public ((ulong Key, int From, int Count)[] Steps, int[] Targets) Steps()
    {
        var ways = new List<(ulong Key, int From, int Count)>(_edges.Length);
        var targets = new int[_edges.Length];
        var (used, wayOf) = (0, new int[_words + 1]);
        for (var node = PhraseGraphBuilder.Root + 1; node < Nodes; node++)
        {
            var first = ways.Count;
            foreach (var (word, _) in EdgesOf(node))
            {
                ref var way = ref wayOf[word];
                if (way <= first)
                {
                    ways.Add((PhraseGraph.Key(node, word), 0, 0));
                    way = ways.Count;
                }

                CollectionsMarshal.AsSpan(ways)[way - 1].Count++;
            }

            foreach (ref var way in CollectionsMarshal.AsSpan(ways)[first..])
            {
                (way.From, used, way.Count) = (used, used + way.Count, 0);
            }

            foreach (var (word, target) in EdgesOf(node))
            {
                ref var way = ref CollectionsMarshal.AsSpan(ways)[wayOf[word] - 1];
                targets[way.From + way.Count++] = target;
            }
        }

        return (Hashed(ways), targets.AsSpan(0, used).ToArray());
    }

    private static (ulong Key, int From, int Count)[] Hashed(List<(ulong Key, int From, int Count)> ways)
    {
        var steps = new (ulong Key, int From, int Count)[BitOperations.RoundUpToPowerOf2((uint)((ways.Count * 2) + 2))];
        var mask = (ulong)steps.Length - 1;
        foreach (var way in ways)
        {
            var slot = PhraseGraph.Spread(way.Key);
            while (steps[slot & mask].Key != 0)
            {
                slot++;
            }

            steps[slot & mask] = way;
        }

        return steps;
    }

    private ReadOnlySpan<(int Word, int Target)> EdgesOf(int node) => _edges.AsSpan(_edgesOf[node].From, _edgesOf[node].Count);

    private bool LeadsOn(int node, bool[] leads)
    {
        foreach (var (_, behind) in GapsOf(node))
        {
            if (leads[behind])
            {
                return true;
            }
        }

        foreach (var (_, target) in EdgesOf(node))
        {
            if (leads[target])
            {
                return true;
            }
        }

        return false;
    }

    // A place may be the end of one phrase for the same set twice.
    private Slice Sorted(Slice sets)
    {
        var span = _sets.AsSpan(sets.From, sets.Count);
        span.Sort();
        var kept = 0;
        foreach (var set in span)
        {
            if (kept == 0 || span[kept - 1] != set)
            {
                span[kept++] = set;
            }
        }

        return sets with { Count = kept };
    }

    // Those of a place together, in the order in which they came.
    private static (Slice[] Of, TOut[] All) Arranged<TIn, TOut>(ReadOnlySpan<TIn> all, int places, Func<TIn, int> place, Func<TIn, TOut> kept)
    {
        var of = new Slice[places];
        foreach (ref readonly var one in all)
        {
            of[place(one)] = new Slice(0, of[place(one)].Count + 1);
        }

        var from = 0;
        foreach (ref var slice in of.AsSpan())
        {
            (slice, from) = (new Slice(from, 0), from + slice.Count);
        }

        var arranged = new TOut[all.Length];
        foreach (ref readonly var one in all)
        {
            ref var slice = ref of[place(one)];
            arranged[slice.From + slice.Count] = kept(one);
            slice = slice with { Count = slice.Count + 1 };
        }

        return (of, arranged);
    }
}
