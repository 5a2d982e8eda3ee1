using System.Collections.Concurrent;
using OnlineSafety.Monitoring.Classification.Lists;
using OnlineSafety.Monitoring.Classification.Model.Sentences;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>
/// The same packs and category maps under each edition of the taxonomy. The newest (or the one that is asked for) is compiled at once, so that its errors are
/// seen at start-up; any other when it is first used. Thread-safe.
/// </summary>
internal sealed class RuleEditions
{
    private readonly Dictionary<string, (DateOnly From, ReadOnlyMemory<byte> Json)> _taxonomies;
    private readonly (string Name, ReadOnlyMemory<byte> Json)[] _packs;
    private readonly (string Vendor, ReadOnlyMemory<byte> Json)[] _categories;
    private readonly ReadOnlyMemory<byte> _model;
    private readonly LearnedSentences? _sentences;
    private readonly DomainLists _lists;
    private readonly ConcurrentDictionary<string, Lazy<RuleSet>> _compiled;

    /// <param name="taxonomies">One file for each edition.</param>
    /// <param name="packs">Rule packs, by name.</param>
    /// <param name="categories">Category maps, by vendor.</param>
    /// <param name="model">The learned voice; empty where there is none.</param>
    /// <param name="standard">Id of the edition for schools that chose none; null: the newest.</param>
    /// <param name="lists">Domain lists of the installation; null: none.</param>
    /// <param name="sentences">What reads as a whole what the learned voice's table finds out of the ordinary; null: nothing.</param>
    /// <exception cref="RuleException">Files are wrong, or there is no such edition; lists every error.</exception>
    public RuleEditions(
        IEnumerable<(string Name, ReadOnlyMemory<byte> Json)> taxonomies,
        IEnumerable<(string Name, ReadOnlyMemory<byte> Json)> packs,
        IEnumerable<(string Vendor, ReadOnlyMemory<byte> Json)> categories,
        ReadOnlyMemory<byte> model = default,
        string? standard = null,
        DomainLists? lists = null,
        LearnedSentences? sentences = null)
    {
        _sentences = sentences;
        (_taxonomies, _compiled) = (new(StringComparer.Ordinal), new(StringComparer.Ordinal));
        (_packs, _categories, _model, _lists) = ([.. packs], [.. categories], model, lists ?? DomainLists.None);
        var errors = new RuleErrors();
        foreach (var (name, json) in taxonomies.OrderBy(t => t.Name, StringComparer.Ordinal))
        {
            var taxonomy = Taxonomy.Parse(json, errors);
            if (!_taxonomies.TryAdd(taxonomy.Id, (taxonomy.InForceFrom, json)))
            {
                errors.Add(name, "taxonomy", $"the edition '{taxonomy.Id}' is in another file already");
            }
        }

        Ids = [.. _taxonomies.OrderBy(t => t.Value.From).ThenBy(t => t.Key, StringComparer.Ordinal).Select(t => t.Key)];
        if (standard is not null && !_taxonomies.ContainsKey(standard))
        {
            errors.Add("taxonomy", "edition", $"there is none called '{standard}'. Known: {string.Join(", ", Ids)}");
        }

        errors.Throw();
        Standard = Of(standard ?? Ids[^1])!;
    }

    // What is compiled is shared: the packs take seconds, and another edition of the same files changes none of them.
    private RuleEditions(RuleEditions same, string standard)
    {
        (_taxonomies, _compiled, _packs, _categories, Ids) = (same._taxonomies, same._compiled, same._packs, same._categories, same.Ids);
        (_model, _sentences, _lists) = (same._model, same._sentences, same._lists);
        Standard = Of(standard)!;
    }

    /// <summary>Ids of the editions, the newest last.</summary>
    public IReadOnlyList<string> Ids { get; }

    /// <summary>The rules of schools that chose no edition.</summary>
    public RuleSet Standard { get; }

    /// <summary>Each case on which a rule does otherwise than it must, in words.</summary>
    public IEnumerable<string> WrongCases() => RuleCases.Wrong(Standard, _packs);

    /// <summary>The same with some files replaced or added.</summary>
    /// <param name="change">Which.</param>
    /// <param name="standard">Id of the edition that judges where none is chosen.</param>
    /// <exception cref="RuleException">Files are wrong, or there is no such edition; lists every error.</exception>
    public RuleEditions With(RuleChange change, string? standard) => change.IsNone && _taxonomies.ContainsKey(standard ?? Ids[^1]) ? new(this, standard ?? Ids[^1]) : new(
        change.Taxonomies.Count > 0 ? change.Taxonomies : _taxonomies.Select(t => (t.Key, t.Value.Json)),
        change.PacksOver(_packs),
        CategoriesWith(change),
        change.Model.IsEmpty && !change.Whole ? _model : change.Model,
        standard,
        _lists,
        _sentences);

    // By vendor: an installation's own products are in no directory of the shared ones.
    private IEnumerable<(string Vendor, ReadOnlyMemory<byte> Json)> CategoriesWith(RuleChange change)
    {
        var tried = change.Categories.ToDictionary(category => category.Vendor, category => category.Json, StringComparer.Ordinal);
        return [.. _categories.Select(known => tried.Remove(known.Vendor, out var json) ? (known.Vendor, json) : known), .. tried.Select(added => (added.Key, added.Value))];
    }

    /// <summary>The rules under an edition; null when this installation has none of that id.</summary>
    public RuleSet? Of(string id) => _taxonomies.TryGetValue(id, out var taxonomy)
        ? _compiled.GetOrAdd(id, _ => new Lazy<RuleSet>(() => RuleSet.Parse(taxonomy.Json, _packs, _categories, _model, _lists, _sentences))).Value
        : null;
}
