using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>How much a vendor's category says by itself.</summary>
internal enum CategoryWeight
{
    /// <summary>Never a reason for an alert, and no theme: health, sex education, religion, support, ordinary categories.</summary>
    Ignore,

    /// <summary>Says nothing alone, unless the vendor itself asks for a person; raises what the words say.</summary>
    Hint,

    /// <summary>Alone at most medium: where there are no words to read, or the vendor itself rates the event as grave.</summary>
    Theme,

    /// <summary>
    /// The vendor says a child may be in danger. Alone high where there are no words to read; over words that say nothing a person looks; beside
    /// innocent ones it is recorded, unless the vendor itself rates the event as grave.
    /// </summary>
    Grave,
}

/// <summary>What a vendor's category stands for.</summary>
/// <param name="Themes">Places in the taxonomy; several when the vendor puts several concerns under one name.</param>
internal sealed record Category(string Vendor, string Name, string Version, CategoryWeight Weight, int[] Themes)
{
    /// <summary>The product as a sentence begins with it; one that is read by names that many use has none here.</summary>
    public string Product => Vendor is CategoryMap.Shared or CategoryMap.Generic ? "The product" : British.Capital(Vendor);

    /// <summary>Whether one of its themes is of this parent. A loop and no lambda: what that captures would be allocated at every weighing.</summary>
    public bool Says(string parent, Taxonomy taxonomy)
    {
        foreach (var theme in Themes)
        {
            if (string.Equals(taxonomy.Themes[theme].ParentCode, parent, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>
/// The category names of every vendor. Compared without case, outer blanks and a trailing <c>(Language)</c>. A product without a table of its
/// own is read by the names that all vendors who use them mean alike.
/// </summary>
internal sealed class CategoryMap
{
    private const int LongestName = 128;

    /// <summary>Vendor of the names that are shared.</summary>
    public const string Shared = "any";

    /// <summary>Vendor of the names for whatever no pack is for.</summary>
    public const string Generic = "generic";

    private readonly Dictionary<string, Dictionary<string, Category>> _vendors = new(StringComparer.OrdinalIgnoreCase);
    private Dictionary<string, Category> _shared = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>All names of all vendors but their numbers, which mean something else at each.</summary>
    public IEnumerable<string> Names => _vendors.Values.SelectMany(names => names.Keys).Where(IsWord).Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>What a category of a product may be said to be: names in words, each once.</summary>
    public IEnumerable<Category> Offered(string vendor) =>
        _vendors.GetValueOrDefault(vendor, _shared).Values.Where(category => IsWord(category.Name)).DistinctBy(category => category.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>As its maker writes it, whoever sent it; null: no maker has such a name, or it is a number.</summary>
    public string? NameOf(string category)
    {
        var name = Trim(category);
        foreach (var names in _vendors.Values)
        {
            if (names.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var known) && IsWord(known.Name))
            {
                return known.Name;
            }
        }

        return null;
    }

    /// <summary>What the category stands for, null when the map does not know it.</summary>
    public Category? Find(string vendor, ReadOnlySpan<byte> utf8)
    {
        // A vendor's own table is the whole truth about its words: what is not in it is unknown, and seen as such.
        var names = _vendors.GetValueOrDefault(vendor, _shared);
        Span<char> chars = stackalloc char[LongestName];
        if (utf8.Length > LongestName)
        {
            return null;
        }

        var length = System.Text.Encoding.UTF8.GetChars(utf8, chars);
        var name = Trim(chars[..length]);
        return names.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var category) ? category : null;
    }

    /// <summary>Adds a vendor's file; what is wrong goes to <paramref name="errors"/> with its place.</summary>
    public void Add(string vendor, ReadOnlyMemory<byte> json, Taxonomy taxonomy, RuleErrors errors)
    {
        var file = $"categories of {vendor}";
        if (RuleJson.Read<CategoryFile>(file, json, errors) is not { } content)
        {
            return;
        }

        var names = _vendors.TryGetValue(vendor, out var known) ? known : _vendors[vendor] = new(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < content.Categories.Length; i++)
        {
            var entry = content.Categories[i];
            var error = errors.At(file, $"categories[{i}]");
            if ((entry.Themes.Length == 0) != (entry.Weight == CategoryWeight.Ignore))
            {
                error("a category has themes, or the weight 'ignore', and not both");
            }

            var codes = entry.Themes.Where(code => !taxonomy.Lacks.Contains(code)).ToArray();
            var themes = codes.Select(taxonomy.IndexOf).ToArray();
            if (Array.IndexOf(themes, -1) is var unknown and >= 0)
            {
                error($"there is no theme '{codes[unknown]}'");
                continue;
            }

            // A category is known also where the edition knows nothing of what it stands for.
            var weight = themes.Length == 0 ? CategoryWeight.Ignore : entry.Weight;

            foreach (var name in entry.Names)
            {
                if (!names.TryAdd(Trim(name).ToString(), new Category(vendor, name, content.Version, weight, themes)))
                {
                    error($"the name '{name}' is already there");
                }
            }
        }
    }

    /// <summary>
    /// Gathers the names for products without a table, once all vendors are added. A name counts when all vendors that have it share a theme,
    /// or all call it no concern; it stands for what they have in common, the theme first that most put first, at the middle of their weights.
    /// </summary>
    public void Share() => _shared = _vendors.Values
        .SelectMany(names => names)
        .Where(entry => IsWord(entry.Key))
        .GroupBy(entry => entry.Key, entry => entry.Value, StringComparer.OrdinalIgnoreCase)
        .Select(group => (group.Key, Category: InCommon([.. group])))
        .Where(entry => entry.Category is not null)
        .ToDictionary(entry => entry.Key, entry => entry.Category!, StringComparer.OrdinalIgnoreCase);

    private static Category? InCommon(Category[] categories)
    {
        var first = categories[0];
        var themes = first.Themes
            .Where(theme => Array.TrueForAll(categories, other => other.Themes.Contains(theme)))
            .OrderByDescending(theme => categories.Count(other => other.Themes[0] == theme))
            .ToArray();
        if (themes.Length == 0 && Array.Exists(categories, other => other.Weight != CategoryWeight.Ignore))
        {
            return null;
        }

        return new Category(Shared, first.Name, string.Join('+', categories.Select(category => category.Version).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)), Middle(categories), themes);
    }

    // One vendor that puts weapons and fishing under one name must not make weapons a hint for all.
    private static CategoryWeight Middle(Category[] categories) => categories.Select(category => category.Weight).Order().ElementAt((categories.Length - 1) / 2);

    private static bool IsWord(string name) => name.Any(char.IsLetter);

    private static ReadOnlySpan<char> Trim(ReadOnlySpan<char> name)
    {
        name = name.Trim();
        if (name.EndsWith(')') && name.LastIndexOf('(') is var bracket and > 0)
        {
            name = name[..bracket].TrimEnd();
        }

        return name;
    }

    private sealed record CategoryFile
    {
        public required string Vendor { get; init; }

        public required string Version { get; init; }

        public string? Source { get; init; }

        public required CategoryEntry[] Categories { get; init; }
    }

    private sealed record CategoryEntry
    {
        public required string[] Names { get; init; }

        public required CategoryWeight Weight { get; init; }

        public string[] Themes { get; init; } = [];

        public string? Note { get; init; }
    }
}
