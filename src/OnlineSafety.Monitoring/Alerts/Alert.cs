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

    /// <summary>Grouping key: <c>user:</c>, <c>device:</c> or <c>address:</c>; null when nothing is known, and then never grouped.</summary>
    public string? SubjectKey { get; set; }

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

    /// <summary>UTF-8 JSON: the reasons of the gravest event.</summary>
    public byte[] Reasons { get; set; } = [];

    /// <summary>Taxonomy ids of what a school must do, of every theme in it, parted by spaces.</summary>
    public string Instructions { get; set; } = "";

    /// <summary>Raised by a replay: what is in it was received long before.</summary>
    public bool Late { get; set; }

    /// <summary>The gravest of it was reported by a browser, and nothing proves it. The database reads it off <see cref="Reasons"/>.</summary>
    public bool Unproven { get; private set; }

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

    /// <summary>Of the case system to which it was handed over.</summary>
    public string? Reference { get; set; }

    public DateTimeOffset? AcknowledgedAt { get; set; }

    public string? AcknowledgedBy { get; set; }

    public DateTimeOffset? ResolvedAt { get; set; }

    public string? ResolvedBy { get; set; }

    public string? Outcome { get; set; }

    public string? Note { get; set; }
}
