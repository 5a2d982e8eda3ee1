using System.Globalization;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>A theme in words for people; the taxonomy knows them.</summary>
internal interface IThemeWords
{
    string LabelOf(string theme);

    /// <summary>The instructions of these ids (parted by spaces) that a school must follow, in full.</summary>
    IReadOnlyList<string> Instructions(string ids);
}

/// <summary>Where no taxonomy is loaded: the code itself, readable.</summary>
internal sealed class ThemeCodes : IThemeWords
{
    public string LabelOf(string theme) => theme.Length == 0
        ? "Unknown"
        : char.ToUpper(theme[0], CultureInfo.InvariantCulture) + theme[1..].Replace('_', ' ').Replace('-', ' ');

    public IReadOnlyList<string> Instructions(string ids) => ids.Length == 0 ? [] : ["Follow the instructions shown with the alert before anything else."];
}
