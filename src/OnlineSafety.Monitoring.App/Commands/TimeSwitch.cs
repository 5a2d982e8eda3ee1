using System.CommandLine;
using System.Globalization;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>A moment, as an option.</summary>
internal static class TimeSwitch
{
    public static Option<DateTimeOffset?> Create(string name, string description, bool required = false) => new(name)
    {
        Description = description + " A date or time in UTC, or with its offset.",
        HelpName = "TIME",
        Required = required,
        CustomParser = result =>
        {
            if (DateTimeOffset.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
            {
                return time;
            }

            result.AddError($"{name} is a date or time such as 2026-11-20 or 2026-11-20T08:30:00Z.");
            return null;
        },
    };
}
