using OnlineSafety.Monitoring.Web.Jobs;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web.Rules;

/// <summary>An entry of the school's overlay.</summary>
/// <param name="Id">Its name in reasons.</param>
/// <param name="Ended">It works no more.</param>
public sealed record OverlayRow(string Id, string What, string Words, string Why, string By, string Until, bool Ended);

public sealed record ThemeOption(string Code, string Title);

/// <summary>What a form of the page held, shown again when something in it is wrong.</summary>
public sealed record OverlayForm(string Words = "", string Theme = "", string Severity = "", string Why = "", string Until = "", bool Rule = false)
{
    /// <summary>It is found in much that is no concern: whoever adds it all the same says so.</summary>
    public bool Broad { get; init; }
}

public sealed record OverlaysView(
    string School, IReadOnlyList<OverlayRow> Working, IReadOnlyList<OverlayRow> Ended, IReadOnlyList<ThemeOption> Themes, string Edition, IReadOnlyList<string> Editions, IReadOnlyList<Fact> EditionsChosen);

/// <summary>A pack that travels with the service.</summary>
public sealed record PackRow(string Name, string Version, string Language, int Rules);

public sealed record PacksView(string Version, IReadOnlyList<PackRow> Packs, IReadOnlyList<Fact> Editions);

/// <summary>A reason, with what the result would be without it.</summary>
public sealed record TriedReason(string Explanation, string Matched, string Field, string Effect, string Rule, string Without, IReadOnlyList<Fact> Parts);

public sealed record TriedText(bool Concern, string Severity, string Title, string Risk, string Definition, IReadOnlyList<TriedReason> Reasons, string Edition);

public sealed record WhatIfRow(Guid Id, string Asked, string Span, string State);

public sealed record WhatIfsView(IReadOnlyList<WhatIfRow> Jobs, IReadOnlyList<string> Editions, string From, string To);

/// <summary>A figure before and after, with what comes and goes.</summary>
public sealed record WhatIfLine(string Name, int Before, int After, int Appear, int Vanish);

/// <summary>What follows from a what-if.</summary>
public enum WhatIfVerdict
{
    /// <summary>True concerns would have been missed, or not told of at once.</summary>
    Unfit,

    /// <summary>None would, of too few to conclude anything.</summary>
    TooFew,

    Fit,
}

/// <summary>The answer of a what-if.</summary>
public sealed record WhatIfAnswer(
    string Rules, IReadOnlyList<string> Seen, WhatIfLine All, string Changes, string Minutes, double MinutesBefore, double MinutesAfter, string Concerns, WhatIfVerdict Verdict, string Vanished, IReadOnlyList<WhatIfLine> Severities, IReadOnlyList<WhatIfLine> Themes);

public sealed record WhatIfJobView(JobView Job, string Span, WhatIfAnswer? Answer);
