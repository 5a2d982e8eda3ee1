using System.Text.Json;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Classification.Lists;
using OnlineSafety.Monitoring.Classification.Model.Sentences;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Normalization.Suggestion;
using OnlineSafety.Monitoring.Processing.Lists;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>The data that decides: mappings, taxonomy, rule packs, category maps; and the words by which mappings are proposed. Loaded once; immutable.</summary>
internal sealed record Rules(MappingSet Mappings, RuleSet RuleSet, Vocabulary Vocabulary)
{
    public DeviceClasses Devices { get; init; } = DeviceClasses.None;

    public BankHolidays BankHolidays { get; init; } = BankHolidays.None;

    /// <summary>The same rules under every edition of the taxonomy; null when there is no other.</summary>
    public RuleEditions? Editions { get; init; }

    /// <summary>The rules under an edition; the installation's own when none is named, or one that it does not have.</summary>
    public RuleSet Of(string? edition) => edition is null ? RuleSet : Editions?.Of(edition) ?? RuleSet;

    /// <summary>Reads a <c>schemas</c> directory.</summary>
    /// <param name="schemas">Holds <c>taxonomy/</c>, <c>rulepacks/</c>, <c>vendors/</c> and <c>suggest.json</c>.</param>
    /// <param name="extraVendors">A further directory of vendor folders, or null.</param>
    /// <param name="extraRulePacks">A further directory of rule packs, or null.</param>
    /// <param name="edition">Id of the taxonomy's edition for schools that chose none; null: the newest.</param>
    /// <param name="lists">Directory of imported domain lists, or null.</param>
    /// <exception cref="MappingException">Mappings are wrong; lists every error.</exception>
    /// <exception cref="RuleException">Rules are wrong; lists every error.</exception>
    /// <exception cref="System.Text.Json.JsonException">The words for proposals are not what their schema says.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    public static Rules Load(string schemas, string? extraVendors = null, string? extraRulePacks = null, string? edition = null, string? lists = null)
    {
        var vendors = Vendors(schemas, extraVendors);
        var editions = ReadRules(schemas, vendors, extraRulePacks, edition, lists);
        var rules = editions.Standard;
        return new Rules(MappingSet.Parse(VendorFiles(vendors, "mapping.json")), rules, Vocabulary.Parse(File.ReadAllBytes(Path.Combine(schemas, "suggest.json")), rules.CategoryNames, FieldNames(vendors)))
        {
            Editions = editions,
            Devices = DeviceClasses.Parse(File.ReadAllBytes(Path.Combine(schemas, "devices", "classes.json"))),
            BankHolidays = BankHolidays.Parse(File.ReadAllBytes(Path.Combine(schemas, "calendars", "bank-holidays-england.json"))),
        };
    }

    /// <summary>Mappings alone: all that checking one, or reading a sample, needs.</summary>
    /// <exception cref="MappingException">Mappings are wrong; lists every error.</exception>
    public static MappingSet LoadMappings(string schemas, string? extraVendors = null) => MappingSet.Parse(VendorFiles(Vendors(schemas, extraVendors), "mapping.json"));

    /// <summary>Names of categories alone: all that telling them from other words needs. What is wrong in a file keeps processes from starting, and here no digest from being written.</summary>
    /// <param name="schemas">A <c>schemas</c> directory.</param>
    /// <param name="taxonomy">The edition's file.</param>
    /// <param name="extraVendors">A further directory of vendor folders, or null.</param>
    public static CategoryMap LoadCategories(string schemas, string taxonomy, string? extraVendors = null)
    {
        var errors = new RuleErrors();
        var themes = Taxonomy.Parse(File.ReadAllBytes(taxonomy), errors);
        var map = new CategoryMap();
        foreach (var (vendor, json) in VendorFiles(Vendors(schemas, extraVendors), "categories.json"))
        {
            map.Add(vendor, json, themes, errors);
        }

        return map;
    }

    /// <summary>Names of fields that the packs know: they may be shown, whoever sent them.</summary>
    public static IReadOnlyList<string> FieldNames(string schemas) => FieldNames(Vendors(schemas, extra: null));

