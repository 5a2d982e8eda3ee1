using System.Text.RegularExpressions;

namespace OnlineSafety.Monitoring.Web.Pages;

/// <summary>A piece of a text.</summary>
/// <param name="Dial">What a telephone dials; null: it is no number.</param>
internal readonly record struct TextOrNumber(string Text, string? Dial);

/// <summary>Finds the telephone numbers in a text of ours: emergency numbers and those that begin with nought. Pure.</summary>
internal static partial class PhoneNumbers
{
    public static IReadOnlyList<TextOrNumber> Of(string text)
    {
        var pieces = new List<TextOrNumber>();
        var plain = 0;
        foreach (Match number in Number().Matches(text))
        {
            if (number.Index > plain)
            {
                pieces.Add(new TextOrNumber(text[plain..number.Index], Dial: null));
            }

            pieces.Add(new TextOrNumber(number.Value, number.Value.Replace(" ", "", StringComparison.Ordinal)));
            plain = number.Index + number.Length;
        }

        if (plain < text.Length)
        {
            pieces.Add(new TextOrNumber(text[plain..], Dial: null));
        }

        return pieces;
    }

    [GeneratedRegex(@"(?<![\d@.])(?:999|101|111|0\d{2,4}(?: \d{3,4}){1,2})(?!\d)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Number();
}
