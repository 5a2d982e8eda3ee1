using System.Globalization;

namespace OnlineSafety.Monitoring.Access.Audit;

/// <summary>Which numbers, in few letters. An access record of a list says with it what the list showed, a mail which alerts it is about.</summary>
internal static class NumberRanges
{
    /// <summary>A mail stays readable; the queue holds all.</summary>
    private const int Most = 200;

    /// <summary>For a record: <c>1-40,44</c>, in ascending order; empty for none.</summary>
    public static string Text(IEnumerable<long> numbers) => string.Join(',', RangesOf(numbers).Select(Words));

    /// <summary>For people: <c>101-137, 140</c>.</summary>
    public static string Of(IEnumerable<int> numbers)
    {
        var ranges = RangesOf(numbers.Select(number => (long)number));
        var text = string.Join(", ", ranges.Take(Most).Select(Words));
        var more = ranges.Skip(Most).Sum(range => range.Last - range.First + 1);
        return more > 0 ? string.Create(CultureInfo.InvariantCulture, $"{text} and {more} more up to {ranges[^1].Last}") : text;
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

    /// <summary>A text of <see cref="Text"/> without these numbers. What is no such text stays as it is.</summary>
    /// <param name="numbers">In ascending order.</param>
    public static string Without(string text, IReadOnlyList<long> numbers)
    {
        if (!numbers.Any(number => Contains(text, number)))
        {
            return text;
        }

        var left = new List<string>();
        foreach (var part in text.Split(','))
        {
            var dash = part.IndexOf('-', StringComparison.Ordinal);
            if (!TryRead(dash < 0 ? part : part[..dash], out var first) || !TryRead(dash < 0 ? part : part[(dash + 1)..], out var last))
            {
                left.Add(part);
                continue;
            }

            foreach (var number in numbers.Where(number => number >= first && number <= last))
            {
                if (number > first)
                {
                    left.Add(Words((first, number - 1)));
                }

                first = number + 1;
            }

            if (first <= last)
            {
                left.Add(Words((first, last)));
            }
        }

        return string.Join(',', left);
    }

    private static List<(long First, long Last)> RangesOf(IEnumerable<long> numbers)
    {
        var ranges = new List<(long First, long Last)>();
        foreach (var number in numbers.Distinct().Order())
        {
            if (ranges.Count > 0 && ranges[^1].Last == number - 1)
            {
                ranges[^1] = (ranges[^1].First, number);
            }
            else
            {
                ranges.Add((number, number));
            }
        }

        return ranges;
    }

    private static string Words((long First, long Last) range) =>
        range.Last > range.First ? string.Create(CultureInfo.InvariantCulture, $"{range.First}-{range.Last}") : range.First.ToString(CultureInfo.InvariantCulture);

    private static bool TryRead(ReadOnlySpan<char> digits, out long number) => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
