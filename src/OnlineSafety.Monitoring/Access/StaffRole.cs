namespace OnlineSafety.Monitoring.Access;

/// <summary>What a member of staff is in one school. Words are stored; whoever has several roles may do what each of them may.</summary>
internal static class StaffRole
{
    public const string Dsl = "dsl";
    public const string Deputy = "deputy";
    public const string Head = "head";

    /// <summary>Year and pastoral leads: read the open alerts about pupils of the years named for them, and add notes.</summary>
    public const string Pastoral = "pastoral";

    /// <summary>Chair of governors: only what is about the head.</summary>
    public const string Chair = "chair";
    public const string Governor = "governor";

    /// <summary>Data protection officer.</summary>
    public const string Dpo = "dpo";

    /// <summary>Looks after the products, often a contractor's for many schools.</summary>
    public const string It = "it";
    public const string Admin = "admin";

    /// <summary>Gets the digest by mail and may do nothing in the console.</summary>
    public const string Digest = "digest";

    /// <summary>Every role as it is offered to a person who chooses.</summary>
    public static IReadOnlyList<DescribedRole> Described { get; } =
    [
        new(Dsl, "Designated safeguarding lead", "Gets pupils' alerts and decides."),
        new(Deputy, "Deputy safeguarding lead", "The same, in the lead's absence."),
        new(Head, "Headteacher", "Gets what is about members of staff."),
        new(Pastoral, "Year or pastoral lead", "Reads the open alerts about pupils of the years named for them, and adds notes."),
        new(Chair, "Chair of governors", "Gets what is about the head."),
        new(Governor, "Governor", "Reads figures, no alert."),
        new(Dpo, "Data protection officer", "Sees who saw what, and retention; no content."),
        new(It, "IT", "Looks after the sources; sees no pupil. Told when a source goes quiet."),
        new(Admin, "Administrator", "Manages staff, sources and set-up; sees no alert, and gives no role that opens one once a safeguarding lead or head has signed in."),
        new(Digest, "Digest", "Gets the daily digest by mail, and no page here."),
    ];

    public static IReadOnlyList<string> All { get; } = [.. Described.Select(role => role.Word)];

    /// <summary>As it is offered; a word that is no role stays.</summary>
    public static string LabelOf(string word) => Described.FirstOrDefault(role => role.Word == word)?.Label ?? word;

    /// <summary>For a line of text: <c>dsl (Designated safeguarding lead), ...</c>.</summary>
    public static string Choices { get; } = string.Join(", ", Described.Select(role => $"{role.Word} ({role.Label})"));
}

/// <param name="Word">As stored.</param>
internal sealed record DescribedRole(string Word, string Label, string Hint);
