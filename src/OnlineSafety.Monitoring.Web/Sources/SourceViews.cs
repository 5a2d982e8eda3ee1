namespace OnlineSafety.Monitoring.Web.Sources;

/// <summary>How a state looks. Never alone: the word stands beside it.</summary>
public enum Tone
{
    Good,
    Quiet,
    Notice,
    Bad,
}

/// <summary>A source in the list. Nothing in it is of a pupil.</summary>
public sealed record SourceRow(
    Guid Id, string Name, string Product, string Via, string State, Tone Tone, string Words, string Heard, string Expected, string Canary, long Records, long Unreadable, long Unmapped, string Trouble);

/// <summary>All sources of a school.</summary>
/// <param name="Notices">What the watch itself lacks.</param>
public sealed record SourcesView(string School, IReadOnlyList<SourceRow> Sources, IReadOnlyList<string> Notices, bool MayManage, int Schools)
{
    public int Troubled => Sources.Count(source => source.Tone == Tone.Bad);
}

/// <summary>A school in a contractor's overview.</summary>
public sealed record SchoolRow(Guid Id, string Name, bool Current, Tone Tone, int Sources, int Troubled, int Noted, IReadOnlyList<string> Words);

/// <summary>The schools of one contractor, the most troubled first.</summary>
public sealed record SchoolsView(IReadOnlyList<SchoolRow> Schools);

/// <summary>What could not be understood, redacted: a reason of ours, or the form of a word and never the word.</summary>
public sealed record NotUnderstood(string Kind, string Shown, long Count, string LastSeen);

public sealed record CanaryRow(Guid Id, string Name, string Every, string Seen);

/// <summary>One label and its value.</summary>
public sealed record Fact(string Label, string Value);

/// <summary>One source.</summary>
public sealed record SourceView
{
    public required SourceRow Row { get; init; }

    public required IReadOnlyList<Fact> Facts { get; init; }

    public required IReadOnlyList<string> Notices { get; init; }

    public required IReadOnlyList<Fact> Troubles { get; init; }

    public required ChartView Days { get; init; }

    public required ChartView Hours { get; init; }

    public required IReadOnlyList<NotUnderstood> NotUnderstood { get; init; }

    public required IReadOnlyList<CanaryRow> Canaries { get; init; }

    public required int Keys { get; init; }

    /// <summary>Minutes, when set by hand.</summary>
    public required int? ExpectedMinutes { get; init; }

    public required bool Enabled { get; init; }

    /// <summary>What it sends carries a key.</summary>
    public required bool UsesKey { get; init; }

    /// <summary>Its key proves it, so that a new one is of use.</summary>
    public required bool HasKey { get; init; }

    /// <summary>A signature proves it.</summary>
    public required bool Signs { get; init; }

    /// <summary>Live signing secrets.</summary>
    public required int Secrets { get; init; }

    /// <summary>How its requests prove themselves, in words.</summary>
    public required string Proof { get; init; }

    /// <summary>How they do so may be changed: a webhook that is no deny page.</summary>
    public required bool MayProve { get; init; }

    /// <summary>Takes what fits no source: it is nobody's export, and cannot be taken out of use.</summary>
    public required bool Unassigned { get; init; }

    /// <summary>In use, and nothing was ever received.</summary>
    public required bool NothingCame { get; init; }

    /// <summary>What the service lacks to hear it, in words; null: nothing.</summary>
    public required string? Missing { get; init; }

    /// <summary>Where it sends to.</summary>
    public required string Target { get; init; }

    /// <summary>Networks that may send, as they are typed.</summary>
    public required string From { get; init; }

    /// <summary>Who was told that it is quiet, and what to do; empty: it is not quiet.</summary>
    public required IReadOnlyList<string> Quiet { get; init; }

    public required bool Capture { get; init; }

    /// <summary>Of a source that needs attention: names of those who look after sources here, by their role; empty: nobody does.</summary>
    public required string LookedAfterBy { get; init; }

    /// <summary>What is said where nothing is listed as not understood.</summary>
    public required string NothingLost { get; init; }

    public required bool MayManage { get; init; }
}

/// <summary>What was typed into the form of a new source, shown again when something in it is wrong.</summary>
public sealed record NewSourceForm
{
    public string Product { get; init; } = "";

    public string Via { get; init; } = "";

    public string Name { get; init; } = "";

    public string From { get; init; } = "";

    public string Port { get; init; } = "";

    public string Host { get; init; } = "";

    public string App { get; init; } = "";

    public string Senders { get; init; } = "";

    public bool Tls { get; init; }

    public bool Capture { get; init; }

    /// <summary>Of syslog it takes every line that fits no other source.</summary>
    public bool All { get; init; }

    public bool DenyPage { get; init; }
}

/// <summary>Lines to paste, with a key or a signing secret that is shown once.</summary>
/// <param name="What">What is shown; empty: nothing.</param>
/// <param name="Secret">It: a key, a mail address, a signing secret, or what stands for it.</param>
/// <param name="HasKey">Its key proves it.</param>
/// <param name="Signs">A signature proves it.</param>
public sealed record IssuedView(Guid Source, string Name, string What, string Secret, string Lines, string? Missing, string? Note, bool Capture, bool HasKey, bool Signs);
