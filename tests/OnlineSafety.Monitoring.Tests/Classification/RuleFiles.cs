using System.Text;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Classification;

/// <summary>The rules of this repository, compiled once for all tests, and short ways to assess a text with them.</summary>
internal static class RuleFiles
{
    public static string Root => Repository.Root;

    public static byte[] Taxonomy { get; } = File.ReadAllBytes(Path.Combine(Root, "schemas/taxonomy/kcsie-2026.json"));

    public static IEnumerable<string> Editions => Directory.GetFiles(Path.Combine(Root, "schemas/taxonomy"), "*.json").Order(StringComparer.Ordinal);

    public static RuleSet Shipped { get; } = Load();

    /// <summary>The packs of all languages.</summary>
    public static IEnumerable<string> Packs => Directory.GetFiles(Path.Combine(Root, "schemas/rulepacks"), "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    /// <summary>Language folder and file: <c>pl/contact.json</c>.</summary>
    public static string NameOf(string pack) => Path.GetRelativePath(Path.Combine(Root, "schemas/rulepacks"), pack).Replace('\\', '/');

    /// <summary>Titles of lessons, which travel with the service: what a school's own phrase is tried on.</summary>
    public static string Titles => Path.Combine(Root, "schemas/background/curriculum-titles.en.txt");

    public static string Case(string name) => Path.Combine(Root, "tests/OnlineSafety.Monitoring.Tests/Classification/cases", name);

    public static Assessment Search(string text, string category = "", Action<EventDraft>? more = null) =>
        Assess(EventField.SearchQuery, ActivityKind.Search, text, category, more);

    public static Assessment Typed(string text, string category = "", Action<EventDraft>? more = null) =>
        Assess(EventField.Text, ActivityKind.Typed, text, category, more);

    public static Assessment Visit(string url, string category = "", Action<EventDraft>? more = null) =>
        Assess(EventField.Url, ActivityKind.Visit, url, category, draft =>
        {
            draft.Set(EventField.UrlHost, Encoding.UTF8.GetBytes(new Uri(url).IdnHost));
            more?.Invoke(draft);
        });

    /// <summary>A vendor "agree" whose categories are the theme codes: what it says always agrees with that theme.</summary>
    private static byte[] AgreeingVendor(Taxonomy taxonomy) => Encoding.UTF8.GetBytes(
        $$"""{"vendor":"agree","version":"1","categories":[{{string.Join(",", taxonomy.Themes.Select(t => $$"""{"names":["{{t.Code}}"],"weight":"hint","themes":["{{t.Code}}"]}"""))}}]}""");

    private static Assessment Assess(EventField field, ActivityKind kind, string text, string category, Action<EventDraft>? more)
    {
        var draft = new EventDraft { Kind = kind };
        draft.Set(field, Encoding.UTF8.GetBytes(text));
        if (category.Length > 0)
        {
            draft.AddCategory(Encoding.UTF8.GetBytes(category));
        }

        more?.Invoke(draft);
        var vendor = category.Length > 0 && Shipped.Taxonomy.Find(category) is not null ? "agree" : "smoothwall";
        return new Assessor(Shipped).Assess(draft, vendor, new AssessContext(PersonRole.Pupil, "KS3"));
    }

    private static RuleSet Load()
    {
        var taxonomy = OnlineSafety.Monitoring.Classification.Taxonomy.Parse(Taxonomy, new RuleErrors());
        var vendors = Directory.GetFiles(Path.Combine(Root, "schemas/vendors"), "categories.json", SearchOption.AllDirectories)
            .Select(file => (Path.GetFileName(Path.GetDirectoryName(file))!, (ReadOnlyMemory<byte>)File.ReadAllBytes(file)));
        return RuleSet.Parse(
            Taxonomy,
            Packs.Select(file => (NameOf(file), (ReadOnlyMemory<byte>)File.ReadAllBytes(file))),
            vendors.Append(("agree", AgreeingVendor(taxonomy))));
    }
}
