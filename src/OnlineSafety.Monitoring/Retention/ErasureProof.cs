namespace OnlineSafety.Monitoring.Retention;

/// <summary>What an erasure did, or would do. Names nobody: it is kept, and shown to whoever asks for proof.</summary>
public sealed record ErasureProof
{
    public required Guid Erasure { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Nothing was done yet.</summary>
    public required bool DryRun { get; init; }

    /// <summary>Rows by table: deleted, or freed of the name.</summary>
    public required IReadOnlyDictionary<string, long> Deleted { get; init; }

    public required IReadOnlyDictionary<string, long> Rewritten { get; init; }

    /// <summary>Numbers of alerts that stay, and why.</summary>
    public required IReadOnlyList<string> Stays { get; init; }

    /// <summary>What was not looked at for this; null: everything was.</summary>
    public string? OfOthers { get; init; }

    /// <summary>Keys under which records of the log are hidden from now on.</summary>
    public required int HiddenKeys { get; init; }

    /// <summary>The day on which the last raw record that may hold something falls, with the key of its day, in backups too.</summary>
    public required DateOnly RawFallsOn { get; init; }

    /// <summary>What the chains say afterwards; null: not walked.</summary>
    public string? Chains { get; init; }

    /// <summary>What this cannot reach.</summary>
    public IReadOnlyList<string> Limits { get; init; } = Known;

    internal const string OthersNotLookedAt =
        "What is stored about others and names this person would be freed of the name; how much that is, is not counted beforehand. Alerts about others that are open or held may keep what they say of this person: when they are closed, the DSL decides.";

    internal static IReadOnlyList<string> Known { get; } =
    [
        "Records that name only a device or an address are not told apart by person.",
        "Names of fewer than three letters are not looked for in other people's texts.",
        "Raw records of others that name the person stay in the log until they fall; what is read of them again is freed of the name.",
        "Files that were imported lie where they were dropped (drop/*/done) until somebody deletes them; so do mails and exports that left this service.",
        "Backups hold what was not erased when they were made; the log in them cannot be read any more after the day named here, if keys are kept apart.",
    ];
}
