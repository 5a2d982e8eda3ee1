using System.Text.Json;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Normalization.Suggestion;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.App.Guides;

/// <summary>What the console's pages need of the installation. Rules are those of the process role where this process has it, else read when first asked for.</summary>
internal sealed class InstallationGuide(InstallationSettings settings, SchemaFiles schemas, Rules? rules) : IInstallationGuide
{
    private readonly Lazy<MappingSet> _mappings = new(() => rules?.Mappings ?? Rules.LoadMappings(schemas.Root, settings.Configuration["Vendors"]));

    private readonly Lazy<PlainNames> _names = new(
        () => (rules ?? Rules.Load(schemas.Root, settings.Configuration["Vendors"], settings.Configuration["RulePacks"], settings.Configuration["Taxonomy"])).Vocabulary.Plain);

    private readonly Lazy<RuleEditions> _editions = new(
        () => rules?.Editions ?? Rules.LoadEditions(schemas.Root, settings.Configuration["RulePacks"], settings.Configuration["Taxonomy"]));

    private readonly Lazy<BankHolidays> _holidays = new(
        () => rules?.BankHolidays ?? BankHolidays.Parse(File.ReadAllBytes(Path.Combine(schemas.Root, "calendars", "bank-holidays-england.json"))));

    private readonly Lazy<IReadOnlyList<ShippedPack>> _packs = new(() => [.. ReadPacks(schemas.Root, settings.Configuration["RulePacks"])]);

    private readonly Lazy<IReadOnlyList<string>> _harmless = new(() => Processing.HarmlessTexts.Read(schemas.Root));

    public IReadOnlyList<string> Products => schemas.Products;

    public MappingSet Mappings => _mappings.Value;

    public PlainNames PlainNames => _names.Value;

    public RuleEditions Editions => _editions.Value;

    public IReadOnlyList<ShippedPack> Packs => _packs.Value;

    public BankHolidays BankHolidays => _holidays.Value;

    public IReadOnlyList<string> HarmlessTexts => _harmless.Value;

    private ServiceAddresses Service => ServiceAddresses.Read(settings.DataDirectory);

    public void RequireFree(int port)
    {
        if (Service.Uses(port))
        {
            throw new SetupException($"The service listens on port {port} for all sources already. Choose a free one, or leave it out.");
        }
    }

    public PasteLines LinesFor(Source source, string key, string secret = SourceProof.SecretPlace)
    {
        var service = Service;
        var said = settings.PublicAddress;
        var address = SourceAddress.Of(source, service.SeenBy(said), settings.DropDirectory);
        return new PasteLines(SourceGuide.For(source, key, address, secret), address.MailboxOf(source, key), SourceGuide.Missing(source, service, said), SourceGuide.Note(source, service, said));
    }

    public string TargetOf(Source source)
    {
        var address = SourceAddress.Of(source, Service.SeenBy(settings.PublicAddress), settings.DropDirectory);
        return (SourceDoor)source.Door switch
        {
            SourceDoor.Syslog => address.Syslog,
            SourceDoor.Mail => $"its own address at {address.MailDomain}",
            SourceDoor.File => address.Drop,
            _ => address.Url,
        };
    }

    public string AuthenticationPreset(string word) => schemas.AuthenticationPreset(word);

    public IReadOnlyList<CanarySteps> CanarySteps(Canary canary) => new CanaryGuide(schemas.Canaries, canary).Steps();

    private static IEnumerable<ShippedPack> ReadPacks(string root, string? extra)
    {
        IEnumerable<string> files = Directory.GetFiles(Path.Combine(root, "rulepacks"), "*.json", SearchOption.AllDirectories);
        foreach (var file in (extra is null ? files : files.Concat(Directory.GetFiles(extra, "*.json", SearchOption.AllDirectories))).Order(StringComparer.Ordinal))
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            var pack = json.RootElement;
            yield return new ShippedPack(
                pack.GetProperty("pack").GetString()!, pack.GetProperty("version").GetString()!, pack.GetProperty("language").GetString()!,
                pack.TryGetProperty("rules", out var rules) ? rules.GetArrayLength() : 0);
        }
    }
}
