using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>
/// A stretch of a text whose hits are known. Matches begin with a hit that starts in its keys; around these all hits are known that can have
/// part in a match, its excuse or its modifiers.
/// </summary>
/// <param name="KeysTo">First token behind the keys.</param>
/// <param name="Last">The end of the text: now a hit of the host has all before it that it can be near to.</param>
internal readonly record struct Stretch(int KeysFrom, int KeysTo, bool Last);

/// <summary>
/// Applies the rules to the hits of a text, stretch by stretch; of each rule one finding stays: the one that a reading of the whole text at
/// once would have come to first. Reusable scratch of one worker, not thread-safe.
/// </summary>
internal sealed class RuleMatcher(CompiledRules rules, TokenBuffer tokens, HitTable hits)
{
    /// <summary>How far from a match its excuse may stand, in words: a long page is not excused by one word of it.</summary>
    private const int ExcuseReach = 14;

    // Added to the rank of an excused match: any that is not excused comes before it.
    private const int Excused = 1 << 30;

    private readonly long[] _seen = new long[rules.Rules.Length];
    private readonly ulong[] _possible = new ulong[rules.Bits.Words]; // a bit for each rule that may apply
    private readonly Kept[] _kept = new Kept[rules.Rules.Length];
    private long _round;
    private long _text;
    private EventField _field;

    /// <summary>
    /// How far from where a match's first group starts a hit may start that counts for it: a group's phrase stands within the rule's words, and
    /// what excuses or modifies the match within its own of that phrase. More than any text has when a pack says "anywhere".
    /// </summary>
    public static int Reach(CompiledRules rules)
    {
        var (within, near) = (0L, (long)ExcuseReach);
        foreach (var rule in rules.Rules)
        {
            within = Math.Max(within, rule.Within);
        }

        foreach (var modifier in rules.Modifiers)
        {
            near = Math.Max(near, modifier.Entry.Within);
        }

        return (int)Math.Min(within + near + (2L * rules.Phrases.Longest) + 1, int.MaxValue / 4);
    }

    /// <summary>Begins a text: what was found before is another's.</summary>
    /// <param name="seen">
    /// What the sieve noted of it, and what its host adds: at least all that will be hit. Of the many rules that begin with a common word, most have
    /// not all their groups there.
    /// </param>
    /// <param name="field">Where it stands.</param>
    public void Begin(ReadOnlySpan<ulong> seen, EventField field)
    {
        (_text, _field) = (_text + 1, field);
        rules.Bits.MarkComplete(seen, field, _possible);
    }

    /// <summary>Adds to <paramref name="findings"/>, or betters there, what the rules find in a stretch of the text begun.</summary>
    public void Match(in Stretch stretch, bool excusable, List<Finding> findings)
    {
        _round++;
        foreach (var set in hits.Touched)
        {
            foreach (var number in rules.ByKey[set])
            {
                if ((_possible[number / 64] & (1UL << (number % 64))) == 0 || _seen[number] == _round)
                {
                    continue;
                }

                // Several sets of the first group may be hit: the rule is looked at once, with all of them.
                _seen[number] = _round;
                Match(number, stretch, excusable, findings);
            }
        }
    }

    private void Match(int number, in Stretch stretch, bool excusable, List<Finding> findings)
    {
        var rule = rules.Rules[number];
        if (!HasOthers(rule))
        {
            return;
        }

        ref var kept = ref _kept[number];
        if (kept.Text != _text)
        {
            kept = new Kept(_text, -1, int.MaxValue);
        }

        for (var place = 0; place < rule.Groups[0].Length; place++)
        {
            foreach (var key in hits.Of(rule.Groups[0][place]))
            {
                if (key.Start >= stretch.KeysTo)
                {
                    break;
                }

                // The order of a reading at once: by set, in each the host first, then as they stand.
                var rank = (place * 2) + (key.End == 0 ? 0 : 1);
                if (rank >= kept.Rank)
                {
                    return;
                }

                if ((key.End == 0 ? stretch.Last : key.Start >= stretch.KeysFrom) && Complete(rule, key, out var start, out var end))
                {
                    var by = default(PhraseHit);
                    var excuse = excusable ? Excuse(rule, start, end, out by) : -1;
                    rank += excuse < 0 ? 0 : Excused;
                    if (rank < kept.Rank)
                    {
                        var finding = new Finding(number, _field, ByteStart(start, end), ByteEnd(start, end), end - start, excuse, excuse < 0 ? Near(start, end) : 0)
                        {
                            ExcuseStart = ByteStart(by.Start, by.End),
                            ExcuseEnd = ByteEnd(by.Start, by.End),
                            Speaker = excuse >= 0 && Speaks(rule, start, end),
                        };
                        kept = new Kept(_text, Keep(finding, kept.At, findings), rank);
                    }
                }
            }
        }
    }

