using OnlineSafety.Monitoring.Access.Sealing;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>One alert on the queue: events of one person in a rolling window.</summary>
internal sealed class Alert
{
    public Guid SchoolId { get; set; }

    public Guid AlertId { get; set; }

    /// <summary>Counts up in each school; what people say on the phone.</summary>
    public int Number { get; set; }

    /// <summary><see cref="AlertState"/>.</summary>
    public string State { get; set; } = AlertState.New;

    public short Severity { get; set; }

    public short Risk { get; set; }

    public string Theme { get; set; } = "";

    public string ParentTheme { get; set; } = "";

    public string[] Themes { get; set; } = [];

    /// <summary>Raised from a record that no mapping could read.</summary>
    public bool NeedsReview { get; set; }

    public short Audience { get; set; }

    /// <summary><see cref="Access.AlertRoute"/>.</summary>
    public string Route { get; set; } = "";

    /// <summary>
    /// Grouping key: <c>user:</c>, <c>device:</c> or <c>address:</c> and a keyed hash (<see cref="SchoolSeal.Index(string)"/>), or that of a class activity; null when
    /// nothing is known, and then never grouped.
    /// </summary>
    public string? SubjectKey { get; set; }

    /// <summary>What <see cref="SubjectKey"/> is the hash of, in UTF-8; sealed where it is stored.</summary>
    public byte[]? Subject { get; set; }

    public short SubjectRole { get; set; }

    /// <summary>The member of staff whom it is about, who never sees it.</summary>
    public Guid? SubjectStaff { get; set; }

    /// <summary>Years, classes and key stages of the pupils in it: what routing rules ask for.</summary>
    public string[] Groups { get; set; } = [];

    /// <summary>The year of the one pupil it is about, for that year's leads; null: not known, nobody's, or several people's.</summary>
    public string? SubjectYear { get; set; }

    public Guid[] SourceIds { get; set; } = [];

    public string[] Vendors { get; set; } = [];

    public int EventCount { get; set; }

    /// <summary>UTF-8 JSON: the reasons of the gravest event. Sealed where it is stored, and left so by whoever does not read them.</summary>
    public byte[] Reasons { get; set; } = [];

    /// <summary>Ids of the rules that the reasons name, each once, in order: who mails may know them, and not the reasons.</summary>
    public string[] Rules { get; set; } = [];

    /// <summary>Its themes and how grave each is (<see cref="ThemeMarks"/>), by which it is looked up what a school must do; ids of instructions in what older versions wrote.</summary>
    public string Marks { get; set; } = "";

    /// <summary>Raised by a replay: what is in it was received long before.</summary>
    public bool Late { get; set; }

    /// <summary>The gravest of it was reported by a browser, and nothing proves it: so say the <see cref="Reasons"/>.</summary>
    public bool Unproven { get; set; }

    /// <summary>Raised to try the chain out: marked in every message, and in no count.</summary>
    public bool Drill { get; set; }

    public DateTimeOffset FirstReceivedAt { get; set; }

    public DateTimeOffset LastReceivedAt { get; set; }

    public DateTimeOffset RaisedAt { get; set; }

    /// <summary>When a person last acted on it.</summary>
    public DateTimeOffset? ActedAt { get; set; }

    /// <summary>When it last became new again; null: never since it was raised.</summary>
    public DateTimeOffset? RenewedAt { get; set; }

    /// <summary>The member of staff who is to look into it.</summary>
    public Guid? AssignedTo { get; set; }

    /// <summary>Of the case system to which it was handed over, in UTF-8; sealed where it is stored.</summary>
    public byte[]? Reference { get; set; }

    public DateTimeOffset? AcknowledgedAt { get; set; }

    public string? AcknowledgedBy { get; set; }

    public DateTimeOffset? ResolvedAt { get; set; }

    public string? ResolvedBy { get; set; }

    public string? Outcome { get; set; }

    /// <summary>What was found and done, in UTF-8; sealed where it is stored.</summary>
    public byte[]? Note { get; set; }
}
