namespace OnlineSafety.Monitoring.Events;

/// <summary>The words used on every wire for the enums of this folder: lower-case, stable, approved by a test.</summary>
internal static class Words
{
    public static string Of(Severity value) => value switch
    {
        Severity.Critical => "critical",
        Severity.High => "high",
        Severity.Medium => "medium",
        Severity.Low => "low",
        _ => "none",
    };

    public static string Of(Risk value) => value switch
    {
        Risk.Content => "content",
        Risk.Contact => "contact",
        Risk.Conduct => "conduct",
        Risk.Commerce => "commerce",
        _ => "none",
    };

    public static string Of(ActivityKind value) => value switch
    {
        ActivityKind.Search => "search",
        ActivityKind.Visit => "visit",
        ActivityKind.Typed => "typed",
        ActivityKind.App => "app",
        ActivityKind.Message => "message",
        ActivityKind.Report => "report",
        ActivityKind.System => "system",
        _ => "unknown",
    };

    public static string Of(DeviceAction value) => value switch
    {
        DeviceAction.Blocked => "blocked",
        DeviceAction.Allowed => "allowed",
        DeviceAction.Warned => "warned",
        DeviceAction.Redirected => "redirected",
        DeviceAction.Observed => "observed",
        DeviceAction.Error => "error",
        _ => "unknown",
    };

    public static string Of(TimeBasis value) => value switch
    {
        TimeBasis.Vendor => "vendor",
        TimeBasis.Header => "header",
        _ => "received",
    };

    public static string Of(PersonRole value) => value switch
    {
        PersonRole.Pupil => "pupil",
        PersonRole.Staff => "staff",
        PersonRole.Head => "head",
        PersonRole.Dsl => "dsl",
        PersonRole.Deputy => "deputy",
        PersonRole.Chair => "chair",
        PersonRole.Governor => "governor",
        _ => "unknown",
    };

    /// <summary>Reads a word case-insensitively; false (and the enum's zero) for a word that is not ours.</summary>
    public static bool TryRead<T>(ReadOnlySpan<char> word, out T value)
        where T : struct, Enum
    {
        // Enum.TryParse also takes digits ("3"); a word of ours never starts with one.
        if (word.Length > 0 && char.IsAsciiLetter(word[0]) && Enum.TryParse(word, ignoreCase: true, out value))
        {
            return true;
        }

        value = default;
        return false;
    }
}
