using OnlineSafety.Monitoring.Alerts.Silences;

namespace OnlineSafety.Monitoring.Web.Silences;

/// <summary>The silences of a school, and what a new one can be of.</summary>
/// <param name="Longest">Days that one may last at most, by the school's policy.</param>
public sealed record SilencesView(
    IReadOnlyList<SilenceRow> Standing, IReadOnlyList<SilenceRow> Ended, IReadOnlyList<SilenceChoice> Sources, IReadOnlyList<SilenceChoice> Themes, int Longest);

/// <param name="Theme">As a person reads it.</param>
/// <param name="MayApprove">It waits for a second person, and the reader is another one than its author.</param>
public sealed record SilenceRow(SilenceView Silence, string Theme, bool MayApprove);

public sealed record SilenceChoice(string Value, string Label);

/// <summary>What was typed; a refused form comes back with it.</summary>
public sealed record SilenceForm(string Source = "", string Theme = "", string UpTo = "medium", int Days = 7, string Reason = "");
