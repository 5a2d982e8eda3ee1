using System.Globalization;
using System.Text;

namespace OnlineSafety.Monitoring.Access.Audit;

/// <summary>Which numbers, in few letters: <c>1-40,44</c>. An access record of a list says with it what the list showed.</summary>
internal static class NumberRanges
{
    /// <summary>In ascending order; empty for none.</summary>
    public static string Text(IEnumerable<long> numbers)
    {
        var text = new StringBuilder();
        long? first = null, last = null;
        foreach (var number in numbers.Order().Distinct())
        {
            if (last is { } before && number == before + 1)
            {
                last = number;
                continue;
            }

            Append(text, first, last);
            (first, last) = (number, number);
        }

        Append(text, first, last);
        return text.ToString();
    }

    /// <summary>Whether a text of <see cref="Text"/> names the number. What is no such text names none.</summary>
    public static bool Contains(ReadOnlySpan<char> text, long number)
    {
        foreach (var range in text.Split(','))
        {
            var part = text[range];
            var dash = part.IndexOf('-');
            if (TryRead(dash < 0 ? part : part[..dash], out var first) && TryRead(dash < 0 ? part : part[(dash + 1)..], out var last) && number >= first && number <= last)
            {
                return true;
            }
        }

        return false;
    }

    private static void Append(StringBuilder text, long? first, long? last)
    {
        if (first is not null)
        {
            text.Append(text.Length > 0 ? "," : "").Append(first);
            if (last > first)
            {
                text.Append('-').Append(last);
            }
        }
    }

    private static bool TryRead(ReadOnlySpan<char> digits, out long number) => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
