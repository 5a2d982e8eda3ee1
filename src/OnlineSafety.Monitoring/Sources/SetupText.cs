using System.Globalization;
using System.Text;

namespace OnlineSafety.Monitoring.Sources;

/// <summary>Set-up was asked for something that cannot be; the message says what to do instead.</summary>
internal class SetupException(string message) : Exception(message);

/// <summary>Rules for names that people type into set-up: they end up in mails, tables and terminals.</summary>
internal static class SetupText
{
    private const int LongestName = 200;

    /// <summary>A name without surrounding space: 1 to 200 characters, no control or direction-changing ones.</summary>
    public static string Name(string text, string what)
    {
        var name = Optional(text, $"name of the {what}", LongestName);
        return name.Length > 0 ? name : throw new SetupException($"The name of the {what} is empty.");
    }

    /// <summary>The same, but may be empty.</summary>
    public static string Optional(string text, string what, int longest)
    {
        var trimmed = text.Trim();
        if (trimmed.Length > longest)
        {
            throw new SetupException($"The {what} is longer than {longest} characters.");
        }

        return trimmed.Any(IsUnprintable) ? throw new SetupException($"The {what} holds control characters.") : trimmed;
    }

    /// <summary>An IANA zone that this host knows.</summary>
    public static string Zone(string zone) => TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _)
        ? zone
        : throw new SetupException($"\"{Shown(zone)}\" is not a time zone of this host. Use an IANA name, for example Europe/London.");

    /// <summary>Text that came from outside, safe to print on a terminal: control and direction-changing characters become <c>\uXXXX</c>.</summary>
    public static string Shown(string text)
    {
        if (!text.Any(IsUnprintable))
        {
            return text;
        }

        var shown = new StringBuilder(text.Length + 16);
        foreach (var letter in text)
        {
            if (IsUnprintable(letter))
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
            }
            else
            {
                shown.Append(letter);
            }
        }

        return shown.ToString();
    }

    // Format characters are the bidirectional controls and the invisible ones.
    private static bool IsUnprintable(char letter) => char.GetUnicodeCategory(letter) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
