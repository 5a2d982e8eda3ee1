using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>What must be done when a theme is met, in a school's words.</summary>
/// <param name="Then">Id of the instruction that belongs behind it; empty: none does.</param>
internal sealed record Instruction(string Id, string Text, string Source, string Then = "");

/// <summary>A theme of the taxonomy, as read (schemas/taxonomy.schema.json).</summary>
internal sealed record Theme
{
    public required string Code { get; init; }

    /// <summary>Other codes that mean this theme, as older editions and other taxonomies call it.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The canonical theme above it; empty when this is one.</summary>
    public string Parent { get; init; } = "";

    public required string Title { get; init; }

    public required string Definition { get; init; }

    /// <summary>What the edition says of it, in our own words.</summary>
    public string Kcsie { get; init; } = "";

    /// <summary>Paragraph of the edition that names it; empty when none does.</summary>
    public string Paragraph { get; init; } = "";

    public required Risk Risk { get; init; }

    public Risk SecondRisk { get; init; }

    /// <summary>Severity for a pupil's typed search or message when nothing says otherwise.</summary>
    public required Severity Severity { get; init; }

    /// <summary>Alerts in every school: no exclusion of a school silences it altogether.</summary>
    public bool MandatoryAlert { get; init; }

    /// <summary>A filter must block it: let through, it is worse.</summary>
    public bool MustBlock { get; init; }

    /// <summary>Counted and reported, never raised above low.</summary>
    public bool StatisticsOnly { get; init; }

    /// <summary>Looked for even in records that no mapping can read.</summary>
    public bool Grave { get; init; }

    public Audience Audience { get; init; }

    /// <summary>The theme of a report that a person wrote and in which no rule finds another: one theme has it, or none.</summary>
    public bool Reports { get; init; }

    /// <summary>The theme of what the vendor alone rates as grave and in which nothing else is found: one theme has it, or none. Two such events are not of one concern.</summary>
    public bool Vendor { get; init; }

    /// <summary>URLs of such events are masked wherever they are shown.</summary>
    public bool MaskUrl { get; init; }

    /// <summary>Ids of the taxonomy's instructions, by the word of how grave the theme is where it is met; none for most.</summary>
    public IReadOnlyDictionary<string, string> Instructions { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public IReadOnlyList<string> VendorNames { get; init; } = [];

    public string ParentCode => Parent.Length > 0 ? Parent : Code;
}

/// <summary>The themes of one edition, and the order in which they decide when severities are equal.</summary>
internal sealed class Taxonomy
{
    private readonly Dictionary<string, int> _byCode = new(StringComparer.Ordinal);

    private Taxonomy(TaxonomyFile file)
    {
        Id = file.Taxonomy;
        Version = file.Version;
        Edition = $"{file.Taxonomy}@{file.Version}";
        InForceFrom = file.InForceFrom;
        Themes = file.Themes;
        Instructions = file.Instructions;
        Lacks = file.Lacks.ToHashSet(StringComparer.Ordinal);
    }

    public string Id { get; }

    public string Version { get; }

    /// <summary>Id and version: what a result says it was judged by.</summary>
    public string Edition { get; }

    /// <summary>The day from which the edition is in force.</summary>
    public DateOnly InForceFrom { get; }

    /// <summary>Codes of themes that other editions have and this one has not: their rules and categories say nothing under it.</summary>
    public IReadOnlySet<string> Lacks { get; }

    public IReadOnlyList<Theme> Themes { get; }

    public IReadOnlyList<Instruction> Instructions { get; }

    /// <summary>The theme of a code or alias, null when there is none.</summary>
    public Theme? Find(string code) => IndexOf(code) is var i and >= 0 ? Themes[i] : null;

    /// <summary>Null when there is none of that id.</summary>
    public Instruction? InstructionOf(string id) => Instructions.FirstOrDefault(i => string.Equals(i.Id, id, StringComparison.Ordinal));

    /// <summary>The place of a code or alias in <see cref="Themes"/>, -1 when there is none. Earlier themes win ties.</summary>
    public int IndexOf(string code) => _byCode.GetValueOrDefault(code, -1);

    /// <summary>Place of the theme for reports in which nothing else was found, -1 when no theme is.</summary>
    public int OfReports { get; private set; } = -1;

    /// <summary>Place of the theme for what the vendor alone rates as grave, -1 when no theme is.</summary>
    public int OfVendor { get; private set; } = -1;

    /// <summary>Reads the file; what is wrong goes to <paramref name="errors"/> with its place.</summary>
    public static Taxonomy Parse(ReadOnlyMemory<byte> json, RuleErrors errors)
    {
        const string File = "taxonomy";
        var file = RuleJson.Read<TaxonomyFile>(File, json, errors) ?? new TaxonomyFile { Taxonomy = "", Version = "", Themes = [] };
        var taxonomy = new Taxonomy(file);
        for (var i = 0; i < file.Themes.Length; i++)
        {
            var theme = file.Themes[i];
            foreach (var code in (string[])[theme.Code, .. theme.Aliases])
            {
                if (!taxonomy._byCode.TryAdd(code, i))
                {
                    errors.Add(File, $"themes[{i}]", $"the code or alias '{code}' is already taken");
                }
            }
        }

        if (taxonomy.Lacks.FirstOrDefault(code => taxonomy.IndexOf(code) >= 0) is { } had)
        {
            errors.Add(File, "lacks", $"the edition has the theme '{had}'");
        }

        if (file.Instructions.FirstOrDefault(i => i.Then.Length > 0 && taxonomy.InstructionOf(i.Then) is null) is { } alone)
        {
            errors.Add(File, "instructions", $"there are no instructions '{alone.Then}' to follow '{alone.Id}'");
        }

        taxonomy.OfReports = Array.FindIndex(file.Themes, t => t.Reports);
        taxonomy.OfVendor = Array.FindIndex(file.Themes, t => t.Vendor);
        for (var i = 0; i < file.Themes.Length; i++)
        {
            taxonomy.Check(file.Themes[i], errors.At(File, $"themes[{i}]"));
        }

        return taxonomy;
    }

    private void Check(Theme theme, Action<string> error)
    {
        if (theme.Parent.Length > 0 && (Find(theme.Parent) is not { Parent: "" } parent || !string.Equals(parent.Code, theme.Parent, StringComparison.Ordinal)))
        {
            error($"the parent '{theme.Parent}' is not a canonical theme");
        }

        foreach (var (severity, id) in theme.Instructions)
        {
            if (!Words.TryRead<Severity>(severity, out var known) || known == Severity.None)
            {
                error($"'{severity}' is no severity for which there are instructions");
            }

            if (InstructionOf(id) is null)
            {
                error($"there are no instructions '{id}'");
            }
        }

        if (theme.StatisticsOnly && theme.Severity > Severity.Low)
        {
            error("a theme for statistics only has no severity above low");
        }
    }

    private sealed record TaxonomyFile
    {
        public required string Taxonomy { get; init; }

        public required string Version { get; init; }

        public DateOnly InForceFrom { get; init; }

        public string? Source { get; init; }

        public string[] Unverified { get; init; } = [];

        public string[] Lacks { get; init; } = [];

        public Instruction[] Instructions { get; init; } = [];

        public required Theme[] Themes { get; init; }
    }
}
