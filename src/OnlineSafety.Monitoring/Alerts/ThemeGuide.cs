using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>What the taxonomy says about showing a theme: its title, whose URLs are masked, and what a school must do about it.</summary>
internal sealed class ThemeGuide(Taxonomy taxonomy) : IThemeWords
{
    /// <exception cref="RuleException">The taxonomy is wrong; lists every error.</exception>
    public static ThemeGuide Read(ReadOnlyMemory<byte> json)
    {
        var errors = new RuleErrors();
        var taxonomy = Taxonomy.Parse(json, errors);
        errors.Throw();
        return new ThemeGuide(taxonomy);
    }

    /// <summary>Codes and titles, by title.</summary>
    public IReadOnlyList<(string Code, string Title)> All { get; } =
        [.. taxonomy.Themes.Select(theme => (theme.Code, theme.Title)).OrderBy(theme => theme.Title, StringComparer.OrdinalIgnoreCase)];

    public bool Knows(string theme) => taxonomy.Find(theme) is not null;

    public string LabelOf(string theme) => taxonomy.Find(theme)?.Title ?? theme;

    public bool MasksUrls(IEnumerable<string> themes) => themes.Any(theme => taxonomy.Find(theme)?.MaskUrl == true);

    /// <summary>The texts of an alert's instructions, for a person; null when there are none.</summary>
    public string? InstructionsOf(Alert alert)
    {
        var texts = Instructions(alert.Instructions);
        return StaffMatter.Words(alert.Route) is { } matter ? string.Join("\n\n", [matter, .. texts])
            : texts.Count > 0 ? string.Join("\n\n", texts)
            : null;
    }

    /// <summary>The text of each instruction; the id itself when the taxonomy does not know it.</summary>
    public IReadOnlyList<string> Instructions(string ids) =>
        [.. ids.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => taxonomy.Instructions.FirstOrDefault(i => string.Equals(i.Id, id, StringComparison.Ordinal))?.Text ?? id)];
}
