using System.CommandLine.Parsing;
using System.Globalization;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>A span of time as people type it: 30m, 2h, 1d.</summary>
internal static class SpanSwitch
{
    public static TimeSpan? Read(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text.Length is > 1 and < 8 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            switch (text[^1])
            {
                case 'm':
                    return TimeSpan.FromMinutes(number);
                case 'h':
                    return TimeSpan.FromHours(number);
                case 'd':
                    return TimeSpan.FromDays(number);
            }
        }

        result.AddError("A span of time is a number with m, h or d: 30m, 2h, 1d.");
        return null;
    }

    public static string Text(TimeSpan span) => span.TotalDays >= 1 && span.TotalDays % 1 == 0 ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays}d")
        : span.TotalHours >= 1 && span.TotalHours % 1 == 0 ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours}h")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Round(span.TotalMinutes)}m");
}
