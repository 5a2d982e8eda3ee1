using System.Numerics;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>What leads on from a node towards nodes of a kind.</summary>
/// <param name="Gaps">A gap does.</param>
/// <param name="Next">A bit per word number modulo 64 that does.</param>
internal readonly record struct PhraseTowards(bool Gaps, ulong Next);

/// <summary>Collects the phrases of all packs and lays them out as the tables of a <see cref="PhraseGraph"/>.</summary>
internal sealed class PhraseGraphBuilder
{
    private readonly Dictionary<string, int> _words = new(StringComparer.Ordinal);
    private readonly List<string> _wordList = [];
    private readonly List<Node> _nodes = [new Node(), new Node()];

    // By the list itself, which phrases share: its number, the same for lists that say the same.
    private readonly Dictionary<object, int> _lists = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, int> _listNumbers = new(StringComparer.Ordinal);
    private readonly HashSet<object> _joining = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, int> _known = new(StringComparer.Ordinal);
    private readonly List<string> _guarded = [];
    private readonly HashSet<string> _parts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _plain = new(StringComparer.Ordinal);
    private readonly HashSet<string> _joined = new(StringComparer.Ordinal);
    private readonly HashSet<string> _isGuarded = new(StringComparer.Ordinal);

    private ILookup<int, (int Node, int Target)>? _awaiting; // once all phrases are added

    private const int Root = 1;
    private const int MostJoined = 6;
    private const int ShortestJoined = 8;
    private const int ShortestBackwards = 4;

    /// <summary>Most words that a phrase spans, its gaps full.</summary>
    public int Longest { get; private set; }

    /// <summary>Adds a phrase whose hits count for <paramref name="set"/>.</summary>
    /// <param name="phrase">Its parts in order.</param>
    /// <param name="set">The set.</param>
    /// <param name="joins">Its words are also found where several are written as one.</param>
    public void Add(IReadOnlyList<PhrasePart> phrase, int set, bool joins = true)
    {
        foreach (var alternatives in phrase.Select(part => part.Alternatives))
        {
            if (!_lists.ContainsKey(alternatives))
            {
                _plain.UnionWith(alternatives.SelectMany(words => words));
                _lists[alternatives] = Numbered(alternatives);
            }

            if (joins && _joining.Add(alternatives))
            {
                _parts.UnionWith(alternatives.SelectMany(words => words));
            }
        }

        // Where a reader of the phrase may stand: several places, once a part may be missing. Alternatives meet again behind their
        // part, so the graph grows with the length of the phrase and not with the number of its readings.
        int[] state = [Root];
        foreach (var part in phrase)
        {
            state = Follow(part.Gap > 0 ? [Behind(state, part.Gap)] : state, part.Alternatives);
        }

        foreach (var node in state)
        {
            _nodes[node].Sets.Add(set);
        }

        Longest = Math.Max(Longest, phrase.Sum(part => part.Gap + part.Alternatives.Max(words => words.Length)));
        AddJoined(phrase, set);
    }

    /// <summary>Finds a word of the phrases also with a slip of the pen, and inside words written as one.</summary>
    public void Guard(string word)
    {
        if (_isGuarded.Add(word))
        {
            _guarded.Add(word);
        }
    }

    /// <summary>Names a word that is no slip of another and not several written as one, though it looks like it.</summary>
    public void AddOrdinary(string word) => Number(word);

    public Lexicon Lexicon()
    {
        var guarded = _guarded.Where(_words.ContainsKey).Select(word => (Word: word, Number: _words[word])).ToList();
        var forms = guarded.SelectMany(g => WordForms.Slips(g.Word).Select(slip => (slip.Form, g.Number, slip.Rank)))
            .OrderBy(slip => slip.Rank).Select(slip => (slip.Form, slip.Number)).ToList();
        if (guarded.Count > 0)
        {
            var backwards = Number(Classification.Lexicon.Backwards);
            forms.AddRange(guarded.Where(g => g.Word.Length >= ShortestBackwards).Select(g => (string.Concat(g.Word.Reverse()), backwards)));
        }

        var joined = _joined.Where(word => !_plain.Contains(word)).Select(word => (_words[word], WordMark.Joined));
        AddTwins();
        return new Lexicon(_wordList, forms, [.. guarded.Select(g => (g.Number, WordMark.Guarded)), .. joined], new WordParts(_parts));
    }

    // "p0rn" of one phrase is read as the "porn" of another too: which of both a text means cannot be told.
    private void AddTwins()
    {
        var twins = _wordList.Select((word, i) => (Word: Disguises.Letters(word), Number: i + 1))
            .Where(twin => _words.TryGetValue(twin.Word, out var number) && number != twin.Number)
            .ToLookup(twin => _words[twin.Word], twin => twin.Number);
        foreach (var node in _nodes)
        {
            foreach (var (word, target) in node.Edges.Where(edge => twins.Contains(edge.Word)).ToList())
            {
                node.Edges.UnionWith(twins[word].Select(twin => (twin, target)));
            }
        }
    }

    public PhraseStart[][] Starts()
    {
        var starts = _nodes[Root].Edges.ToLookup(e => e.Word, e => e.Target);
        return [.. Enumerable.Range(0, _wordList.Count + 1).Select(word => starts[word].Select(Start).ToArray())];
    }

    /// <summary>Adds to the nodes of a kind all those from which one is reached.</summary>
    public bool[] Leading(bool[] kind)
    {
        bool[] leads = [.. kind];
        for (var changed = true; changed;)
        {
            changed = false;

            // Ways run to nodes made later, so that one pass from the end usually is enough.
            for (var i = _nodes.Count - 1; i > Root; i--)
            {
                if (!leads[i] && Towards(i, leads) is var way && (way.Gaps || way.Next != 0))
                {
                    leads[i] = changed = true;
                }
            }
        }

        return leads;
    }

