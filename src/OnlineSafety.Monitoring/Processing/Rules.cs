using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Normalization.Suggestion;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>The data that decides: mappings, taxonomy, rule packs, category maps; and the words by which mappings are proposed. Loaded once; immutable.</summary>
internal sealed record Rules(MappingSet Mappings, RuleSet RuleSet, Vocabulary Vocabulary)
{
    public DeviceClasses Devices { get; init; } = DeviceClasses.None;

    public BankHolidays BankHolidays { get; init; } = BankHolidays.None;

    /// <summary>Reads a <c>schemas</c> directory.</summary>
    /// <param name="schemas">Holds <c>taxonomy/</c>, <c>rulepacks/</c>, <c>vendors/</c> and <c>suggest.json</c>.</param>
    /// <param name="extraVendors">A further directory of vendor folders, or null.</param>
    /// <param name="extraRulePacks">A further directory of rule packs, or null.</param>
    /// <exception cref="MappingException">Mappings are wrong; lists every error.</exception>
    /// <exception cref="RuleException">Rules are wrong; lists every error.</exception>
    /// <exception cref="System.Text.Json.JsonException">The words for proposals are not what their schema says.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    public static Rules Load(string schemas, string? extraVendors = null, string? extraRulePacks = null)
    {
        var vendors = Vendors(schemas, extraVendors);
        var rules = ReadRules(schemas, vendors, extraRulePacks);
        return new Rules(MappingSet.Parse(VendorFiles(vendors, "mapping.json")), rules, Vocabulary.Parse(File.ReadAllBytes(Path.Combine(schemas, "suggest.json")), rules.CategoryNames))
        {
            Devices = DeviceClasses.Parse(File.ReadAllBytes(Path.Combine(schemas, "devices", "classes.json"))),
            BankHolidays = BankHolidays.Parse(File.ReadAllBytes(Path.Combine(schemas, "calendars", "bank-holidays-england.json"))),
        };
    }

    /// <summary>Mappings alone: all that checking one, or reading a sample, needs.</summary>
    /// <exception cref="MappingException">Mappings are wrong; lists every error.</exception>
    public static MappingSet LoadMappings(string schemas, string? extraVendors = null) => MappingSet.Parse(VendorFiles(Vendors(schemas, extraVendors), "mapping.json"));

    private static List<string> Vendors(string schemas, string? extra) =>
        [.. Directory.GetDirectories(Path.Combine(schemas, "vendors")), .. extra is null ? [] : Directory.GetDirectories(extra)];

    /// <summary>Taxonomy, packs and (unless <paramref name="withModel"/> is false) the model alone: all that classifying text needs.</summary>
    public static RuleSet LoadRuleSet(string schemas, bool withModel = true) =>
        ReadRules(schemas, Directory.GetDirectories(Path.Combine(schemas, "vendors")), extraPacks: null, withModel);

    private static RuleSet ReadRules(string schemas, IEnumerable<string> vendors, string? extraPacks, bool withModel = true)
    {
        var taxonomy = File.ReadAllBytes(Path.Combine(schemas, "taxonomy", "kcsie-2026.json"));
        IEnumerable<string> files = Directory.GetFiles(Path.Combine(schemas, "rulepacks"), "*.json", SearchOption.AllDirectories);
        if (extraPacks is not null)
        {
            files = files.Concat(Directory.GetFiles(extraPacks, "*.json", SearchOption.AllDirectories));
        }

        var packs = files.Select(f => (Path.GetRelativePath(schemas, f), (ReadOnlyMemory<byte>)File.ReadAllBytes(f)));
        return RuleSet.Parse(taxonomy, packs, VendorFiles(vendors, "categories.json"), withModel ? ReadModel(schemas) : default);
    }

    // The learned voice may be left out: then the rules speak alone.
    private static ReadOnlyMemory<byte> ReadModel(string schemas) =>
        Path.Combine(schemas, "models", "en.json") is var file && File.Exists(file) ? File.ReadAllBytes(file) : ReadOnlyMemory<byte>.Empty;

    private static IEnumerable<(string Vendor, ReadOnlyMemory<byte> Json)> VendorFiles(IEnumerable<string> vendors, string file) =>
        vendors.Where(v => File.Exists(Path.Combine(v, file)))
            .Select(v => (Path.GetFileName(v), (ReadOnlyMemory<byte>)File.ReadAllBytes(Path.Combine(v, file))));
}
