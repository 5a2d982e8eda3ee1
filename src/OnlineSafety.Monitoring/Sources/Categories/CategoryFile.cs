using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;

namespace OnlineSafety.Monitoring.Sources.Categories;

/// <summary>
/// A table of category numbers and names, as products export or show them: CSV with two columns, in this order, or under a header that names them.
/// </summary>
internal static class CategoryFile
{
    private const int LongestNumber = 64;
    private const int LongestName = 200;
    private const int MostRows = 10_000;

    private static readonly string[] NumberWords = ["number", "id", "category id", "category number", "cat", "code"];
    private static readonly string[] NameWords = ["name", "category", "category name", "description"];

    /// <summary>Reads a whole table.</summary>
    /// <exception cref="SetupException">It is no such table; says the line.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(Stream input)
    {
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            DetectDelimiter = true,
            DetectDelimiterValues = [",", ";", "\t"],
            HasHeaderRecord = false,
            TrimOptions = TrimOptions.Trim,
            BadDataFound = null,
            IgnoreBlankLines = true,
            MaxFieldSize = 64 * 1024,
        };
        try
        {
            using var text = new StreamReader(input, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
            using var parser = new CsvParser(text, configuration);
            return Read(parser);
        }
        catch (DecoderFallbackException)
        {
            throw new SetupException("The file is not UTF-8. In Excel choose \"CSV UTF-8 (comma delimited)\" when saving.");
        }
        catch (CsvHelperException error)
        {
            throw new SetupException($"The file cannot be read as CSV near line {error.Context?.Parser?.RawRow ?? 0}. Is a quotation mark left open?");
        }
    }

    private static List<KeyValuePair<string, string>> Read(CsvParser parser)
    {
        var (number, name) = (0, 1);
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var isFirst = true;
        while (parser.Read())
        {
            var row = parser.Record!;
            if (isFirst && Column(row, NumberWords) is var numbers and >= 0 && Column(row, NameWords) is var called and >= 0)
            {
                (number, name, isFirst) = (numbers, called, false);
                continue;
            }

            isFirst = false;
            Add(names, row, number, name, parser.RawRow);
        }

        return names.Count > 0 ? [.. names] : throw new SetupException("The file holds no category. A line is a number and a name: 11,Gambling");
    }

    private static void Add(Dictionary<string, string> names, string[] row, int number, int name, int line)
    {
        if (row.Length <= Math.Max(number, name) || row[number].Length is 0 or > LongestNumber || row[name].Length is 0 or > LongestName)
        {
            throw new SetupException($"Line {line} is no number and name (at most {LongestNumber} and {LongestName} characters): 11,Gambling");
        }

        if (!names.TryAdd(row[number], row[name]))
        {
            throw new SetupException($"Line {line} names number {SetupText.Shown(row[number])} a second time.");
        }

        if (names.Count > MostRows)
        {
            throw new SetupException($"The file has more than {MostRows:N0} categories.");
        }
    }

    private static int Column(string[] row, string[] words) => Array.FindIndex(row, cell => words.Contains(cell, StringComparer.OrdinalIgnoreCase));
}