    public PhraseTowards Towards(int node, bool[] leads) => new(
        _nodes[node].Gaps.Exists(gap => leads[gap.Behind]), NextOf(_nodes[node].Edges.Where(edge => leads[edge.Target])));

    /// <summary>The nodes at which a word is waited for, and where it leads.</summary>
    public IEnumerable<(int Node, int Target)> Awaiting(int word) => (_awaiting ??= _nodes
        .SelectMany((node, i) => node.Edges.Select(edge => (edge.Word, Node: i, edge.Target)))
        .Where(edge => edge.Node > Root)
        .ToLookup(edge => edge.Word, edge => (edge.Node, edge.Target)))[word];

    public PhraseNode[] Nodes() => [.. _nodes.Select(n => new PhraseNode([.. n.Sets.Order()], [.. n.Gaps], NextOf(n.Edges)))];

    public ((ulong Key, int From, int Count)[] Steps, int[] Targets) Steps()
    {
        var byKey = new Dictionary<ulong, List<int>>();
        for (var node = Root + 1; node < _nodes.Count; node++)
        {
            foreach (var (word, target) in _nodes[node].Edges)
            {
                var key = PhraseGraph.Key(node, word);
                (byKey.TryGetValue(key, out var list) ? list : byKey[key] = []).Add(target);
            }
        }

        var steps = new (ulong Key, int From, int Count)[BitOperations.RoundUpToPowerOf2((uint)(byKey.Count * 2 + 2))];
        var targets = new List<int>();
        foreach (var (key, list) in byKey)
        {
            var slot = PhraseGraph.Spread(key);
            while (steps[slot & ((ulong)steps.Length - 1)].Key != 0)
            {
                slot++;
            }

            steps[slot & ((ulong)steps.Length - 1)] = (key, targets.Count, list.Count);
            targets.AddRange(list);
        }

        return (steps, [.. targets]);
    }

    // "kill myself" is also found as "killmyself": hash tags, host names, hurried typing. Short joins would be other words.
    private void AddJoined(IReadOnlyList<PhrasePart> phrase, int set)
    {
        if (phrase.Count is < 2 or > 4 || phrase.Any(p => p.Gap > 0))
        {
            return;
        }

        IEnumerable<string> joined = [""];
        foreach (var part in phrase)
        {
            joined = joined.SelectMany(j => part.Alternatives.Select(a => j + string.Concat(a))).Take(MostJoined);
        }

        foreach (var word in joined.Where(w => w.Length is >= ShortestJoined and <= Classification.Lexicon.LongestWord && w.All(char.IsAsciiLetter)))
        {
            _joined.Add(word);
            foreach (var node in Follow([Root], [[word]]))
            {
                _nodes[node].Sets.Add(set);
            }
        }
    }

    private int Behind(int[] state, int gap)
    {
        var key = $"{string.Join(',', state)} *{gap}";
        if (!_known.TryGetValue(key, out var behind))
        {
            _known[key] = behind = NewNode();
            foreach (var node in state)
            {
                _nodes[node].Gaps.Add((gap, behind));
            }
        }

        return behind;
    }

    // Phrases that begin alike share their way.
    private int[] Follow(int[] state, IReadOnlyList<string[]> alternatives)
    {
        var key = $"{string.Join(',', state)} {(_lists.TryGetValue(alternatives, out var list) ? list : Numbered(alternatives))}";
        if (!_known.TryGetValue(key, out var target))
        {
            _known[key] = target = NewNode();
            foreach (var node in state)
            {
                foreach (var words in alternatives.Where(a => a.Length > 0))
                {
                    Link(node, words, target);
                }
            }
        }

        return alternatives.Any(a => a.Length == 0) ? [.. state, target] : [target];
    }

    private int Numbered(IReadOnlyList<string[]> alternatives)
    {
        var said = string.Join('|', alternatives.Select(a => string.Join(' ', a)));
        if (!_listNumbers.TryGetValue(said, out var number))
        {
            _listNumbers[said] = number = _listNumbers.Count;
        }

        return number;
    }

    private void Link(int node, string[] words, int target)
    {
        for (var i = 0; i < words.Length - 1; i++)
        {
            var key = $"{node}>{target} {words[i]}";
            if (!_known.TryGetValue(key, out var between))
            {
                _known[key] = between = NewNode();
                _nodes[node].Edges.Add((Number(words[i]), between));
            }

            node = between;
        }

        _nodes[node].Edges.Add((Number(words[^1]), target));
    }

    private PhraseStart Start(int node) => new(node, _nodes[node].Sets.Count > 0 || _nodes[node].Gaps.Count > 0, NextOf(_nodes[node].Edges));

    private static ulong NextOf(IEnumerable<(int Word, int Target)> edges) => edges.Aggregate(0UL, (bits, edge) => bits | (1UL << (edge.Word & 63)));

    private int NewNode()
    {
        _nodes.Add(new Node());
        return _nodes.Count - 1;
    }

    private int Number(string word)
    {
        if (!_words.TryGetValue(word, out var number))
        {
            _wordList.Add(word);
            _words[word] = number = _wordList.Count;
        }

        return number;
    }

    private sealed class Node
    {
        public HashSet<(int Word, int Target)> Edges { get; } = [];

        public HashSet<int> Sets { get; } = [];

        /// <summary>How many words may be skipped, and the node behind them.</summary>
        public List<(int Words, int Behind)> Gaps { get; } = [];
    }
}
