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
internal readonly record struct Finding(int Rule, EventField Field, int Start, int End, int Words, int Excuse, ulong Near)
{
    /// <summary>First byte of the words that excused it.</summary>
    public int ExcuseStart { get; init; }

    /// <summary>Byte behind the words that excused it; 0 when a host did, or nothing.</summary>
    public int ExcuseEnd { get; init; }

    /// <summary>Of what is excused: a word of the match says that it is about who wrote it.</summary>
    public bool Speaker { get; init; }
}

/// <summary>
/// Reads one text with all rules; reusable scratch of one worker, not thread-safe. A text of very many hits is read in stretches that
/// overlap as far as rules reach, so that however much of it says nothing, what stands behind is still read, at a cost that grows with the text.
/// </summary>
internal sealed class FieldReader
{
    private readonly CompiledRules _rules;
    private readonly int _mostHits;
    private readonly int _reach;
    private readonly TokenBuffer _tokens;
    private readonly HitTable _hits;
    private readonly RuleMatcher _matcher;
    private readonly QuietHosts _hosts;
    private readonly QuietTexts _quiet = new();

    // By field: who explains a result reads the event again with one of its texts changed.
    private readonly LastReading?[] _last = new LastReading?[Enum.GetValues<EventField>().Length];
    private readonly ulong[] _seenBits;
    private readonly PhraseTrail _trail;
    private readonly PhraseMemo _memo;

    // The bits hold more than what every text is given.
    private bool _noted = true;

    /// <param name="rules">The rules to read with.</param>
    /// <param name="mostHits">A stretch ends when it has this many hits; ordinary texts have far fewer and are read in one.</param>
    public FieldReader(CompiledRules rules, int mostHits = 1024)
    {
        (_rules, _mostHits, _reach) = (rules, mostHits, RuleMatcher.Reach(rules));
        _tokens = new TokenBuffer(rules.Phrases.Lexicon);
        _hits = new HitTable(rules.SetNames.Length);
        _matcher = new RuleMatcher(rules, _tokens, _hits);
        _hosts = new QuietHosts(rules.Hosts);
        _seenBits = new ulong[rules.Bits.Length];
        _trail = new PhraseTrail(rules.Sieve, rules.Phrases.Longest);
        _memo = new PhraseMemo(rules.Phrases);
    }

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
        if (_quiet.Has(field, asked, text, host))
        {
            return false;
        }

        if (_last[(int)field] is { } last && last.Is(asked, text, host))
        {
            findings.AddRange(last.Findings);
            Context = last.Context;
            return true;
        }

        _tokens.Read(text);
        _hits.Clear();
        if (host.Length > 0)
        {
            _hosts.Find(host, _hits.Hits);
        }

        if (!MayApply(field, asked))
        {
            _quiet.Add(field, asked, text, host);
            return false;
        }

        var from = findings.Count;
        ReadStretches(field, excusable: asked != RulesAsked.Grave, findings);
        Context = FirstContext();
        (_last[(int)field] ??= new LastReading()).Keep(asked, text, host, Context, findings, from);
        return true;
    }

    /// <summary>What <see cref="Context"/> would be.</summary>
    public int ContextOf(ReadOnlySpan<byte> text)
    {
        _tokens.Read(text);
        _hits.Clear();
        ReadStretches(EventField.Text, excusable: true, findings: null);
        return FirstContext();
    }

    /// <summary>The set of well-known sites that a host belongs to, of those that stand for innocent surroundings; -1 when none.</summary>
    public int ContextOfHost(ReadOnlySpan<byte> host)
    {
        _hits.Clear();
        _hosts.Find(host, _hits.Hits);
        _hits.Index();
        return FirstContext();
    }

    private void ReadStretches(EventField field, bool excusable, List<Finding>? findings)
    {
        if (findings is not null)
        {
            _matcher.Begin(_seenBits, field);
        }

        var tokens = _tokens.Known > 0 ? _tokens.Tokens : [];
        for (int next = 0, keys = 0; ;)
        {
            // At least twice the reach further, so that the keys always move on.
            next = _rules.Phrases.Find(tokens, next, next + (2 * _reach), _mostHits, _hits.Hits, _memo);
            _hits.Index();
            var last = next == tokens.Length;
            var stretch = new Stretch(keys, last ? int.MaxValue : next - _reach, last);
            if (findings is not null)
            {
                _matcher.Match(stretch, excusable, findings);
            }

            if (last)
            {
                return;
            }

            keys = stretch.KeysTo;
            _hits.DropBefore(keys - _reach);
        }
    }

    // A rule applies only where a phrase of each of its groups stands, so without that there is nothing that the full reading could add.
    private bool MayApply(EventField field, RulesAsked asked)
    {
        if (_noted)
        {
            _rules.Bits.Clear(_seenBits);
        }

        _noted = _hits.Hits.Count > 0;
        foreach (var hit in _hits.Hits)
        {
            // Twice: a host may stand for two groups at once, having no words that could be the same.
            RuleBits.Add(_rules.Bits.Of(hit.Set), _seenBits);
            RuleBits.Add(_rules.Bits.Of(hit.Set), _seenBits);
        }

        _noted |= _tokens.Known > 0 && _rules.Sieve.Note(_tokens.Tokens, _seenBits, _trail);
        return _noted && _rules.Bits.AnyComplete(_seenBits, field, asked);
    }

    private int FirstContext()
    {
        foreach (var set in _rules.Contexts)
        {
            if (_hits.Has(set))
            {
                return set;
            }
        }

        return -1;
    }
}
