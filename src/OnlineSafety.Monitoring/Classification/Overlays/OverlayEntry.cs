using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification.Overlays;

/// <summary>What an entry of a school's overlay does.</summary>
internal enum OverlayKind : byte
{
    /// <summary>A phrase that is a concern at this school.</summary>
    Add = 0,

    /// <summary>A phrase that is no concern at this school: what is found in its words alone does not count.</summary>
    ExcludePhrase = 1,

    /// <summary>A rule of the shared packs that does not count at this school.</summary>
    ExcludeRule = 2,
}

/// <summary>One thing that a school does otherwise than the shared packs. Never changed; ended by giving it an end.</summary>
/// <param name="Text">The phrase, as in a rule pack, or the id of the rule.</param>
/// <param name="Theme">Taxonomy code of what a phrase stands for; empty for an exclusion.</param>
/// <param name="Severity">Of a phrase that is added.</param>
/// <param name="Why">Plain words for a DSL: what the phrase means here, or why it is excluded.</param>
/// <param name="From">First moment of received time at which it works.</param>
/// <param name="Until">First moment at which it works no more. Time alone ends it: nobody need be there.</param>
internal sealed record OverlayEntry(
    Guid Id, OverlayKind Kind, string Text, string Theme, Severity Severity, string Why, DateTimeOffset From, DateTimeOffset Until)
{
    /// <summary>How the name of every entry in reasons begins, and of no shared rule.</summary>
    public const string RulePrefix = "school.";

    /// <summary>Its name in reasons.</summary>
    public string RuleId { get; } = RulePrefix + Id.ToString("N")[..12];

    /// <summary>
    /// Whether it works on what was received at a moment. Received time, not now: an event that is read again is judged as it was.
    /// </summary>
    public bool Works(DateTimeOffset at) => at >= From && at < Until;
}
