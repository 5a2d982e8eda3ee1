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

    public static IReadOnlyList<string> All { get; } = [Dsl, Deputy, Head, Pastoral, Chair, Governor, Dpo, It, Admin, Digest];
}
