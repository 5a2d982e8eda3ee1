using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>A rule pack file as read (schemas/rulepack.schema.json). Names of sets and words are shared by all packs.</summary>
internal sealed record RulePackFile
{
    public required string Pack { get; init; }

    public required string Version { get; init; }

    public required string Language { get; init; }

    /// <summary>Where the words come from.</summary>
    public string? Source { get; init; }

    /// <summary>By plain word: other ways to write it, in every phrase of every pack; several files may add to one.</summary>
    public Dictionary<string, string[]> Spellings { get; init; } = [];

    /// <summary>Words that are themselves, though they look like a grave one with a slip, or like several written as one.</summary>
    public string[] Ordinary { get; init; } = [];

    /// <summary>By name: words that a phrase takes in as <c>{name}</c>.</summary>
    public Dictionary<string, string[]> Words { get; init; } = [];

    /// <summary>By name: phrases, other sets (<c>@name</c>), hosts (<c>host:example.com</c>) and parts of host names (<c>inhost:porn</c>).</summary>
    public Dictionary<string, string[]> Sets { get; init; } = [];

    /// <summary>What excuses every rule of this file that is not firm.</summary>
    public string[] Contexts { get; init; } = [];

    /// <summary>Phrases that speak of an intent ("how to"): reasons say what the result would be without them. They find nothing by themselves.</summary>
    public string[] Intents { get; init; } = [];

    /// <summary>Plain words by which somebody speaks of themselves ("i", "me"): grave words that hold one are read by a person whatever stands near them.</summary>
    public string[] Speaker { get; init; } = [];

    public RuleEntry[] Rules { get; init; } = [];

    public ModifierEntry[] Modifiers { get; init; } = [];
}

/// <summary>A rule as read.</summary>
internal sealed record RuleEntry
{
    public required string Id { get; init; }

    public required string Theme { get; init; }

    /// <summary>Theme instead, when the words are the pupil's own message and not a search.</summary>
    public string? Authored { get; init; }

    /// <summary>The C instead of the theme's own: help-seeking takes that of its topic.</summary>
    public Risk? Risk { get; init; }

    public required Severity Severity { get; init; }

    /// <summary>Severity when a vendor's category says the same; without it, one step more.</summary>
    public Severity? Agree { get; init; }

    /// <summary>One phrase of every group must be there.</summary>
    public required string[][] All { get; init; }

    /// <summary>Most words between the first group's phrase and each other group's.</summary>
    public int Within { get; init; } = 8;

    /// <summary>The groups must come in the order given.</summary>
    public bool Ordered { get; init; }

    /// <summary>Phrases and sets that, near by, make the rule not apply.</summary>
    public string[] Unless { get; init; } = [];

    /// <summary>The pack's contexts do not excuse this rule.</summary>
    public bool Firm { get; init; }

    /// <summary>Fields it reads; all when empty.</summary>
    public EventField[] Fields { get; init; } = [];

    /// <summary>Wins over other rules of the same severity when greater.</summary>
    public int Priority { get; init; }

    public required string Explain { get; init; }

    /// <summary>Texts (or URLs) on which it must apply, in own words.</summary>
    public required string[] Positive { get; init; }

    /// <summary>Near misses on which it must not.</summary>
    public required string[] Negative { get; init; }
}

/// <summary>What moves a rule's severity, as read. Every condition given must hold.</summary>
internal sealed record ModifierEntry
{
    public required string Id { get; init; }

    /// <summary>Themes (children count with their parent) it applies to; all when empty.</summary>
    public string[] Themes { get; init; } = [];

    /// <summary>Phrases or sets, one of which must be near the rule's match.</summary>
    public string[] Near { get; init; } = [];

    /// <summary>Most words between the match and the phrase.</summary>
    public int Within { get; init; } = 4;

    /// <summary>The phrase must stand before the match.</summary>
    public bool Before { get; init; }

    public EventField[] Fields { get; init; } = [];

    public ActivityKind[] Kinds { get; init; } = [];

    public DeviceAction[] Actions { get; init; } = [];

    public string[] KeyStages { get; init; } = [];

    /// <summary>How the path of the address ends (<c>.css</c>): what browsers fetch by themselves.</summary>
    public string[] PathEndings { get; init; } = [];

    /// <summary>Only for themes that a filter must block.</summary>
    public bool MustBlock { get; init; }

    /// <summary>Steps up (positive) or down (negative).</summary>
    public required int Steps { get; init; }

    /// <summary>Only from this severity up.</summary>
    public Severity From { get; init; } = Severity.Low;

    /// <summary>Never raises above.</summary>
    public Severity AtMost { get; init; } = Severity.Critical;

    /// <summary>Never lowers below.</summary>
    public Severity AtLeast { get; init; }

    /// <summary>Firm rules are not lowered.</summary>
    public bool SparesFirm { get; init; }

    public required string Explain { get; init; }
}
