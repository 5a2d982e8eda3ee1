using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>A day, as an option. With no default of its own: help would show today in a form of some country.</summary>
internal static class DaySwitch
{
    private const string Form = "yyyy-MM-dd";

    public static Option<DateOnly?> Optional(string name, string description) => new(name) { Description = description, HelpName = "YYYY-MM-DD", CustomParser = result => Read(result, name) };

    public static Option<DateOnly> Required(string name, string description) =>
        new(name) { Description = description, Required = true, HelpName = "YYYY-MM-DD", CustomParser = result => Read(result, name) ?? default };

    private static DateOnly? Read(ArgumentResult result, string name)
    {
        if (DateOnly.TryParseExact(result.Tokens[0].Value, Form, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return day;
        }

        result.AddError($"{name} is a day as year-month-day, for example 2027-03-31.");
        return null;
    }
}
