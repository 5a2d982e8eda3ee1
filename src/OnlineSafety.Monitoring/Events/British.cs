using System.Globalization;

namespace OnlineSafety.Monitoring.Events;

/// <summary>Numbers, times and words as people here read them.</summary>
internal static class British
{
    public static CultureInfo Culture { get; } = CultureInfo.GetCultureInfo("en-GB");

    /// <summary><c>12,034</c>.</summary>
    public static string Number(long value) => value.ToString("N0", Culture);

    /// <summary>A moment of these days, by a school's clock: <c>Mon 9 Nov 09:14</c>.</summary>
    public static string When(DateTimeOffset at, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(at, zone).ToString("ddd d MMM HH:mm", Culture);

    /// <summary>With a capital, as a sentence begins.</summary>
    public static string Capital(string words) => words.Length == 0 ? words : char.ToUpper(words[0], Culture) + words[1..];
}
