using System.Globalization;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>
/// Whether a run may delete without a person. A clock that was set forward by mistake must not empty a school, and neither must a number that was mistyped in a
/// policy. Pure.
/// </summary>
internal static class RetentionGate
{
    /// <summary>Retention passes each day; a step longer than this is a clock that jumped, or a service that stood still. Which of them, a person knows.</summary>
    public static readonly TimeSpan LongestStep = TimeSpan.FromDays(7);

    /// <summary>The database's clock beside this host's.</summary>
    public static readonly TimeSpan FurthestApart = TimeSpan.FromHours(1);

    private static readonly TimeSpan _backwards = TimeSpan.FromHours(26);

    /// <summary>So few may go whatever share they are: of four closed alerts one is already a quarter.</summary>
    public const int AlwaysAllowed = 20;

    /// <summary>Null: the clock is believed.</summary>
    /// <param name="ranAt">When retention last ran well, by the database's clock; for a school that is new, when it was made.</param>
    /// <param name="now">The database's clock.</param>
    /// <param name="host">This host's clock.</param>
    public static string? Distrust(DateTimeOffset ranAt, DateTimeOffset now, DateTimeOffset host) =>
        (now - host).Duration() > FurthestApart
            ? Say($"the database's clock says {now.UtcDateTime:yyyy-MM-dd HH:mm}Z and this host's {host.UtcDateTime:yyyy-MM-dd HH:mm}Z")
        : now - ranAt > LongestStep
            ? Say($"the clock says {now.UtcDateTime:yyyy-MM-dd HH:mm}Z, and retention last ran at {ranAt.UtcDateTime:yyyy-MM-dd HH:mm}Z: it was set forward, or the service stood still")
        : ranAt - now > _backwards
            ? Say($"the clock says {now.UtcDateTime:yyyy-MM-dd HH:mm}Z, and retention ran at {ranAt.UtcDateTime:yyyy-MM-dd HH:mm}Z already: it was set back")
        : null;

    /// <summary>Null: so much may go at once.</summary>
    public static string? TooMuch(long due, long kept, int mostPercent, int always = AlwaysAllowed) =>
        due > always && due * 100 > kept * mostPercent ? Say($"{due} of {kept} would go, which is more than {mostPercent}%") : null;

    private static string Say(FormattableString words) => words.ToString(CultureInfo.InvariantCulture);
}
