namespace OnlineSafety.Monitoring.Web.Administration;

/// <summary>What a school decided about its alerts.</summary>
/// <param name="Revision">0: the school set none, and the default holds.</param>
/// <param name="SetBy">Empty for the default.</param>
/// <param name="Sections">In plain words.</param>
/// <param name="Unheard">What nobody would hear of, with the staff of now; and what is wrong with the policy itself.</param>
/// <param name="Json">As stored, or the default; ready to be edited.</param>
public sealed record PolicyView(
    int Revision, DateTimeOffset? SetAt, string SetBy, IReadOnlyList<PolicySection> Sections, IReadOnlyList<string> Unheard, PolicyForm Form, string Json);

public sealed record PolicySection(string Heading, IReadOnlyList<PolicyLine> Lines);

public sealed record PolicyLine(string What, string Says);

/// <summary>What a change would come to, before anybody agrees to it.</summary>
/// <param name="Revision">Of the policy that it was held against.</param>
/// <param name="Clocks">What it does to alerts that wait.</param>
public sealed record PolicyChangeView(string Json, int Revision, IReadOnlyList<string> Removed, IReadOnlyList<string> Added, IReadOnlyList<string> Unheard, IReadOnlyList<string> Clocks);

/// <summary>The policy as the form has it: text as it was typed. What the form does not ask for (routing) stays as it is.</summary>
public sealed record PolicyForm
{
    public required IReadOnlyList<PolicyClockField> Clocks { get; init; }

    public required string LessonMinutes { get; init; }

    public required string AtLeastMinutes { get; init; }

    /// <summary><c>notWatched</c>, <c>trustNumber</c> or <c>onCall</c>.</summary>
    public required string OutOfHours { get; init; }

    public required string TrustNumber { get; init; }

    public required PolicyDesks OnCall { get; init; }

    /// <summary>E-mail addresses.</summary>
    public required string Trust { get; init; }

    public required IReadOnlyList<PolicyStepField> Steps { get; init; }

    public required string RepeatEvery { get; init; }

    public required string Rounds { get; init; }

    public required string LongestSilence { get; init; }
}

/// <param name="Name">Severity.</param>
/// <param name="Kind"><c>endOfLesson</c>, <c>sameSchoolDay</c> or <c>minutes</c>.</param>
public sealed record PolicyClockField(string Name, string Kind, string Minutes);

/// <param name="After">Minutes; empty: there is no such step.</param>
public sealed record PolicyStepField(string After, PolicyDesks Tell);

/// <param name="Desks">Words of desks.</param>
/// <param name="People">E-mail addresses.</param>
public sealed record PolicyDesks(IReadOnlyList<string> Desks, string People)
{
    public static PolicyDesks None { get; } = new([], "");
}
