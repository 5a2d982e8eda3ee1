using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>Bits to set in one word of what was seen.</summary>
internal readonly record struct SeenBits(int At, ulong Bits);

/// <summary>Rules that can matter to whoever reads a text.</summary>
internal enum RulesAsked
{
    /// <summary>All, hints too, which only raise what a vendor's category says.</summary>
    All,

    /// <summary>Those that say something by themselves.</summary>
    Deciding,

    /// <summary>Those of grave themes at high or above, and nothing excuses them.</summary>
    Grave,
}

/// <summary>
/// Which groups of which rules a text may fulfil, a bit for each: by set, what a phrase of it adds. A rule all of whose groups were seen
/// somewhere in a text may apply, every other cannot. What is noted twice is noted apart, for one word never fulfils two groups.
/// </summary>
internal sealed class RuleBits
{
    private const int Fields = 32;
    private static readonly int AtOnce = 64 * Vector256<ulong>.Count; // rules whose bits are looked at together

    private readonly ulong[] _given;
    private readonly ulong[][] _asked;
    private readonly SeenBits[][] _bySet;
    private readonly int _parts;
    private readonly int _words;

    public RuleBits(IReadOnlyList<Rule> rules, Taxonomy taxonomy, int sets)
    {
        // Behind the groups one more part: all groups of a rule together. Noted twice, it tells that two of its phrases were seen.
        _parts = 1 + rules.Select(rule => rule.Groups.Length).DefaultIfEmpty().Max();
        _words = (rules.Count + AtOnce - 1) / AtOnce * Vector256<ulong>.Count;
        _given = new ulong[_parts * _words * 2];
        var bySet = new Dictionary<int, ulong>[sets];
        for (var number = 0; number < rules.Count; number++)
        {
            AddRule(rules[number], number, bySet);
        }

        _bySet = [.. bySet.Select(bits => bits is null ? [] : bits.Select(b => new SeenBits(b.Key, b.Value)).ToArray())];
        _asked =
        [
            Asked(rules, _ => true),
            Asked(rules, rule => rule.Severity > Severity.None),
            Asked(rules, rule => rule.Severity >= Severity.High && taxonomy.Themes[rule.Theme].Grave),
        ];
    }

    /// <summary>Words of what was seen.</summary>
    public int Length => _given.Length;

    /// <summary>Words of a bit for each rule.</summary>
    public int Words => _words;

    /// <summary>What a phrase of the set adds.</summary>
    public ReadOnlySpan<SeenBits> Of(int set) => _bySet[set];

    /// <summary>Forgets what was seen.</summary>
    public void Clear(Span<ulong> seen) => _given.CopyTo(seen);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(ReadOnlySpan<SeenBits> bits, Span<ulong> seen)
    {
        var twice = seen.Length / 2;
        foreach (ref readonly var more in bits)
        {
            seen[twice + more.At] |= seen[more.At] & more.Bits;
            seen[more.At] |= more.Bits;
        }
    }

    /// <summary>Whether every group of some rule asked for that reads <paramref name="field"/> was seen.</summary>
    public bool AnyComplete(ReadOnlySpan<ulong> seen, EventField field, RulesAsked asked)
    {
        var any = Vector256<ulong>.Zero;
        var reads = Reading(field, asked);
        for (var word = 0; word < reads.Length; word += Vector256<ulong>.Count)
        {
            any |= CompleteIn(seen, reads, word);
        }

        return any != Vector256<ulong>.Zero;
    }

    /// <summary>Sets a bit in <paramref name="complete"/> for each rule that reads <paramref name="field"/> and of which every group was seen, and clears all others.</summary>
    public void MarkComplete(ReadOnlySpan<ulong> seen, EventField field, Span<ulong> complete)
    {
        var reads = Reading(field, RulesAsked.All);
        for (var word = 0; word < reads.Length; word += Vector256<ulong>.Count)
        {
            CompleteIn(seen, reads, word).CopyTo(complete[word..]);
        }
    }

    private ReadOnlySpan<ulong> Reading(EventField field, RulesAsked asked) => _asked[(int)asked].AsSpan((int)field * _words, _words);

    private Vector256<ulong> CompleteIn(ReadOnlySpan<ulong> seen, ReadOnlySpan<ulong> reads, int word)
    {
        var complete = Vector256.Create(reads[word..]) & Vector256.Create(seen[((((2 * _parts) - 1) * _words) + word)..]);
        for (var group = 0; group < _parts - 1; group++)
        {
            complete &= Vector256.Create(seen[((group * _words) + word)..]);
        }

        return complete;
    }

    private void AddRule(Rule rule, int number, Dictionary<int, ulong>[] bySet)
    {
        var (word, bit) = (number / 64, 1UL << (number % 64));
        for (var group = 0; group < _parts - 1; group++)
        {
            if (group >= rule.Groups.Length)
            {
                _given[(group * _words) + word] |= bit;
                continue;
            }

            foreach (var set in rule.Groups[group])
            {
                var bits = bySet[set] ??= [];
                foreach (var part in (int[])[group, _parts - 1])
                {
                    var at = (part * _words) + word;
                    bits[at] = bits.GetValueOrDefault(at) | bit;
                }
            }
        }

        if (rule.Groups.Length < 2)
        {
            // One phrase is enough.
            _given[(((2 * _parts) - 1) * _words) + word] |= bit;
        }
    }

    private ulong[] Asked(IReadOnlyList<Rule> rules, Func<Rule, bool> which)
    {
        var asked = new ulong[Fields * _words];
        for (var number = 0; number < rules.Count; number++)
        {
            for (var field = 0; field < Fields && which(rules[number]); field++)
            {
                asked[(field * _words) + (number / 64)] |= (rules[number].Fields & (1u << field)) != 0 ? 1UL << (number % 64) : 0;
            }
        }

        return asked;
    }
}
