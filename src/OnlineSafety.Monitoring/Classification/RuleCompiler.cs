using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>Everything an assessor needs to read a text.</summary>
/// <param name="Sieve">Tells texts in which no rule can apply.</param>
/// <param name="Bits">What the sieve notes.</param>
/// <param name="ByKey">By set: places in <paramref name="Rules"/> of the rules whose first group has it.</param>
/// <param name="Contexts">Sets of what the packs name as innocent surroundings: schoolwork, games, sport ...</param>
/// <param name="SetNames">By set: its name, for reasons.</param>
internal sealed record CompiledRules(
    PhraseGraph Phrases, PhraseSieve Sieve, RuleBits Bits, HostTable Hosts, Rule[] Rules, int[][] ByKey, Modifier[] Modifiers, int[] Contexts, string[] SetNames)
{
    /// <summary>By language: numbers of the words by which somebody speaks of themselves.</summary>
    public required IReadOnlyDictionary<string, HashSet<int>> Speaker { get; init; }
}

/// <summary>Turns the rule pack files into sets of phrases, rules and modifiers.</summary>
internal sealed class RuleCompiler(Taxonomy taxonomy, RuleErrors errors)
{
    private readonly Dictionary<string, string[]> _named = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _sets = new(StringComparer.Ordinal);
    private readonly List<string> _setNames = [];
    private readonly List<HashSet<IReadOnlyList<string[]>>> _setParts = [];
    private readonly HashSet<IReadOnlyList<string[]>> _guarded = new(ReferenceEqualityComparer.Instance);
    private bool _english;
    private readonly PhraseGraphBuilder _graph = new();
    private readonly HostTable _hosts = new();
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private PhraseSyntax _syntax = new(new Dictionary<string, string[]>(StringComparer.Ordinal), new Dictionary<string, string[]>(StringComparer.Ordinal), _ => { });

    public CompiledRules Compile(IReadOnlyList<(string Name, RulePackFile File)> packs)
    {
        Dictionary<string, string[]> words = new(StringComparer.Ordinal), spellings = new(StringComparer.Ordinal);
        foreach (var (name, file) in packs)
        {
            foreach (var (word, others) in file.Spellings)
            {
                spellings[word] = [.. spellings.GetValueOrDefault(word, []).Union(others, StringComparer.Ordinal)];
            }

            Merge(name, "words", file.Words, words);
            Merge(name, "sets", file.Sets, _named);
        }

        _syntax = new PhraseSyntax(words, spellings, _graph.Guard);
        var rules = new List<Rule>();
        var modifiers = new List<Modifier>();
        var guarded = new List<Rule>();
        foreach (var (name, file) in packs)
        {
            _english = IsEnglish(file);
            var first = rules.Count;
            rules.AddRange(file.Rules.Select((r, i) => Compile(file, r, errors.At(name, $"rules[{i}] ({r.Id})"))));
            modifiers.AddRange(file.Modifiers.Select((m, i) => Compile(file, m, errors.At(name, $"modifiers[{i}] ({m.Id})"))));
            guarded.AddRange(rules.Skip(first).Where(rule => _english && rule.Severity >= Severity.High));
        }

        foreach (var word in packs.SelectMany(p => p.File.Ordinary).SelectMany(PhraseSyntax.Fold))
        {
            _graph.AddOrdinary(word);
        }

        guarded.ForEach(Guard);
        int[] contexts = [.. packs.SelectMany(Contexts).Distinct()];
        if (modifiers.Count > 64)
        {
            errors.Add("rule packs", "modifiers", "there are more than 64");
        }

        var byKey = rules.SelectMany((rule, i) => rule.Groups[0].Select(set => (set, i))).ToLookup(x => x.set, x => x.i);
        var phrases = new PhraseGraph(_graph);
        var bits = new RuleBits(rules, taxonomy, _setNames.Count);
        return new CompiledRules(
            phrases, new PhraseSieve(phrases, _graph.Plan(), bits), bits, _hosts, [.. rules], [.. _setNames.Select((_, set) => byKey[set].ToArray())], [.. modifiers], contexts, [.. _setNames])
        {
            Speaker = packs.GroupBy(p => p.File.Language, StringComparer.Ordinal).ToDictionary(
                of => of.Key,
                of => of.SelectMany(p => p.File.Speaker).SelectMany(PhraseSyntax.Fold).Select(phrases.Lexicon.NumberOf).Where(number => number > 0).ToHashSet(),
                StringComparer.Ordinal),
        };
    }

    // The slips are those of British spelling, and words of other languages are too near to English ones.
    private static bool IsEnglish(RulePackFile file) => file.Language.Split('-')[0] == "en";

    private int[] Contexts((string Name, RulePackFile File) pack)
    {
        _english = IsEnglish(pack.File);
        return Sets(pack.File.Contexts, errors.At(pack.Name, "contexts"));
    }

