using System.Text;
using OnlineSafety.Monitoring.Normalization.Fields;

namespace OnlineSafety.Monitoring.Normalization.Suggestion;

/// <summary>A way to write a time that a mapping can name.</summary>
internal sealed record TimePattern(string Format, TimeFormat Compiled)
{
    public bool TryRead(string text, in Moment moment, out DateTimeOffset instant) =>
        Compiled.TryRead(Encoding.UTF8.GetBytes(text), moment, out instant);

    /// <summary>Which of day, month and two-digit year is written first; <c>\0</c> for formats that leave no doubt.</summary>
    public char First => Format is "iso" or "epoch" || Format.StartsWith("yyyy", StringComparison.Ordinal) || Format.Contains("MMM", StringComparison.Ordinal)
        ? '\0'
        : Format.First(letter => letter is 'd' or 'M' or 'y');
}

/// <summary>All ways to write a time that a proposal may name, strictest first: dates, clocks and zones in every combination.</summary>
internal sealed class TimeFormats
{
    private const string AnyDate = "yyyy-MM-dd ";
    private const string AnyDay = "2000-01-01 ";
    private const string AnyClock = " HH:mm";
    private const string Midnight = " 00:00";

    private readonly TimePattern[] _whole;
    private readonly (string Format, TimePattern Probe)[] _dates;
    private readonly (string Format, TimePattern Probe)[] _clocks;

    public TimeFormats(VocabularyFile.TimesEntry entry)
    {
        _whole =
        [
            .. entry.Formats.Select(Compile),
            .. from date in entry.Dates
               from joint in entry.Joints
               from clock in entry.Clocks
               from zone in entry.Zones
               select Compile(date + joint + clock + zone),
        ];
        _dates = [.. entry.Dates.Select(date => (date, Compile(date + AnyClock)))];
        _clocks = [.. from clock in entry.Clocks from zone in entry.Zones select (clock + zone, Compile(AnyDate + clock + zone))];
    }

    public static TimePattern Compile(string format) =>
        new(format, TimeFormat.TryCompile(format) ?? throw new System.Text.Json.JsonException($"'{format}' is no time format: it needs a day and an hour"));

    /// <summary>Formats that read this text as a time.</summary>
    public IEnumerable<TimePattern> Reading(string text, Moment moment) => _whole.Where(pattern => pattern.TryRead(text, moment, out _));

    /// <summary>Formats of dates alone.</summary>
    public IEnumerable<string> ReadingDate(string text, Moment moment) =>
        _dates.Where(date => date.Probe.TryRead(text + Midnight, moment, out _)).Select(date => date.Format);

    /// <summary>Formats of times of day alone.</summary>
    public IEnumerable<string> ReadingClock(string text, Moment moment) =>
        _clocks.Where(clock => clock.Probe.TryRead(AnyDay + text, moment, out _)).Select(clock => clock.Format);
}
