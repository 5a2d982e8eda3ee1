using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Digests;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.App.Hosting;

/// <summary>Mappings, taxonomy and rule packs: the data that travels beside the executable.</summary>
internal sealed class SchemaFiles(string root)
{
    public static SchemaFiles BesideTheExecutable { get; } = new(Path.Combine(AppContext.BaseDirectory, "schemas"));

    public string Root { get; } = root;

    public string Vendors => Path.Combine(Root, "vendors");

    /// <summary>The newest edition: themes of older ones are among its aliases.</summary>
    public string Taxonomy => Directory.GetFiles(Path.Combine(Root, "taxonomy"), "*.json").Order(StringComparer.Ordinal).Last();

    /// <summary>Words of the products that have a mapping.</summary>
    public IReadOnlyList<string> Products => Directory.Exists(Vendors)
        ? [.. Directory.EnumerateDirectories(Vendors).Select(d => Path.GetFileName(d)!).Where(d => d != MappingSet.Everyone).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>What a managed device runs to open a canary, by <c>--for</c>.</summary>
    public string Canaries => Path.Combine(Root, "canaries");

    private string WebhookAuth => Path.Combine(Root, "webhook-auth");

    /// <summary>Words of the ways in which webhook sources prove themselves.</summary>
    public IReadOnlyList<string> AuthenticationPresets => Directory.Exists(WebhookAuth)
        ? [.. Directory.EnumerateFiles(WebhookAuth, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>What holds for a school that set no policy of its own.</summary>
    public string DefaultPolicy => Path.Combine(Root, "policies", "default.json");

    /// <summary>Every stored column: what it is, about whom, how it is kept and what deletes it.</summary>
    public string Fields => Path.Combine(Root, "fields.json");

    public BankHolidays ReadBankHolidays() => BankHolidays.Parse(File.ReadAllBytes(Path.Combine(Root, "calendars", "bank-holidays-england.json")));

    public ThemeGuide ReadThemeGuide() => ThemeGuide.Read(File.ReadAllBytes(Taxonomy));

    /// <param name="extraVendors">A further directory of vendor folders, or null.</param>
    public CategoryWords ReadCategoryWords(string? extraVendors) => new(() => Rules.LoadCategories(Root, Taxonomy, extraVendors));

    /// <exception cref="SetupException">No folder of that name: its exports could not be read.</exception>
    public string Product(string word) => Products.Contains(word, StringComparer.Ordinal)
        ? word
        : throw new SetupException($"\"{SetupText.Shown(word)}\" is not a product with a mapping. Known: {string.Join(", ", Products)}.");

    /// <exception cref="SetupException">There is none of that name.</exception>
    public string AuthenticationPreset(string word) => AuthenticationPresets.Contains(word, StringComparer.Ordinal)
        ? File.ReadAllText(Path.Combine(WebhookAuth, word + ".json"))
        : throw new SetupException($"\"{SetupText.Shown(word)}\" is not a preset. Known: {string.Join(", ", AuthenticationPresets)}.");
}
