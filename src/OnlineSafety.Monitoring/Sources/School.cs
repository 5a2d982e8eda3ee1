namespace OnlineSafety.Monitoring.Sources;

/// <summary>A school, or the operator's holding place for what matches no source when there are several schools.</summary>
internal sealed class School
{
    public const string Unassigned = "unassigned";

    public Guid SchoolId { get; set; }

    public string Name { get; set; } = "";

    /// <summary>DfE unique reference number; may be empty.</summary>
    public string Urn { get; set; } = "";

    public string Kind { get; set; } = "school";

    /// <summary>IANA zone.</summary>
    public string TimeZone { get; set; } = "Europe/London";

    /// <summary>Local time of the daily digest.</summary>
    public TimeOnly DigestAt { get; set; } = new(7, 30);

    /// <summary>Days of the digest: <c>every</c>, or <c>school</c> days alone.</summary>
    public string DigestDays { get; set; } = "every";

    /// <summary>Rolling grouping window in minutes of received time.</summary>
    public int GroupingMinutes { get; set; } = 120;

    public int NextAlert { get; set; } = 1;

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When it left: its keys were destroyed, and nothing of its sources is taken until it is opened again. Null: it is open.</summary>
    public DateTimeOffset? ClosedAt { get; set; }
}

/// <summary>One export of one product at one school, as stored. <see cref="SourceRegistration"/> is what the doors use.</summary>
internal sealed class Source
{
    public Guid SchoolId { get; set; }

    public Guid SourceId { get; set; }

    public string Name { get; set; } = "";

    public string Product { get; set; } = "";

    public short Door { get; set; }

    public byte[][] KeyHashes { get; set; } = [];

    /// <summary>How its requests prove themselves, as JSON; see <see cref="Authentication.SourceAuthentication"/>.</summary>
    public string Authentication { get; set; } = Sources.Authentication.SourceAuthentication.BearerJson;

    public string[] Networks { get; set; } = [];

    public int? Port { get; set; }

    public string? MatchHost { get; set; }

    public string? MatchApp { get; set; }

    /// <summary>Takes messages only over TLS.</summary>
    public bool Tls { get; set; }

    /// <summary>SHA-256 of each client certificate that may send; empty: none is asked for.</summary>
    public byte[][] Certificates { get; set; } = [];

    /// <summary>Mail senders that it takes from: addresses or domains; empty: any.</summary>
    public string[] Senders { get; set; } = [];

    public bool Unassigned { get; set; }

    public string? Listener { get; set; }

    public string TimeZone { get; set; } = "Europe/London";

    /// <summary>Longest usual silence in school hours, set by hand; null: measured.</summary>
    public TimeSpan? ExpectedGap { get; set; }

    public bool Enabled { get; set; } = true;

    /// <summary>Version of its own mapping by which it is read; 0: the pack of its product.</summary>
    public int MappingVersion { get; set; }

    /// <summary>Has no mapping yet: records are kept, and read for grave words alone.</summary>
    public bool Capture { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>What was last heard of a source.</summary>
internal sealed class SourceHealth
{
    public Guid SchoolId { get; set; }

    public Guid SourceId { get; set; }

    public DateTimeOffset FirstReceivedAt { get; set; }

    public DateTimeOffset LastReceivedAt { get; set; }

    public DateTimeOffset? LastControlAt { get; set; }

    /// <summary>Last record that was neither a heartbeat nor a canary.</summary>
    public DateTimeOffset? LastActivityAt { get; set; }

    public DateTimeOffset? LastCanaryAt { get; set; }

    public long Records { get; set; }

    public long Concern { get; set; }

    public long Review { get; set; }

    public long UnknownRole { get; set; }
}

/// <summary>A vendor's word that no map knows: shown until somebody maps it.</summary>
internal sealed class UnmappedValue
{
    public Guid SchoolId { get; set; }

    public Guid SourceId { get; set; }

    /// <summary><c>category</c>, <c>action</c>, <c>severity</c> or <c>record</c> (the reason why a record fits no mapping).</summary>
    public string Kind { get; set; } = "";

    /// <summary>A keyed hash of the vendor's word; our own words as they are.</summary>
    public string Value { get; set; } = "";

    /// <summary>The vendor's word; null for our own, and in rows of before, whose <see cref="Value"/> is the word itself.</summary>
    public byte[]? Sealed { get; set; }

    public long Count { get; set; }

    public DateTimeOffset FirstSeen { get; set; }

    public DateTimeOffset LastSeen { get; set; }
}
