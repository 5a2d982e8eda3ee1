using System.Security.Cryptography;
using OnlineSafety.Monitoring.Classification.Lists;
using OnlineSafety.Monitoring.Classification.Model;
using OnlineSafety.Monitoring.Classification.Model.Sentences;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>
/// A taxonomy, rule packs and category maps, compiled once. Immutable and thread-safe: all workers share one.
/// </summary>
internal sealed class RuleSet
{
    internal RuleSet(Taxonomy taxonomy, CategoryMap categories, CompiledRules rules, CompiledRules intents, RulePackFile names, LearnedModel? model, string version)
    {
        Model = model;
        Names = names;
        Taxonomy = taxonomy;
        Categories = categories;
        Rules = rules;
        Intents = intents;
        Version = version;
    }

    public Taxonomy Taxonomy { get; }

    /// <summary>Taxonomy id and the first 12 digits of the SHA-256 over all files: the same version is the same rules, bit for bit.</summary>
    public string Version { get; }

    /// <summary>Ids of all rules.</summary>
    public IEnumerable<string> RuleIds => Rules.Rules.Select(rule => rule.Id);

    /// <summary>Category names that some vendor uses.</summary>
    public IEnumerable<string> CategoryNames => Categories.Names;

    internal CategoryMap Categories { get; }

    internal CompiledRules Rules { get; }

    /// <summary>The learned voice, null when there is none.</summary>
    internal LearnedModel? Model { get; }

    /// <summary>Domain lists of the installation.</summary>
    internal DomainLists Lists { get; private init; } = DomainLists.None;

    /// <summary>By place in <see cref="Lists"/>: what it stands for; null where the edition has no such theme.</summary>
    internal ListedSite?[] Sites { get; private init; } = [];

    /// <summary>The same rules with another learned voice, or none, for measuring what it is worth: the version stays that of the files.</summary>
    public RuleSet With(LearnedModel? model) => new(Taxonomy, Categories, Rules, Intents, Names, model, Version) { Lists = Lists, Sites = Sites };

    /// <summary>The rule of a finding, which may be a school's own.</summary>
    internal Rule RuleOf(in Finding finding, Overlays.CompiledOverlay? overlay) =>
        finding.Rule < Rules.Rules.Length ? Rules.Rules[finding.Rule] : overlay!.Rules.Rules[finding.Rule - Rules.Rules.Length];

    /// <summary>Words and spellings of all packs, and nothing else: what a phrase needs that is compiled later.</summary>
    internal RulePackFile Names { get; }

    /// <summary>What speaks of an intent, each phrase a rule of its own; apart from the rules, because only who explains a result looks for it.</summary>
    internal CompiledRules Intents { get; }

    /// <summary>Compiles the files; <paramref name="model"/> is empty where there is none, and then <paramref name="sentences"/> say nothing either. Throws <see cref="RuleException"/> that lists every error with its file and place.</summary>
    public static RuleSet Parse(
        ReadOnlyMemory<byte> taxonomy,
        IEnumerable<(string Name, ReadOnlyMemory<byte> Json)> packs,
        IEnumerable<(string Vendor, ReadOnlyMemory<byte> Json)> categories,
        ReadOnlyMemory<byte> model = default,
        DomainLists? lists = null,
        LearnedSentences? sentences = null)
    {
        var errors = new RuleErrors();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(taxonomy.Span);
        var themes = Taxonomy.Parse(taxonomy, errors);

        var files = new List<(string Name, RulePackFile File)>();

        // In the order of their names, so that the version does not depend on how a directory lists them.
        foreach (var (name, json) in packs.OrderBy(p => p.Name, StringComparer.Ordinal))
        {
            hash.AppendData(json.Span);
            if (RuleJson.Read<RulePackFile>(name, json, errors) is { } file)
            {
                files.Add((name, Within(file, themes)));
            }
        }

        var map = new CategoryMap();
        foreach (var (vendor, json) in categories.OrderBy(c => c.Vendor, StringComparer.Ordinal))
        {
            hash.AppendData(json.Span);
            map.Add(vendor, json, themes, errors);
        }

        map.Share();

        var rules = new RuleCompiler(themes, errors).Compile(files);
        hash.AppendData(model.Span);
        hash.AppendData(sentences is null ? [] : sentences.Manifest.Span);
        var learned = model.IsEmpty ? null : LearnedModel.Parse("model", model, themes, errors, sentences);
        lists ??= DomainLists.None;
        var sites = SitesOf(lists, themes, hash, errors);
        errors.Throw();
        var names = NamesOf(files);
        var intents = new RuleCompiler(themes, errors).Compile([("intents", names with { Rules = IntentsOf(files, themes) })]);
        errors.Throw();
        return new RuleSet(themes, map, rules, intents, names, learned, $"{themes.Id}+{Convert.ToHexStringLower(hash.GetHashAndReset())[..12]}") { Lists = lists, Sites = sites };
    }

    private static ListedSite?[] SitesOf(DomainLists lists, Taxonomy themes, IncrementalHash hash, RuleErrors errors)
    {
        var sites = new ListedSite?[lists.Lists.Count];
        for (var i = 0; i < sites.Length; i++)
        {
            var list = lists.Lists[i];
            // The licence too: it is what reasons say.
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{list.Name}\n{list.Theme}\n{list.Licence}\n{list.Version}\n"));
            if (themes.Lacks.Contains(list.Theme))
            {
                continue;
            }

            var theme = themes.IndexOf(list.Theme);
            sites[i] = theme >= 0 ? new ListedSite(list, theme) : null;
            if (theme < 0)
            {
                errors.Add($"domain list {list.Name}", "theme", $"there is no theme '{list.Theme}'");
            }
        }

        return sites;
    }

    // What an edition does not know is not asked for under it; a theme that no edition knows is an error all the same.
    private static RulePackFile Within(RulePackFile file, Taxonomy themes) => themes.Lacks.Count == 0 ? file : file with
    {
        Rules =
        [
            .. file.Rules.Where(rule => !themes.Lacks.Contains(rule.Theme))
                .Select(rule => rule.Authored is { } authored && themes.Lacks.Contains(authored) ? rule with { Authored = null } : rule),
        ],
        Modifiers = [.. file.Modifiers.Select(modifier => modifier with { Themes = [.. modifier.Themes.Where(theme => !themes.Lacks.Contains(theme))] })],
    };

    private static RulePackFile NamesOf(List<(string Name, RulePackFile File)> files) => new()
    {
        Pack = "school",
        Version = "1",
        Language = "",
        Words = Merged(files.Select(f => f.File.Words)),
        Spellings = Merged(files.Select(f => f.File.Spellings)),
    };

    private static RuleEntry[] IntentsOf(List<(string Name, RulePackFile File)> files, Taxonomy themes) =>
    [
        .. files.SelectMany(f => f.File.Intents).Distinct(StringComparer.Ordinal).Select((phrase, i) => new RuleEntry
        {
            Id = $"intent.{i}", Theme = themes.Themes[0].Code, Severity = Events.Severity.None, All = [[phrase]], Explain = "", Positive = [phrase], Negative = [],
        }),
    ];

    // That a name is in two files is an error that was said already.
    private static Dictionary<string, string[]> Merged(IEnumerable<Dictionary<string, string[]>> parts)
    {
        var merged = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var (name, members) in parts.SelectMany(part => part))
        {
            merged.TryAdd(name, members);
        }

        return merged;
    }
}