    // Who writes of what is gravest may not be missed for a slip of the pen, or for two words written as one.
    private void Guard(Rule rule)
    {
        foreach (var word in rule.Groups.SelectMany(group => group).SelectMany(set => _setParts[set]).Where(_guarded.Add).SelectMany(part => part).SelectMany(words => words))
        {
            _graph.Guard(word);
        }
    }

    private void Merge(string file, string place, Dictionary<string, string[]> from, Dictionary<string, string[]> to)
    {
        foreach (var (name, members) in from)
        {
            if (!to.TryAdd(name, members))
            {
                errors.Add(file, $"{place}.{name}", "is already defined in another pack");
            }
        }
    }

    private Rule Compile(RulePackFile file, RuleEntry entry, Action<string> error)
    {
        if (!_ids.Add(entry.Id))
        {
            error("the id is already taken");
        }

        if (entry.All.Length == 0 || entry.All.Any(g => g.Length == 0))
        {
            error("'all' needs at least one group, and every group a phrase");
        }

        if (entry.Positive.Length == 0)
        {
            error("a rule needs a case on which it applies");
        }

        var theme = Theme(entry.Theme, error);
        string[] unless = entry.Firm ? entry.Unless : [.. entry.Unless, .. file.Contexts];
        return new Rule
        {
            Id = entry.Id,
            Version = $"{file.Pack}@{file.Version}",
            Language = file.Language,
            Theme = theme,
            Authored = entry.Authored is null ? theme : Theme(entry.Authored, error),
            Risk = entry.Risk,
            Severity = entry.Severity,
            Agree = entry.Agree,
            Groups = [.. entry.All.Select(group => Sets(group, error))],
            Within = entry.Within,
            Ordered = entry.Ordered,
            Unless = Sets(unless, error),
            Firm = entry.Firm,
            Fields = entry.Fields.Length == 0 ? uint.MaxValue : entry.Fields.Aggregate(0u, (bits, field) => bits | (1u << (int)field)),
            Priority = entry.Priority,
            Explain = entry.Explain,
        };
    }

    private Modifier Compile(RulePackFile file, ModifierEntry entry, Action<string> error)
    {
        if (!_ids.Add(entry.Id))
        {
            error("the id is already taken");
        }

        bool[]? themes = null;
        if (entry.Themes.Length > 0)
        {
            var named = entry.Themes.Select(code => Theme(code, error)).ToHashSet();
            themes = [.. taxonomy.Themes.Select((t, i) => named.Contains(i) || named.Contains(taxonomy.IndexOf(t.ParentCode)))];
        }

        return new Modifier
        {
            Id = entry.Id,
            Version = $"{file.Pack}@{file.Version}",
            Themes = themes,
            Near = Sets(entry.Near, error),
            Entry = entry,
        };
    }

    private int Theme(string code, Action<string> error)
    {
        if (taxonomy.IndexOf(code) is var theme and >= 0)
        {
            return theme;
        }

        error($"there is no theme '{code}'");
        return 0;
    }

    // Named sets stay sets of their own, however many rules use them, so that one phrase in a text is one hit; the rest of a list
    // becomes one set together.
    private int[] Sets(string[] members, Action<string> error)
    {
        var sets = members.Where(m => m.StartsWith('@')).Select(m => Set(m[1..], [m], error)).ToList();
        string[] own = [.. members.Where(m => !m.StartsWith('@'))];
        if (own.Length > 0)
        {
            sets.Add(Set(string.Join(" / ", own), own, error));
        }

        return [.. sets.Distinct()];
    }

    private int Set(string name, string[] members, Action<string> error)
    {
        if (_sets.TryGetValue(name, out var set))
        {
            return set;
        }

        set = _setNames.Count;
        _sets[name] = set;
        _setNames.Add(name);
        _setParts.Add(new HashSet<IReadOnlyList<string[]>>(ReferenceEqualityComparer.Instance));
        AddMembers(members, set, error, []);
        return set;
    }

    private void AddMembers(string[] members, int set, Action<string> error, HashSet<string> inside)
    {
        foreach (var member in members)
        {
            if (member.StartsWith('@'))
            {
                if (!_named.TryGetValue(member[1..], out var named))
                {
                    error($"there is no set '{member}'");
                }
                else if (inside.Add(member))
                {
                    AddMembers(named, set, error, inside);
                }
            }
            else if (member.StartsWith("host:", StringComparison.Ordinal))
            {
                _hosts.AddDomain(member["host:".Length..], set);
            }
            else if (member.StartsWith("inhost:", StringComparison.Ordinal))
            {
                if (!_hosts.AddPart(member["inhost:".Length..], set))
                {
                    error($"'{member}': a part of a host name has 3 to 16 letters");
                }
            }
            else
            {
                AddPhrase(member, set, error);
            }
        }
    }

    private void AddPhrase(string phrase, int set, Action<string> error)
    {
        try
        {
            var parts = _syntax.Read(phrase);
            _graph.Add(parts, set, joins: _english);
            _setParts[set].UnionWith(parts.Select(part => part.Alternatives));
        }
        catch (FormatException e)
        {
            error(e.Message);
        }
    }
}
