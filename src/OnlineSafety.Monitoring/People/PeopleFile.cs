using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.People;

/// <summary>One line of a people list, read and checked.</summary>
/// <param name="Line">Line in the file, 1 for the header.</param>
internal sealed record PersonRow(
    int Line, string Account, IReadOnlyList<string> Aliases, PersonRole Role, string YearGroup, string Class, DateOnly? DateOfBirth);

/// <summary>What is wrong with a line. Holds the account's line number and never what the line says about a person.</summary>
internal sealed record PersonError(int Line, string Message);

/// <summary>A people list as read: good rows and every error.</summary>
internal sealed record PeopleFile(IReadOnlyList<PersonRow> Rows, IReadOnlyList<PersonError> Errors)
{
    private const int LongestCell = 200;
    private const int MostErrors = 1000;

    private static readonly string[] Dates = ["yyyy-MM-dd", "dd/MM/yyyy", "d/M/yyyy", "dd-MM-yyyy", "dd.MM.yyyy"];

    // What school systems call these columns; compared without case, spaces, dots, hyphens and underscores.
    private static readonly Dictionary<string, string[]> Columns = new(StringComparer.Ordinal)
    {
        ["account"] = ["account", "username", "user", "userid", "login", "loginname", "upn", "userprincipalname", "samaccountname", "emailaddress", "email"],
        ["aliases"] = ["aliases", "alias", "otheraccounts", "othernames"],
        ["role"] = ["role", "type", "persontype", "usertype"],
        ["year"] = ["year", "yeargroup", "ncyear", "nationalcurriculumyear", "cohort"],
        ["class"] = ["class", "form", "tutorgroup", "registrationgroup", "reggroup", "registration"],
        ["date of birth"] = ["dateofbirth", "dob", "birthdate", "birthday"],
    };

    private static readonly Dictionary<string, PersonRole> RoleWords = new(StringComparer.OrdinalIgnoreCase)
    {
        ["pupil"] = PersonRole.Pupil, ["student"] = PersonRole.Pupil, ["learner"] = PersonRole.Pupil,
        ["staff"] = PersonRole.Staff, ["teacher"] = PersonRole.Staff, ["employee"] = PersonRole.Staff,
        ["head"] = PersonRole.Head, ["headteacher"] = PersonRole.Head, ["principal"] = PersonRole.Head,
        ["dsl"] = PersonRole.Dsl, ["deputy"] = PersonRole.Deputy, ["ddsl"] = PersonRole.Deputy,
        ["chair"] = PersonRole.Chair, ["governor"] = PersonRole.Governor, ["unknown"] = PersonRole.Unknown,
    };

    /// <summary>Reads a whole list. Nothing of a bad line is kept.</summary>
    /// <param name="input">UTF-8 CSV with a header line.</param>
    /// <param name="today">No birth lies after it.</param>
    /// <exception cref="SetupException">It is not such a file at all.</exception>
    public static PeopleFile Read(Stream input, DateOnly today)
    {
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            DetectDelimiter = true,
            DetectDelimiterValues = [",", ";", "\t"],
            TrimOptions = TrimOptions.Trim,
            BadDataFound = null,
            MissingFieldFound = null,
            IgnoreBlankLines = true,
            MaxFieldSize = 64 * 1024,
        };
        try
        {
            using var text = new StreamReader(input, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
            using var csv = new CsvReader(text, configuration);
            return Read(csv, today);
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

    private static PeopleFile Read(CsvReader csv, DateOnly today)
    {
        if (!csv.Read() || !csv.ReadHeader())
        {
            throw new SetupException("The file is empty. Its first line names the columns: account,aliases,role,year,class,date of birth");
        }

        var columns = Find(csv.HeaderRecord ?? []);
        var rows = new List<PersonRow>();
        var errors = new List<PersonError>();
        var before = csv.Parser.RawRow;
        while (csv.Read() && errors.Count < MostErrors)
        {
            var line = csv.Parser.RawRow;
            if (csv.Parser.Record?.Any(cell => cell.Contains('\n', StringComparison.Ordinal)) == true)
            {
                // Whoever stands on the lines it ran through would be missing, and counted as one bad line.
                throw new SetupException($"A quotation mark is left open on line {before + 1}: the lines behind it cannot be told apart. Nothing was imported.");
            }

            before = line;
            try
            {
                rows.Add(Row(csv, columns, line, today));
            }
            catch (SetupException error)
            {
                errors.Add(new PersonError(line, error.Message));
            }
        }

        return new PeopleFile(rows, errors);
    }

    private static Dictionary<string, int> Find(string[] header)
    {
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < header.Length; i++)
        {
            var name = Folded(header[i]);
            var column = Columns.FirstOrDefault(c => c.Value.Contains(name, StringComparer.Ordinal)).Key;
            if (column is not null && !found.TryAdd(column, i))
            {
                // An address beside a user name is one more alias; of any other pair nobody can say which is meant.
                if (column != "account" || !found.TryAdd("second account", i))
                {
                    throw new SetupException($"Two columns mean \"{column}\": keep one.");
                }
            }
        }

        string[] missing = [.. new[] { "account", "role" }.Where(c => !found.ContainsKey(c))];
        return missing.Length == 0
            ? found
            : throw new SetupException($"The header has no column for: {string.Join(", ", missing)}. It looks like: account,aliases,role,year,class,date of birth");
    }

    private static PersonRow Row(CsvReader csv, Dictionary<string, int> columns, int line, DateOnly today)
    {
        string Cell(string column) => columns.TryGetValue(column, out var index)
            ? SetupText.Optional(csv.GetField(index) ?? "", column, column == "aliases" ? 4000 : LongestCell)
            : "";

        var account = AccountName.Of(Cell("account"));
        if (account.Length == 0)
        {
            throw new SetupException("the account is missing");
        }

        var word = Cell("role").Replace(" ", "", StringComparison.Ordinal);
        if (!RoleWords.TryGetValue(word, out var role))
        {
            throw new SetupException(word.Length == 0
                ? "the role is missing"
                : $"the role is none of {string.Join(", ", Enum.GetValues<PersonRole>().Select(Words.Of))}");
        }

        var aliases = Cell("aliases").Split([';', '|', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Append(Cell("second account")).Select(AccountName.Of)
            .Where(alias => alias.Length > 0 && alias != account).Distinct(StringComparer.Ordinal);
        return new PersonRow(line, account, [.. aliases], role, Cell("year"), Cell("class"), Birth(Cell("date of birth"), today));
    }

    private static DateOnly? Birth(string cell, DateOnly today)
    {
        if (cell.Length == 0)
        {
            return null;
        }

        if (!DateOnly.TryParseExact(cell, Dates, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            throw new SetupException("the date of birth is not like 2012-09-01 or 01/09/2012");
        }

        return date <= today && date.Year >= 1900 ? date : throw new SetupException("the date of birth is in the future or before 1900");
    }

    private static string Folded(string name) =>
        new([.. name.Where(c => c is not (' ' or '.' or '-' or '_' or '\uFEFF')).Select(char.ToLowerInvariant)]);
}
