using System.Runtime.InteropServices;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>Collects the phrases of all packs: the places of their graph, and the words that lead from one to another.</summary>
internal sealed class PhraseGraphBuilder
{
    private readonly Dictionary<string, int> _words = new(StringComparer.Ordinal);
    private readonly List<string> _wordList = [];

    // What leads where, in the order in which it was added; laid out by place once all phrases are there.
    private readonly List<PlannedEdge> _edges = [];
    private readonly List<(int Node, int Set)> _sets = [];
    private readonly List<(int Node, int Words, int Behind)> _gaps = [];
    private int _nodes = Root + 1;

    // By the list itself, which phrases share; and by what it says.
    private readonly Dictionary<object, Choice> _lists = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<int[], Choice> _said = new(new SameNumbers());
    private readonly HashSet<int> _joining = [];

    // Ways that are there already, by where they begin: a place, or below zero several together.
    private readonly Dictionary<string, int> _states = new(StringComparer.Ordinal);
    private readonly Dictionary<(int State, int List), int> _followed = [];
    private readonly Dictionary<(int State, int Gap), int> _behind = [];
    private readonly Dictionary<(int Node, int Target, int Word), int> _between = [];

    private readonly List<string> _guarded = [];

    // By word: it is one of a phrase, one that others may be made of, or several written as one.
    private readonly HashSet<int> _plain = [];
    private readonly HashSet<int> _parts = [];
    private readonly HashSet<int> _joined = [];
    private readonly HashSet<string> _isGuarded = new(StringComparer.Ordinal);
    private PhrasePlan? _plan;

    /// <summary>Where every phrase begins.</summary>
    public const int Root = 1;

    private const int End = 0; // no word's number

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
        var longest = 0;

        // Where a reader of the phrase may stand: several places, once a part may be missing. Alternatives meet again behind their
        // part, so the graph grows with the length of the phrase and not with the number of its readings.
        int[] state = [Root];
        foreach (var part in phrase)
        {
            var choice = ChoiceOf(part.Alternatives, joins);
            longest += part.Gap + choice.Longest;
            state = Follow(part.Gap > 0 ? [Behind(state, part.Gap)] : state, choice);
        }

        foreach (var node in state)
        {
            _sets.Add((node, set));
        }

        Longest = Math.Max(Longest, longest);
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

    /// <summary>The words of all phrases, and the ways to write them.</summary>
    public Lexicon Lexicon()
    {
        var guarded = _guarded.Where(_words.ContainsKey).Select(word => (Word: word, Number: _words[word])).ToList();
        var forms = Slips(guarded);
        if (guarded.Count > 0)
        {
            var backwards = Number(Classification.Lexicon.Backwards);
            forms.AddRange(guarded.Where(g => g.Word.Length >= ShortestBackwards).Select(g => (string.Concat(g.Word.Reverse()), backwards)));
        }

        var joined = _joined.Where(word => !_plain.Contains(word)).Select(word => (word, WordMark.Joined));
        return new Lexicon(_wordList, forms, [.. guarded.Select(g => (g.Number, WordMark.Guarded)), .. joined], new WordParts(_parts.Select(word => _wordList[word - 1])));
    }

    // Of several words that a slip may be of, that of the lowest rank counts, and of those the first.
    private static List<(string Form, int Word)> Slips(List<(string Word, int Number)> guarded)
    {
        var byRank = Array.ConvertAll(new int[WordForms.Ranks], _ => new List<(string Form, int Word)>());
        foreach (var (word, number) in guarded)
        {
            foreach (var (form, rank) in WordForms.Slips(word))
            {
                byRank[rank].Add((form, number));
            }
        }

        return [.. byRank.SelectMany(slips => slips)];
    }

    /// <summary>What all phrases come to, once <see cref="Lexicon"/> has given every word its number.</summary>
    public PhrasePlan Plan()
    {
        if (_plan is null)
        {
            AddTwins();
            _plan = new PhrasePlan(_nodes, _wordList.Count, _edges, _sets, _gaps);
        }

        return _plan;
    }

