using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>
/// A rule that applied to a field (or was excused there).
/// </summary>
/// <param name="Rule">Place in the compiled rules.</param>
/// <param name="Start">First byte of the match in the field as read.</param>
/// <param name="End">Byte behind the match.</param>
/// <param name="Words">How many words it spans: the longer match is the more specific.</param>
/// <param name="Excuse">Set that excused it, -1 when none did.</param>
/// <param name="Near">A bit per modifier whose words stand near.</param>
internal readonly record struct Finding(int Rule, EventField Field, int Start, int End, int Words, int Excuse, ulong Near);

/// <summary>Reads one text with all rules; reusable scratch of one worker, not thread-safe.</summary>
internal sealed class FieldReader(CompiledRules rules)
{
    /// <summary>How far from a match its excuse may stand, in words: a long page is not excused by one word of it.</summary>
    private const int ExcuseReach = 14;

    private readonly TokenBuffer _tokens = new(rules.Phrases.Lexicon);
    private readonly List<PhraseHit> _hits = [];
    private readonly int[] _first = NewFirst(rules.SetNames.Length);
    private readonly int[] _next = new int[PhraseGraph.MostHits * 2];
    private readonly List<int> _touched = [];
    private readonly int[] _seen = new int[rules.Rules.Length];
    private readonly ulong[] _seenBits = new ulong[rules.Bits.Length];
    private int _round;

    /// <summary>The set of innocent surroundings that the text last read in full named, -1 when none.</summary>
    public int Context { get; private set; }

    /// <summary>
    /// Adds what the rules find in <paramref name="text"/> (and in <paramref name="host"/>, its host name) to <paramref name="findings"/>.
    /// False when none of the rules <paramref name="asked"/> for can apply, which most texts show at once: then nothing else was looked for, not
    /// <see cref="Context"/> and not the other rules.
    /// </summary>
    public bool Read(EventField field, ReadOnlySpan<byte> text, ReadOnlySpan<byte> host, RulesAsked asked, List<Finding> findings)
    {
        Context = -1;
        _tokens.Read(text);
        _hits.Clear();
        if (host.Length > 0)
        {
            rules.Hosts.Find(host, _hits);
        }

        if (!MayApply(field, asked))
        {
            return false;
        }

        FindPhrases();
        Evaluate(field, findings);
        Context = FirstContext();
        Forget();
        return true;
    }

    /// <summary>What <see cref="Context"/> would be.</summary>
    public int ContextOf(ReadOnlySpan<byte> text)
    {
        _tokens.Read(text);
        _hits.Clear();
        FindPhrases();
        var context = FirstContext();
        Forget();
        return context;
    }

    private void FindPhrases()
    {
        if (_tokens.Known > 0)
        {
            rules.Phrases.Find(_tokens.Tokens, _hits);
        }

        Index();
    }

    // A rule applies only where a phrase of each of its groups stands, so without that there is nothing that the full reading could add.
    private bool MayApply(EventField field, RulesAsked asked)
    {
        rules.Bits.Clear(_seenBits);
        foreach (var hit in _hits)
        {
            // Twice: a host may stand for two groups at once, having no words that could be the same.
            RuleBits.Add(rules.Bits.Of(hit.Set), _seenBits);
            RuleBits.Add(rules.Bits.Of(hit.Set), _seenBits);
        }

        if (_tokens.Known > 0)
        {
            rules.Sieve.Note(_tokens.Tokens, _seenBits);
        }

        return rules.Bits.AnyComplete(_seenBits, field, asked);
    }

    private void Forget()
    {
        foreach (var set in _touched)
        {
            _first[set] = -1;
        }
    }

    private int FirstContext()
    {
        foreach (var set in rules.Contexts)
        {
            if (_first[set] >= 0)
            {
                return set;
            }
        }

        return -1;
    }

    private static int[] NewFirst(int sets)
    {
        var first = new int[sets];
        Array.Fill(first, -1);
        return first;
    }

    private void Index()
    {
        _touched.Clear();

        // Backwards, so that each chain runs from the first hit to the last.
        for (var i = Math.Min(_hits.Count, _next.Length) - 1; i >= 0; i--)
        {
            ref var first = ref _first[_hits[i].Set];
            if (first < 0)
            {
                _touched.Add(_hits[i].Set);
            }

            _next[i] = first;
            first = i;
        }
    }

