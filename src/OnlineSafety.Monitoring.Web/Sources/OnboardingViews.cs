using Microsoft.AspNetCore.Http;
using OnlineSafety.Monitoring.Web.Jobs;

namespace OnlineSafety.Monitoring.Web.Sources;

/// <summary>What a field of the event is taken from, and why. Examples are masked.</summary>
public sealed record ProposedField(string Field, string From, string Sure, string Filled, string Examples, string Why, string Else);

/// <summary>One shape of the records.</summary>
public sealed record ProposedShape(string Says, string Size, IReadOnlyList<ProposedField> Fields);

/// <summary>An answer to choose. <c>Word</c> is set where it says what a word means; empty where that word is not shown.</summary>
public sealed record OpenAnswer(string Value, string Says, string? Word, string Label);

/// <summary>What only a person can decide.</summary>
/// <param name="Place">Of the question in its proposal, by which the form answers.</param>
/// <param name="Kept">Unanswered it stays as proposed; false: it is left out.</param>
public sealed record OpenQuestion(int Place, string Asks, IReadOnlyList<OpenAnswer> Answers, bool Kept);

/// <summary>A name to choose: what the form posts, and what is shown.</summary>
public sealed record OfferedName(string Value, string Label);

/// <summary>A proposed mapping.</summary>
public sealed record ProposedMapping(
    Guid Job, string Mapping, long Records, IReadOnlyList<ProposedShape> Shapes, IReadOnlyList<OpenQuestion> Questions, IReadOnlyList<string> Tried, IReadOnlyList<string> Fields, IReadOnlyList<OfferedName> Names);

/// <summary>One figure before and after.</summary>
public sealed record Change(string What, long Before, long After);

/// <summary>What a mapping would change, or changed.</summary>
/// <param name="Worse">What would be worse, in sentences; whoever applies it ticks each.</param>
/// <param name="Stale">Another mapping was given to the source since: it says nothing of now.</param>
/// <param name="Against">Version of the mapping that it was held against, 0 for the maker's; null: none, or not known.</param>
/// <param name="Reads">Which field is taken from which names, of a mapping of its own.</param>
public sealed record MappingEffect(long Records, long NotRead, IReadOnlyList<Change> Changes, IReadOnlyList<Fact> Facts, string Note, IReadOnlyList<string> Worse, bool Stale, int? Against)
{
    public IReadOnlyList<Fact> Reads { get; init; } = [];
}

public sealed record MappingVersion(int Version, string When, string Note, bool InUse);

/// <summary>The way of a source from records that nobody can read to a mapping.</summary>
public sealed record OnboardingView
{
    public required Guid Source { get; init; }

    public required string Name { get; init; }

    public required string Product { get; init; }

    public required bool Capture { get; init; }

    /// <summary>Records that came so far.</summary>
    public required long Records { get; init; }

    /// <summary>Of these, those that could not be read.</summary>
    public required long Unread { get; init; }

    public required IReadOnlyList<MappingVersion> Versions { get; init; }

    /// <summary>1 waiting for records, 2 proposing, 3 confirming, 4 previewed, 5 applied.</summary>
    public required int Step { get; init; }

    public JobView? Job { get; init; }

    /// <summary>The product's own mapping reads it: none need be made.</summary>
    public required bool ReadByMaker { get; init; }

    /// <summary>The product has a mapping of its maker, by which the source may be read again.</summary>
    public required bool HasMaker { get; init; }

    public Guid? Preview { get; init; }

    public ProposedMapping? Proposal { get; init; }

    public MappingEffect? Effect { get; init; }

    /// <summary>Version that is previewed or applied.</summary>
    public int Version { get; init; }

    public string Problem { get; init; } = "";

    /// <summary>What was answered, when it was refused.</summary>
    public IFormCollection? Typed { get; init; }

    /// <summary>This page with what it shows, to be loaded again.</summary>
    public string Again { get; init; } = "";
}
