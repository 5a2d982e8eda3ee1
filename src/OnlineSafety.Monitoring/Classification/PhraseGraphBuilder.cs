using System.Numerics;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>Collects the phrases of all packs and lays them out as the tables of a <see cref="PhraseGraph"/>.</summary>
internal sealed class PhraseGraphBuilder
{
    private readonly Dictionary<string, int> _words = new(StringComparer.Ordinal);
    private readonly List<string> _wordList = [];
    private readonly List<Node> _nodes = [new Node(), new Node()];

    private Node Root => _nodes[1];

    /// <summary>Adds a pattern whose hits count for <paramref name="set"/>.</summary>
    public void Add(Pattern pattern, int set)
    {
        var node = Root;
        foreach (var place in pattern.Places)
        {
            node = Follow(place.Gap > 0 ? Behind(node, place.Gap) : node, [.. place.Words]);
        }

        node.Sets.Add(set);
        AddJoined(pattern, set);
    }

    public Lexicon Lexicon() => new(_wordList);

    public int[][] Starts()
    {
        var starts = Enumerable.Range(0, _wordList.Count + 1).Select(_ => new List<int>()).ToArray();
        foreach (var (edge, target) in Root.Edges.Values)
        {
            foreach (var word in edge)
            {
                starts[word].Add(target);
            }
        }

        return [.. starts.Select(s => s.Count == 0 ? [] : s.ToArray())];
    }

    public PhraseNode[] Nodes() =>
        [.. _nodes.Select(n => new PhraseNode([.. n.Sets.Order()], [.. n.Gaps.Select(g => (g.Key, g.Value))], n.Edges.Count > 0))];

    public ((ulong Key, int From, int Count)[] Steps, int[] Targets) Steps()
    {
        var byKey = new Dictionary<ulong, List<int>>();
        for (var node = 2; node < _nodes.Count; node++)
        {
            foreach (var (edge, target) in _nodes[node].Edges.Values)
            {
                foreach (var word in edge)
                {
                    var key = PhraseGraph.Key(node, word);
                    (byKey.TryGetValue(key, out var list) ? list : byKey[key] = []).Add(target);
                }
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
    private void AddJoined(Pattern pattern, int set)
    {
        if (pattern.Places.Count is < 2 or > 4 || pattern.Places.Any(p => p.Gap > 0))
        {
            return;
        }

        var words = pattern.Places.Select(p => p.Words[0]).ToArray();
        var joined = string.Concat(words);
        if (joined.Length is >= 8 and <= OnlineSafety.Monitoring.Classification.Lexicon.LongestWord && words.All(w => w.All(char.IsAsciiLetter)))
        {
            Follow(Root, [joined]).Sets.Add(set);
        }
    }

    private Node Behind(Node node, int gap)
    {
        if (!node.Gaps.TryGetValue(gap, out var behind))
        {
            node.Gaps[gap] = behind = _nodes.Count;
            _nodes.Add(new Node());
        }

        return _nodes[behind];
    }

    private Node Follow(Node from, string[] words)
    {
        Array.Sort(words, StringComparer.Ordinal);
        var key = string.Join(' ', words);
        if (!from.Edges.TryGetValue(key, out var edge))
        {
            from.Edges[key] = edge = ([.. words.Select(Number)], _nodes.Count);
            _nodes.Add(new Node());
        }

        return _nodes[edge.Target];
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
        public Dictionary<string, (int[] Words, int Target)> Edges { get; } = new(StringComparer.Ordinal);

        public HashSet<int> Sets { get; } = [];

        /// <summary>By the number of words that may be skipped: the node behind them.</summary>
        public SortedDictionary<int, int> Gaps { get; } = [];
    }
}
