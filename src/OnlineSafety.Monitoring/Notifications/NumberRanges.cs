using System.Globalization;
using System.Text;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>Alert numbers in as few words as they need: <c>101-137, 140</c>.</summary>
internal static class NumberRanges
{
    /// <summary>A mail stays readable; the queue holds all.</summary>
    private const int Most = 200;

    public static string Of(IEnumerable<int> numbers)
    {
        var ranges = new List<(int First, int Last)>();
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

        var text = new StringBuilder();
        foreach (var (first, last) in ranges.Take(Most))
        {
            text.Append(text.Length > 0 ? ", " : "").Append(CultureInfo.InvariantCulture, $"{first}");
            if (last > first)
            {
                text.Append(CultureInfo.InvariantCulture, $"-{last}");
            }
        }

        var more = ranges.Skip(Most).Sum(range => range.Last - range.First + 1);
        return more > 0 ? text.Append(CultureInfo.InvariantCulture, $" and {more} more up to {ranges[^1].Last}").ToString() : text.ToString();
    }
}