    private void Evaluate(EventField field, List<Finding> findings)
    {
        _round++;
        foreach (var set in _touched)
        {
            foreach (var number in rules.ByKey[set])
            {
                if (_seen[number] == _round || (rules.Rules[number].Fields & (1u << (int)field)) == 0)
                {
                    continue;
                }

                // Several sets of the first group may be hit: the rule is looked at once, with all of them.
                _seen[number] = _round;
                Match(number, field, findings);
            }
        }
    }

    private void Match(int number, EventField field, List<Finding> findings)
    {
        var rule = rules.Rules[number];
        var excused = default(Finding?);
        foreach (var set in rule.Groups[0])
        {
            for (var key = _first[set]; key >= 0; key = _next[key])
            {
                var hit = _hits[key];
                if (!Complete(rule, hit, out var start, out var end))
                {
                    continue;
                }

                var excuse = Excuse(rule, start, end);
                var finding = new Finding(number, field, ByteStart(start, end), ByteEnd(start, end), end - start, excuse, excuse < 0 ? Near(start, end) : 0);
                if (excuse < 0)
                {
                    findings.Add(finding);
                    return;
                }

                excused ??= finding;
            }
        }

        if (excused is { } only)
        {
            findings.Add(only);
        }
    }

    // Every further group needs a hit close to the first group's, apart from it (and behind the one before, when the order counts).
    private bool Complete(Rule rule, PhraseHit key, out int start, out int end)
    {
        (start, end) = (key.Start, key.End);
        var previous = key;
        for (var group = 1; group < rule.Groups.Length; group++)
        {
            if (!TryNearest(rule, rule.Groups[group], key, previous, out var found))
            {
                return false;
            }

            previous = found;
            start = Math.Min(start, found.Start);
            end = Math.Max(end, found.End);
        }

        return true;
    }

    private bool TryNearest(Rule rule, int[] sets, PhraseHit key, PhraseHit previous, out PhraseHit found)
    {
        var best = int.MaxValue;
        found = default;
        foreach (var set in sets)
        {
            for (var i = _first[set]; i >= 0; i = _next[i])
            {
                var hit = _hits[i];

                // "nudes" inside "send your nudes to everyone" is a word of its own; the very same words are not two groups.
                var distance = hit.Start == key.Start && hit.End == key.End && key.End > 0 ? int.MaxValue : Math.Max(Distance(key.Start, key.End, hit), 0);
                if (distance <= rule.Within && distance < best && (!rule.Ordered || hit.Start >= previous.End))
                {
                    best = distance;
                    found = hit;
                }
            }
        }

        return best != int.MaxValue;
    }

    private int Excuse(Rule rule, int start, int end)
    {
        foreach (var set in rule.Unless)
        {
            for (var i = _first[set]; i >= 0; i = _next[i])
            {
                // An excuse may overlap the match: "shooting" in "shooting stars".
                if (Distance(start, end, _hits[i]) <= ExcuseReach)
                {
                    return set;
                }
            }
        }

        return -1;
    }

    private ulong Near(int start, int end)
    {
        var bits = 0ul;
        for (var m = 0; m < rules.Modifiers.Length; m++)
        {
            var modifier = rules.Modifiers[m];
            foreach (var set in modifier.Near)
            {
                for (var i = _first[set]; i >= 0; i = _next[i])
                {
                    var hit = _hits[i];
                    var distance = Distance(start, end, hit);
                    if (distance >= 0 && distance <= modifier.Entry.Within && (!modifier.Entry.Before || hit.End <= start))
                    {
                        bits |= 1ul << m;
                    }
                }
            }
        }

        return bits;
    }

    /// <summary>Words between a span and a hit; -1 when they overlap. A hit of the host has no place and is near to everything.</summary>
    private static int Distance(int start, int end, PhraseHit hit) =>
        hit.End == 0 || end == 0 ? 0 : hit.Start >= end ? hit.Start - end : start >= hit.End ? start - hit.End : -1;

    private int ByteStart(int start, int end) => end == 0 ? 0 : _tokens.Tokens[start].Start;

    private int ByteEnd(int start, int end) => end == 0 ? 0 : _tokens.Tokens[end - 1].End;
}
