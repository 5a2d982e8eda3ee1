using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>What the taxonomy says about showing a theme: its title, whose URLs are masked, and what a school must do about it.</summary>
internal sealed class ThemeGuide(Taxonomy taxonomy) : IThemeWords
{
    private const int MostInHeadline = 3;

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

    /// <summary>Themes as a headline, and what it leaves out: of ten titles nobody reads any.</summary>
    public (string Headline, IReadOnlyList<string> Further) HeadlineOf(IReadOnlyList<string> themes)
    {
        List<string> titles = [.. themes.Select(LabelOf)];
        return titles.Count <= MostInHeadline
            ? (string.Join(", ", titles), [])
            : ($"{string.Join(", ", titles.Take(MostInHeadline))} and {titles.Count - MostInHeadline} more", titles[MostInHeadline..]);
    }

    public bool MasksUrls(IEnumerable<string> themes) => themes.Any(theme => taxonomy.Find(theme)?.MaskUrl == true);

    /// <summary>Codes of the theme and of all that stand under the same canonical one.</summary>
    public IReadOnlyList<string> Under(string canonical) =>
        [.. taxonomy.Themes.Where(theme => theme.ParentCode == canonical).Select(theme => theme.Code).Append(canonical).Distinct(StringComparer.Ordinal)];

    /// <summary>The canonical theme; the code itself where the taxonomy does not know it.</summary>
    public string CanonicalOf(string theme) => taxonomy.Find(theme)?.ParentCode ?? theme;

    /// <summary>What must be done about an alert that is at this desk, for a person.</summary>
    public IReadOnlyList<Guidance> GuidanceOf(string route, string marks) =>
        StaffMatter.Words(route) is { } matter ? [new Guidance("", matter), .. Guidance(marks)] : Guidance(marks);

    /// <summary>
    /// Each text once, under the titles of the themes that ask for it as grave as they are; an id that older versions wrote under none. What belongs behind
    /// several stands behind all of them, once.
    /// </summary>
    public IReadOnlyList<Guidance> Guidance(string marks)
    {
        var asked = ThemeMarks.Read(marks)
            .Select(mark => (Title: LabelOf(mark.Theme), mark.Severity, Id: taxonomy.Find(mark.Theme)?.Instructions.GetValueOrDefault(Words.Of(mark.Severity))))
            .Where(one => one.Id is not null).GroupBy(one => one.Id!, StringComparer.Ordinal).ToList();
        var others = ThemeMarks.Others(marks).Where(id => asked.TrueForAll(same => same.Key != id)).ToList();
        var then = asked.Select(same => same.Key).Concat(others).Select(id => taxonomy.InstructionOf(id)?.Then ?? "").Where(id => id.Length > 0).Distinct(StringComparer.Ordinal);
        return
        [
            .. asked.Select(same => new Guidance(string.Join(", ", same.Select(one => one.Title)), TextOf(same.Key)) { IsCritical = same.Any(one => one.Severity == Severity.Critical) }),
            .. others.Concat(then).Select(id => new Guidance("", TextOf(id))),
        ];
    }

    private string TextOf(string id) => taxonomy.InstructionOf(id)?.Text ?? id;
}