    private static int Keep(in Finding finding, int at, List<Finding> findings)
    {
        if (at >= 0)
        {
            findings[at] = finding;
            return at;
        }

        findings.Add(finding);
        return findings.Count - 1;
    }

    // Whether each further group has a hit among those at hand: told without a look at a single key, of which a stretch may have very many.
    private bool HasOthers(Rule rule)
    {
        for (var group = 1; group < rule.Groups.Length; group++)
        {
            var any = false;
            foreach (var set in rule.Groups[group])
            {
                any |= hits.Has(set);
            }

            if (!any)
            {
                return false;
            }
        }

        return true;
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
            foreach (var hit in Around(set, key.Start, key.End, rule.Within))
            {
                // "nudes" inside "send your nudes to everyone" is a word of its own; the very same words are not two groups.
                var distance = hit.Start == key.Start && hit.End == key.End && key.End > 0 ? int.MaxValue : Math.Max(Distance(key.Start, key.End, hit), 0);
                if (distance <= rule.Within && distance < best && (!rule.Ordered || hit.Start >= previous.End))
                {
                    best = distance;
                    found = hit;
                    if (best == 0)
                    {
                        return true;
                    }
                }
            }
        }

        return best != int.MaxValue;
    }

    private int Excuse(Rule rule, int start, int end, out PhraseHit by)
    {
        by = default;
        foreach (var set in rule.Unless)
        {
            foreach (var hit in Around(set, start, end, ExcuseReach))
            {
                // An excuse may overlap the match: "shooting" in "shooting stars".
                if (Distance(start, end, hit) <= ExcuseReach)
                {
                    by = hit;
                    return set;
                }
            }
        }

        return -1;
    }

    // Asked only of what is excused, which few texts have. Words inside the match, and several that go on from it ("beat me at chess"), say what it
    // means; those that anybody can add to hide it are single ones at its edge, or stand apart.
    private bool Speaks(Rule rule, int start, int end)
    {
        if (!rules.Speaker.TryGetValue(rule.Language, out var speaker))
        {
            return false;
        }

        foreach (var set in rule.Unless)
        {
            foreach (var hit in Around(set, start, end, 0))
            {
                var distance = Distance(start, end, hit);
                if (distance < 0 || (distance == 0 && hit.End - hit.Start > 1))
                {
                    return false;
                }
            }
        }

        for (var i = start; i < end; i++)
        {
            if (speaker.Contains(tokens.Tokens[i].Word))
            {
                return true;
            }
        }

        return false;
    }

    private ulong Near(int start, int end)
    {
        var bits = 0ul;
        for (var m = 0; m < rules.Modifiers.Length; m++)
        {
            var modifier = rules.Modifiers[m];
            foreach (var set in modifier.Near)
            {
                foreach (var hit in Around(set, start, end, modifier.Entry.Within))
                {
                    var distance = Distance(start, end, hit);
                    if (distance >= 0 && distance <= modifier.Entry.Within && (!modifier.Entry.Before || hit.End <= start))
                    {
                        bits |= 1ul << m;
                        break;
                    }
                }
            }
        }

        return bits;
    }

    // At least those hits of a set that can be within a reach of a span; one that starts long before it may still end there.
    private ReadOnlySpan<PhraseHit> Around(int set, int start, int end, int reach) =>
        end == 0 ? hits.Of(set) : hits.Between(set, (long)start - reach - rules.Phrases.Longest, (long)end + reach);

    /// <summary>Words between a span and a hit; -1 when they overlap. A hit of the host has no place and is near to everything.</summary>
    private static int Distance(int start, int end, PhraseHit hit) =>
        hit.End == 0 || end == 0 ? 0 : hit.Start >= end ? hit.Start - end : start >= hit.End ? start - hit.End : -1;

    private int ByteStart(int start, int end) => end == 0 ? 0 : tokens.SpanOf(start, end).Start;

    private int ByteEnd(int start, int end) => end == 0 ? 0 : tokens.SpanOf(start, end).End;

    /// <summary>Where a rule's finding in the text of a number lies, and how early a reading at once would have come to it.</summary>
    private readonly record struct Kept(long Text, int At, int Rank);
}
