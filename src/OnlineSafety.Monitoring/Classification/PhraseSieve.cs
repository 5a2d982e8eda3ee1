using System.Numerics;
using System.Runtime.CompilerServices;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>
/// The phrase graph with everything left out that no rule asks for as one of its groups (most phrases excuse or only tell the surroundings),
/// and with the phrases of one word laid out by word. It only notes what was seen, so that texts in which no rule can apply, and in the others the
/// rules that cannot, are told without collecting a single hit. Words that begin nothing are passed over; of all others each is looked at once: it
/// goes on where one before it left off, so a text of words that begin many phrases with gaps costs no more than its length. Immutable and thread-safe.
/// </summary>
internal sealed class PhraseSieve
{
    private const int AtOnce = 64;

    private readonly PhraseGraph _graph;
    private readonly Onward[] _words;
    private readonly Onward[] _nodes;
    private readonly PhraseStart[] _starts;
    private readonly SeenBits[] _bits;

    // By word: a bit per word number modulo 64 that may follow it in some phrase; all when it says something whatever follows.
    private readonly ulong[] _gates;
    private readonly int[] _opens; // numbers of gaps
    private readonly Awaited[] _awaited;
    private readonly int[] _reach; // by gap: how many words it may skip

    public PhraseSieve(PhraseGraph graph, PhrasePlan plan, RuleBits rules)
    {
        _graph = graph;
        var tells = new bool[plan.Nodes];
        for (var node = 0; node < tells.Length; node++)
        {
            foreach (var set in plan.SetsOf(node))
            {
                tells[node] |= rules.Of(set).Length > 0;
            }
        }

        var layout = new SieveLayout(plan, plan.Leading(tells), rules);
        _nodes = new Onward[plan.Nodes];
        for (var node = 0; node < _nodes.Length; node++)
        {
            _nodes[node] = layout.LayNode(node);
        }

        var ((startsOf, starts), (awaitingOf, awaiting)) = (plan.Starts(), plan.Awaiting());
        _words = new Onward[startsOf.Length];
        _gates = new ulong[startsOf.Length];
        for (var word = 0; word < _words.Length; word++)
        {
            _words[word] = layout.LayWord(
                starts.AsSpan(startsOf[word].From, startsOf[word].Count), awaiting.AsSpan(awaitingOf[word].From, awaitingOf[word].Count));
            var laid = _words[word];
            _gates[word] = laid.Bits.Count + laid.Opens.Count > 0 ? ulong.MaxValue : layout.MayFollow(laid.Starts);
        }

        (_starts, _bits, _opens, _awaited, _reach) = layout.Tables();
    }

    /// <summary>How many gaps there are.</summary>
    public int Gaps => _reach.Length;

    /// <summary>Notes in <paramref name="seen"/> what stands in <paramref name="tokens"/>; false: nothing was, for certain.</summary>
    public bool Note(ReadOnlySpan<Token> tokens, Span<ulong> seen, PhraseTrail trail)
    {
        var first = trail.Begin(tokens.Length);
        var sentence = first - 1;
        var noted = false;
        for (var from = 0; from < tokens.Length; from += AtOnce)
        {
            var to = Math.Min(from + AtOnce, tokens.Length);
            var asked = Asked(tokens, from, to);
            noted |= asked != 0;
            for (var i = from; i < to; i++)
            {
                if (!trail.IsFollowed(first + i))
                {
                    // On to the next word that begins something. What ends sentences on the way ends nothing: gaps from before are out of reach by now, and
                    // later ones open behind it.
                    var ahead = asked >> (i - from);
                    if (ahead == 0)
                    {
                        break;
                    }

                    i += BitOperations.TrailingZeroCount(ahead);
                }

                sentence = tokens[i].NewSentence ? first + i : sentence;
                if (tokens[i].Word != 0)
                {
                    NoteOne(tokens[i], i + 1 < tokens.Length ? tokens[i + 1].Word : 0, first + i, sentence, (asked & (1UL << (i - from))) != 0, seen, trail);
                }

                trail.Turn();
            }
        }

        return noted;
    }

    // A bit for each of at most 64 words that say something alone, or may begin a phrase with the word behind them. Most do neither, and which do cannot
    // be foreseen: so no step depends on it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Asked(ReadOnlySpan<Token> tokens, int from, int to)
    {
        var asked = 0UL;
        for (var i = from; i < to; i++)
        {
            var next = i + 1 < tokens.Length ? tokens[i + 1].Word : 0;
            asked |= ((_gates[tokens[i].Word] >> (next & 63)) & 1) << (i - from);
        }

        return asked;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void NoteOne(in Token token, int next, int now, int sentence, bool asked, Span<ulong> seen, PhraseTrail trail)
    {
        foreach (var node in trail.Waiting)
        {
            foreach (var target in _graph.Targets(node, token.Word))
            {
                Reach(target, next, now, seen, trail);
            }
        }

        // A gap that this very word opened may count too, where it should not: the sieve may let through too much, never too little.
        ref readonly var word = ref _words[token.Word];
        if (now <= trail.OpenUntil && (word.AwaitedGaps & trail.OpenGaps) is var open and not 0)
        {
            foreach (ref readonly var awaited in _awaited.AsSpan(word.Awaited.From, word.Awaited.Count))
            {
                if ((open & (1UL << (awaited.Gap & 63))) != 0 && trail.Opened[awaited.Gap] is var opened && now - opened <= _reach[awaited.Gap] && opened > sentence)
                {
                    Reach(awaited.Target, next, now, seen, trail);
                }
            }
        }

        if (asked)
        {
            Begin(word, token.Part, next, now, seen, trail);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Begin(in Onward word, bool part, int next, int now, Span<ulong> seen, PhraseTrail trail)
    {
        if (!part)
        {
            RuleBits.Add(_bits.AsSpan(word.Bits.From, word.Bits.Count), seen);
        }

        Open(word, now, trail);
        if (next == 0)
        {
            return;
        }

        foreach (ref readonly var start in _starts.AsSpan(word.Starts.From, word.Starts.Count))
        {
            if ((start.Next & (1UL << (next & 63))) != 0)
            {
                trail.Await(start.Node);
            }
        }
    }

    private void Reach(int target, int next, int now, Span<ulong> seen, PhraseTrail trail)
    {
        // Twice: several beginnings may have led here, and each would be a phrase of its own.
        ref readonly var node = ref _nodes[target];
        var bits = _bits.AsSpan(node.Bits.From, node.Bits.Count);
        RuleBits.Add(bits, seen);
        RuleBits.Add(bits, seen);
        Open(node, now, trail);
        if (next != 0 && (node.Next & (1UL << (next & 63))) != 0)
        {
            trail.Await(target);
        }
    }

    // The last beginning reaches furthest, so it stands for all before it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Open(in Onward from, int now, PhraseTrail trail)
    {
        if (from.Opens.Count > 0)
        {
            var open = now <= trail.OpenUntil ? trail.OpenGaps : 0;
            var opened = trail.Opened;
            foreach (var gap in _opens.AsSpan(from.Opens.From, from.Opens.Count))
            {
                opened[gap] = now + 1;
                open |= 1UL << (gap & 63);
            }

            (trail.OpenGaps, trail.OpenUntil) = (open, Math.Max(trail.OpenUntil, now + 1 + from.Furthest));
        }
    }
}
