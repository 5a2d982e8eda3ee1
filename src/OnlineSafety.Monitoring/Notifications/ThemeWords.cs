using System.Globalization;
using OnlineSafety.Monitoring.Alerts;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>A theme in words for people; the taxonomy knows them.</summary>
internal interface IThemeWords
{
    string LabelOf(string theme);

    /// <summary>What a school must do about these themes (<see cref="ThemeMarks"/>), in full.</summary>
    IReadOnlyList<Guidance> Guidance(string marks);
}

/// <summary>Where no taxonomy is loaded: the code itself, readable.</summary>
internal sealed class ThemeCodes : IThemeWords
{
    public string LabelOf(string theme) => theme.Length == 0
        ? "Unknown"
        : char.ToUpper(theme[0], CultureInfo.InvariantCulture) + theme[1..].Replace('_', ' ').Replace('-', ' ');

    public IReadOnlyList<Guidance> Guidance(string marks) => marks.Length == 0 ? [] : [new Guidance("", "Follow the instructions shown with the alert before anything else.")];
}
