
namespace OnlineSafety.Monitoring.Events;

/// <summary>How many of something, for people: "1 alert", "2 alerts", "1,200 alerts". The one place that knows when a word takes its plural.</summary>
internal static class Counted
{
    /// <param name="many">Where it is not the word with an s: "entries", "alerts wait".</param>
    public static string Of(long number, string one, string? many = null) =>
        $"{British.Number(number)} {Word(number, one, many)}";

    /// <summary>The word without its number.</summary>
    public static string Word(long number, string one, string? many = null) => number == 1 ? one : many ?? one + "s";
}