    // "p0rn" of one phrase is read as the "porn" of another too: which of both a text means cannot be told.
    private void AddTwins()
    {
        var twins = _wordList.Select((word, i) => (Word: Disguises.Letters(word), Number: i + 1))
            .Where(twin => _words.TryGetValue(twin.Word, out var number) && number != twin.Number)
            .ToLookup(twin => _words[twin.Word], twin => twin.Number);
        var isTwin = twins.SelectMany(of => of).ToHashSet();
        var known = _edges.Where(edge => isTwin.Contains(edge.Word)).ToHashSet();
        for (int i = 0, count = _edges.Count; i < count && isTwin.Count > 0; i++)
        {
            foreach (var twin in twins[_edges[i].Word])
            {
                if (_edges[i] with { Word = twin } is var further && known.Add(further))
                {
                    _edges.Add(further);
                }
            }
        }
    }

    private Choice ChoiceOf(IReadOnlyList<string[]> alternatives, bool joins)
    {
        if (!_lists.TryGetValue(alternatives, out var choice))
        {
            _lists[alternatives] = choice = Read(alternatives);
            Array.ForEach(choice.Sequences, words => _plain.UnionWith(words));
        }

        if (joins && _joining.Add(choice.Number))
        {
            Array.ForEach(choice.Sequences, words => _parts.UnionWith(words));
        }

        return choice;
    }

    // Lists that say the same are the same choice.
    private Choice Read(IReadOnlyList<string[]> alternatives)
    {
        var sequences = new int[alternatives.Count][];
        var said = new List<int>();
        var longest = 0;
        for (var i = 0; i < sequences.Length; i++)
        {
            sequences[i] = Array.ConvertAll(alternatives[i], Number);
            said.AddRange(sequences[i]);
            said.Add(End);
            longest = Math.Max(longest, sequences[i].Length);
        }

        int[] key = [.. said];
        if (!_said.TryGetValue(key, out var choice))
        {
            _said[key] = choice = new Choice(
                _said.Count, longest, Array.Exists(sequences, words => words.Length == 0), [.. sequences.Where(words => words.Length > 0).Distinct(new SameNumbers())]);
        }

        return choice;
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
            _joined.Add(Number(word));
            foreach (var node in Follow([Root], Read([[word]])))
            {
                _sets.Add((node, set));
            }
        }
    }

    private int Behind(int[] state, int gap)
    {
        var key = (StateOf(state), gap);
        if (!_behind.TryGetValue(key, out var behind))
        {
            _behind[key] = behind = _nodes++;
            foreach (var node in state)
            {
                _gaps.Add((node, gap, behind));
            }
        }

        return behind;
    }

    // Phrases that begin alike share their way.
    private int[] Follow(int[] state, Choice choice)
    {
        var key = (StateOf(state), choice.Number);
        if (!_followed.TryGetValue(key, out var target))
        {
            _followed[key] = target = _nodes++;
            foreach (var node in state)
            {
                foreach (var words in choice.Sequences)
                {
                    Link(node, words, target);
                }
            }
        }

        return choice.MayMiss ? [.. state, target] : [target];
    }

    private int StateOf(int[] state)
    {
        if (state.Length == 1)
        {
            return state[0];
        }

        var places = string.Join(',', state);
        if (!_states.TryGetValue(places, out var number))
        {
            _states[places] = number = ~_states.Count;
        }

        return number;
    }

    private void Link(int node, int[] words, int target)
    {
        for (var i = 0; i < words.Length - 1; i++)
        {
            var key = (node, target, words[i]);
            if (!_between.TryGetValue(key, out var between))
            {
                _between[key] = between = _nodes++;
                _edges.Add(new PlannedEdge(node, words[i], between));
            }

            node = between;
        }

        _edges.Add(new PlannedEdge(node, words[^1], target));
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

    /// <summary>What may stand at one place of a phrase.</summary>
    /// <param name="Number">Its own.</param>
    /// <param name="Longest">Most words of one of them.</param>
    /// <param name="MayMiss">One of them has no words.</param>
    /// <param name="Sequences">The others, each once, as numbers of words.</param>
    private sealed record Choice(int Number, int Longest, bool MayMiss, int[][] Sequences);

    private sealed class SameNumbers : IEqualityComparer<int[]>
    {
        public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(int[] obj)
        {
            var hash = default(HashCode);
            hash.AddBytes(MemoryMarshal.AsBytes(obj.AsSpan()));
            return hash.ToHashCode();
        }
    }
}
