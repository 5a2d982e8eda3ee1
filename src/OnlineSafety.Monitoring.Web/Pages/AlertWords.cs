namespace OnlineSafety.Monitoring.Web.Pages;

/// <summary>States as a reader sees them.</summary>
internal static class StateWords
{
    public static string Of(string state) => state switch
    {
        "new" => "Waiting",
        "acknowledged" => "Acknowledged",
        "in_review" => "In review",
        "escalated" => "Escalated",
        "handed_over" => "Handed over",
        "resolved" => "Resolved",
        _ => state,
    };
}

/// <summary>The 4 Cs as a reader sees them.</summary>
internal static class RiskWords
{
    public static string Of(string risk) => risk switch
    {
        "content" => "Content",
        "contact" => "Contact",
        "conduct" => "Conduct",
        "commerce" => "Commerce",
        _ => "No C",
    };
}

/// <summary>How an alert ended, as a reader sees it.</summary>
internal static class OutcomeWords
{
    /// <summary>In the order in which they are offered.</summary>
    public static IReadOnlyList<(string Outcome, string Label, string Hint)> All { get; } =
    [
        ("concern", "A safeguarding concern", "It goes on the child's record or to another agency."),
        ("low-level-concern", "A lesser concern", "Noted, talked about, nothing further for now. About staff: a low-level concern."),
        ("benign-curriculum", "Needed for teaching", "A lesson, homework, a play. Counts towards the over-blocking review."),
        ("false-alert", "A false alert", "The rule was wrong about these words."),
        ("duplicate", "The same as another alert", "Dealt with there."),
        ("test", "A test", "Somebody tried whether alerts arrive."),
        ("insufficient-information", "Not enough to tell", "Nothing more can be found out."),
    ];

    public static string Of(string outcome) => All.FirstOrDefault(o => o.Outcome == outcome).Label ?? outcome;
}
