using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>A theme of an alert, and the gravest that it was there.</summary>
internal readonly record struct ThemeMark(string Theme, Severity Severity);

/// <summary>
/// The themes of an alert and how grave each is in it, as <c>theme@severity</c> parted by spaces, the gravest first: stored with the alert, so that a mail, which may
/// read no event, knows them too. What a school must do follows from it (<see cref="ThemeGuide"/>). Pure.
/// </summary>
internal static class ThemeMarks
{
    private const char Between = '@';

    public static string Of(string theme, Severity severity) => With("", theme, severity);

    /// <summary>Taken in: a theme is as grave as it ever was there. What older versions wrote, ids of instructions, stays behind.</summary>
    public static string With(string known, string theme, Severity severity)
    {
        var marks = Read(known).ToDictionary(mark => mark.Theme, mark => mark.Severity, StringComparer.Ordinal);
        marks[theme] = marks.TryGetValue(theme, out var before) && before > severity ? before : severity;
        // Stable: of those as grave the one that was there first speaks first.
        return string.Join(' ', [.. marks.OrderByDescending(mark => mark.Value).Select(mark => $"{mark.Key}{Between}{Words.Of(mark.Value)}"), .. Others(known)]);
    }

    /// <summary>The gravest first.</summary>
    public static IReadOnlyList<ThemeMark> Read(string marks) =>
        [.. Parts(marks).Select(part => part.Split(Between)).Where(part => part.Length == 2)
            .Select(part => new ThemeMark(part[0], Words.TryRead<Severity>(part[1], out var severity) ? severity : Severity.None))];

    /// <summary>Ids of instructions, as older versions wrote them.</summary>
    public static IEnumerable<string> Others(string marks) => Parts(marks).Where(part => !part.Contains(Between, StringComparison.Ordinal));

    /// <summary>All themes that people are told of at once, the gravest first and of those as grave the headline; at least the headline.</summary>
    public static IReadOnlyList<string> Grave(string marks, string headline) => Grave(Read(marks), headline);

    /// <inheritdoc cref="Grave(string, string)"/>
    public static IReadOnlyList<string> Grave(IReadOnlyList<ThemeMark> marks, string headline) =>
        [.. marks.Where(mark => mark.Severity >= AlertGrouping.TellAt && mark.Theme != headline).Select(mark => mark.Theme).Prepend(headline)];

    /// <summary>The themes, the gravest first; those of which it is not known how grave they are last.</summary>
    public static IReadOnlyList<string> Ordered(string marks, IEnumerable<string> themes)
    {
        var known = Read(marks).Select(mark => mark.Theme).ToList();
        return [.. themes.OrderBy(theme => known.IndexOf(theme) is var at and >= 0 ? at : known.Count)];
    }

    private static string[] Parts(string marks) => marks.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
