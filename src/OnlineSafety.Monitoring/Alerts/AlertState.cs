namespace OnlineSafety.Monitoring.Alerts;

/// <summary>Where an alert is on its way. All but <see cref="Resolved"/> are open. The words are stored, and public in JSON.</summary>
internal static class AlertState
{
    /// <summary>Nobody has acted on it, or not since it grew or was opened again.</summary>
    public const string New = "new";

    /// <summary>Somebody says: I have it.</summary>
    public const string Acknowledged = "acknowledged";

    public const string InReview = "in_review";

    /// <summary>A person put it before the next desk, which has a clock of its own to take it on.</summary>
    public const string Escalated = "escalated";

    /// <summary>It goes on in the school's case system.</summary>
    public const string HandedOver = "handed_over";

    public const string Resolved = "resolved";

    public static IReadOnlyList<string> All { get; } = [New, Acknowledged, InReview, Escalated, HandedOver, Resolved];

    /// <summary>For people: <c>in review</c>.</summary>
    public static string Shown(string state) => state.Replace('_', ' ');
}

internal static class AlertOutcome
{
    public const string Concern = "concern";
    public const string LowLevelConcern = "low-level-concern";
    public const string BenignCurriculum = "benign-curriculum";
    public const string FalseAlert = "false-alert";

    public const string Duplicate = "duplicate";
    public const string Test = "test";

    public static IReadOnlyList<string> All { get; } =
        [Concern, LowLevelConcern, BenignCurriculum, FalseAlert, Duplicate, Test, "insufficient-information"];
}