    private static List<string> FieldNames(IEnumerable<string> vendors) =>
        [.. VendorFiles(vendors, "mapping.json").SelectMany(file => PlainNames.In(JsonElement.Parse(file.Json.Span))).Distinct(StringComparer.Ordinal)];

    private static List<string> Vendors(string schemas, string? extra) =>
        [.. Directory.GetDirectories(Path.Combine(schemas, "vendors")), .. extra is null ? [] : Directory.GetDirectories(extra)];

    /// <summary>Taxonomy, packs and (unless <paramref name="withModel"/> is false) the model alone: all that classifying text needs.</summary>
    public static RuleSet LoadRuleSet(string schemas, bool withModel = true) => withModel ? LoadEditions(schemas).Standard : LoadEditions(schemas).Standard.With(model: null);

    /// <summary>The same under each edition.</summary>
    /// <param name="schemas">A <c>schemas</c> directory.</param>
    /// <param name="extraRulePacks">A further directory of rule packs, or null.</param>
    /// <param name="edition">Id of the edition that counts as the installation's; null: the newest.</param>
    /// <exception cref="RuleException">Rules are wrong; lists every error.</exception>
    public static RuleEditions LoadEditions(string schemas, string? extraRulePacks = null, string? edition = null) =>
        ReadRules(schemas, Directory.GetDirectories(Path.Combine(schemas, "vendors")), extraRulePacks, edition, lists: null);

    private static RuleEditions ReadRules(string schemas, IEnumerable<string> vendors, string? extraPacks, string? edition, string? lists)
    {
        IEnumerable<string> files = Directory.GetFiles(Path.Combine(schemas, "rulepacks"), "*.json", SearchOption.AllDirectories);
        if (extraPacks is not null)
        {
            files = files.Concat(Directory.GetFiles(extraPacks, "*.json", SearchOption.AllDirectories));
        }

        return new RuleEditions(
            Named(schemas, Directory.GetFiles(Path.Combine(schemas, "taxonomy"), "*.json")), Named(schemas, files), VendorFiles(vendors, "categories.json"), ReadModel(schemas), edition,
            lists is null ? null : new DomainLists(DomainListFile.ReadAll(lists)),
            LoadSentences(schemas));
    }

    private static IEnumerable<(string Name, ReadOnlyMemory<byte> Json)> Named(string schemas, IEnumerable<string> files) =>
        files.Select(f => (Path.GetRelativePath(schemas, f), (ReadOnlyMemory<byte>)File.ReadAllBytes(f)));

    // The learned voice may be left out: then the rules speak alone.
    private static ReadOnlyMemory<byte> ReadModel(string schemas) =>
        Path.Combine(schemas, "models", "en.json") is var file && File.Exists(file) ? File.ReadAllBytes(file) : ReadOnlyMemory<byte>.Empty;

    /// <summary>What reads texts as a whole, from a <c>schemas</c> directory; null where it was left out: then the table of words speaks alone.</summary>
    /// <exception cref="RuleException">It is not what it was measured as; lists every error.</exception>
    public static LearnedSentences? LoadSentences(string schemas)
    {
        var (file, weights) = (Path.Combine(schemas, "models", "en.sentences.json"), Path.Combine(schemas, "models", "en.sentences.bin"));
        if (!File.Exists(file))
        {
            return null;
        }

        var errors = new RuleErrors();
        var sentences = LearnedSentences.Parse(File.ReadAllBytes(file), File.Exists(weights) ? File.ReadAllBytes(weights) : [], errors);
        errors.Throw();
        return sentences;
    }

    private static IEnumerable<(string Vendor, ReadOnlyMemory<byte> Json)> VendorFiles(IEnumerable<string> vendors, string file) =>
        vendors.Where(v => File.Exists(Path.Combine(v, file)))
            .Select(v => (Path.GetFileName(v), (ReadOnlyMemory<byte>)File.ReadAllBytes(Path.Combine(v, file))));
}
